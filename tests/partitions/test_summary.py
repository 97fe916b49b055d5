import numpy as np
import pandas as pd
import pytest
import shapely

from geoutils import s2
from geoutils.geocoding import Addresses
from geoutils.partitions import (
    Partition,
    S2Cells,
    adaptive_partition,
    cell_distances_km,
    partition_summary,
    semantic_partition,
)
from geoutils.partitions.semantic import semantic_cells
from geoutils.partitions.summary import EARTH_KM2, even_locations, ground_share
from geoutils.sphere import great_circle_km


def test_summary_of_the_six_faces():
    cells = S2Cells(s2.FACES)
    counts = np.array([1, 2, 3, 4, 5, 90])
    faces = Partition("faces", cells, s2.centers(s2.FACES), counts, cells.labels())
    summary = partition_summary(faces)
    assert summary["cells"] == 6
    assert [summary[f"photos_{which}"] for which in ("min", "median", "max")] == [1, 3.5, 90]
    np.testing.assert_allclose(summary["earth_share"], 1, rtol=1e-12)
    np.testing.assert_allclose(summary["area_km2_median"], 510_065_622 / 6, rtol=1e-6)


def test_ceiling_distances_match_brute_force_and_are_infinite_outside():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.normal(45, 20, 500).clip(-90, 90), rng.uniform(-20, 60, 500)]
    partition = adaptive_partition(photos, 5, 20)
    distances = cell_distances_km(partition, photos)
    for photo, distance in zip(photos, distances, strict=True):
        cell = partition.assign(photo[None])[0]
        center = partition.centers_deg[cell][None]
        expected = great_circle_km(photo[None], center)[0] if cell >= 0 else np.inf
        assert distance == expected
    assert np.isinf(distances).sum() == 500 - partition.counts.sum()


@pytest.mark.parametrize("n", [1, 7, 5000])
def test_even_locations_share_the_earth_out(n):
    locations = even_locations(n)
    assert locations.shape == (n, 2)
    assert (np.abs(locations) <= [90, 180]).all()
    in_north = (locations[:, 0] > 0).mean()
    assert abs(in_north - 0.5) <= 0.51 / n
    faces = np.bincount(S2Cells(s2.FACES).assign(locations), minlength=6) / n
    assert np.abs(faces - 1 / 6).max() < 2 / np.sqrt(n)


def test_ground_share_is_the_share_of_the_area():
    cells = S2Cells(s2.children(s2.FACES[:2]).ravel()[:5])
    partition = Partition("some", cells, np.zeros((5, 2)), np.ones(5, dtype=int), cells.labels())
    assert ground_share(partition) == pytest.approx(cells.areas_km2().sum() / EARTH_KM2, rel=2e-3)


def north_and_town(latlon_deg):
    """A geocoder: the northern hemisphere is a country with an area, 60° N a town without."""
    latitude = latlon_deg[:, 0]
    vectors = np.where((latitude > 60)[:, None], [0, 1], [1, -1])
    vectors[latitude <= 0] = -1
    locations = pd.DataFrame(
        {"key": ["town", "north"], "name": ["Town", "North"], "kind": ["place", "country"]}
        | {"country": "", "latitude": np.nan, "longitude": np.nan, "has_area": [False, True]}
        | {"geometry": [None, shapely.box(-180, 0, 180, 90)]}
    )
    return Addresses(vectors, locations)


def test_ground_that_only_addresses_know_is_counted_by_points_of_the_atlas(monkeypatch):
    monkeypatch.setattr(semantic_cells, "named_geocoder", lambda name: north_and_town)
    photos = even_locations(400)
    addresses = north_and_town(photos)
    places = semantic_partition(addresses, photos, 5, 5, geocoder="atlas")
    summary = partition_summary(places)
    assert summary["cells"] == 2
    assert summary["area_known"] == 0.5
    assert summary["area_km2_min"] == summary["area_km2_max"]
    assert summary["earth_share"] == pytest.approx(0.5, abs=1e-3)


def test_a_partition_without_known_areas_has_none():
    photos = even_locations(400)
    addresses = north_and_town(photos)
    addresses.locations["geometry"] = None
    places = semantic_partition(addresses, photos, 5, 5, geocoder=north_and_town)
    summary = partition_summary(places)
    assert summary["area_known"] == 0
    assert np.isnan(summary["area_km2_median"])


def a_server(latlon_deg):
    raise AssertionError(f"a summary asked a server for {len(latlon_deg)} addresses")


@pytest.mark.parametrize("geocoder", [None, a_server])
def test_no_geocoder_but_the_atlas_is_asked_for_ground(geocoder):
    photos = even_locations(400)
    places = semantic_partition(north_and_town(photos), photos, 5, 5, geocoder=geocoder)
    summary = partition_summary(places)
    assert np.isnan(summary["earth_share"])
    assert summary["cells"] == 2
    assert summary["photos_max"] == places.counts.max()


def test_photos_that_nobody_counted_are_not_zero():
    cells = S2Cells(s2.FACES)
    none = np.zeros(6, dtype=int)
    faces = Partition("faces", cells, s2.centers(s2.FACES), none, cells.labels())
    summary = partition_summary(faces)
    assert all(np.isnan(summary[f"photos_{which}"]) for which in ("min", "median", "max"))
    assert repr(faces) == "<Partition faces: 6 s2 cells, photos not counted>"
    assert summary["cells"] == 6
