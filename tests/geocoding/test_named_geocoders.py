import numpy as np
import pandas as pd
import pytest

from geoutils.atlas import photo_density
from geoutils.geocoding import (
    ListedAddresses,
    Nominatim,
    atlas_addresses,
    named_geocoder,
    read_listed_addresses,
    settled_name,
    write_address_table,
)
from geoutils.geocoding.named_geocoders import answers_file
from geoutils.partitions import Partition
from geoutils.partitions.semantic.partitions import semantic_partitions


def keys_of(addresses):
    keys = addresses.locations["key"].to_numpy(object)
    return [keys[row[row >= 0]].tolist() for row in addresses.vectors]


@pytest.fixture
def latlon_deg():
    return photo_density()[::200].astype(float)


@pytest.fixture
def folder(tmp_path, latlon_deg):
    photos = pd.DataFrame(latlon_deg, columns=["latitude", "longitude"])
    photos.insert(0, "photo", [f"{i}.jpg" for i in range(len(photos))])
    paths = tmp_path / "emp16.json.bz2", tmp_path / "locations.feather"
    write_address_table(photos, atlas_addresses(latlon_deg), *paths, min_photos=1)
    return tmp_path


def test_listed_positions_have_their_addresses_in_any_order(folder, latlon_deg):
    geocoder = named_geocoder(str(folder))
    rows = np.random.default_rng(0).integers(0, len(latlon_deg), 700)
    assert keys_of(geocoder(latlon_deg[rows])) == keys_of(atlas_addresses(latlon_deg[rows]))
    assert keys_of(geocoder(latlon_deg[:0])) == []


def test_a_position_that_is_not_listed_has_an_empty_address(folder, latlon_deg):
    geocoder = read_listed_addresses(folder)
    steps = np.array([[0.001, 0], [0, 0.001], [-0.001, 0], [0.0000001, 0], [0, 0]])
    moved = latlon_deg[:5] + steps
    assert [bool(keys) for keys in keys_of(geocoder(moved))] == [False, False, False, True, True]
    beyond = np.array([[90.0, 180.0], [-90.0, -180.0]])  # before and after all that are listed
    assert keys_of(geocoder(beyond)) == [[], []]


def test_of_photos_at_one_position_the_first_counts():
    spots = np.array([[10.0, 20.0], [10.0, 20.0], [0.0, 180.0], [0.0, -180.0]])
    addresses = atlas_addresses(np.array([[48.85, 2.35], [59.9, 10.7], [1.35, 103.8], [0, 0]]))
    found = ListedAddresses.of(spots, addresses)(spots)
    assert keys_of(found) == [keys_of(addresses)[i] for i in (0, 0, 2, 2)]


def test_a_saved_partition_finds_its_table_again(folder, tmp_path, latlon_deg):
    name = settled_name(folder.name, folder.parent)
    assert name == str(folder)
    addresses = named_geocoder(name)(latlon_deg)
    fine = semantic_partitions(addresses, latlon_deg, {"fine": 5}, 5, geocoder=name)[0]
    fine.save(tmp_path / "fine.parquet")
    again = Partition.load(tmp_path / "fine.parquet")
    np.testing.assert_array_equal(again.assign(latlon_deg), fine.assign(latlon_deg))
    assert (again.assign(latlon_deg) >= 0).mean() > 0.5
    assert (again.assign(latlon_deg[:9] + 0.001) == -1).all()


@pytest.mark.parametrize(
    ("unwanted", "told"),
    [
        ("emp16.json.bz2", "holds 0 files of photos .* and 1 of locations"),
        ("locations.feather", "holds 1 files of photos .* and 0 of locations"),
    ],
)
def test_a_folder_that_lacks_a_table_is_refused(folder, unwanted, told):
    (folder / unwanted).unlink()
    with pytest.raises(ValueError, match=f"geocoder: .*{told}"):
        read_listed_addresses(folder)


def test_names(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert named_geocoder("atlas") is atlas_addresses
    assert answers_file().is_relative_to(tmp_path)
    address = "http://localhost:8089/nominatim"
    assert named_geocoder(address) == Nominatim(address, answers_file(), polygons=True)
    for name in ("atlas", address):
        assert settled_name(name, tmp_path) == name
    with pytest.raises(ValueError, match="geocoder: 'atlass'; expected 'atlas', the address of"):
        named_geocoder("atlass")
