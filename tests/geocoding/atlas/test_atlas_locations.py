"""The locations that addresses from the atlas are made of."""

import numpy as np
import shapely

from geoutils.atlas import countries, photo_density, places
from geoutils.geocoding import Addresses, atlas_addresses
from geoutils.geocoding.atlas_locations import atlas_locations
from geoutils.sphere import great_circle_km


def keys(addresses: Addresses) -> np.ndarray:
    """Keys instead of row numbers, so that vectors of two calls can be compared."""
    return np.append(addresses.locations["key"].to_numpy(object), "")[addresses.vectors]


def test_locations_form_a_tree(photos):
    """Every location is followed by one and the same coarser one."""
    rng = np.random.default_rng(1)
    many = photo_density() + rng.normal(0, 0.05, (100_000, 2))
    vectors = atlas_addresses(np.concatenate([many, photos])).vectors
    for level in range(3):
        pairs = np.unique(vectors[:, level : level + 2][vectors[:, level] >= 0], axis=0)
        finest_known = pairs[pairs[:, 1] >= 0]
        assert len(np.unique(finest_known[:, 0])) == len(finest_known)


def test_order_of_kinds_and_countries_agree(photos):
    found = atlas_addresses(photos)
    rank = {"place": 0, "admin2": 1, "admin1": 2, "country": 3}
    ranks = np.append(found.locations["kind"].map(rank).to_numpy(), 9)[found.vectors]
    known = found.vectors >= 0
    assert (np.diff(ranks, axis=1)[known[:, 1:]] > 0).all()
    country = np.append(found.locations["country"].to_numpy(object), "")[found.vectors]
    assert (country[:, 1:] == country[:, :-1])[known[:, 1:]].all()


def test_keys_are_distinct_and_full():
    table = atlas_locations().table
    assert table["key"].is_unique and (table["name"] != "").all()
    twins = places().duplicated(["country", "admin1", "admin2", "name"], keep=False)
    assert twins.sum() > 1000  # names alone would not do
    for kind, slashes in {"country": 0, "admin1": 1, "admin2": 2, "place": 3}.items():
        of_kind = table["key"][table["kind"] == kind]
        assert of_kind.str.startswith(f"{kind}:").all()
        np.testing.assert_array_equal(of_kind.str.count("/"), slashes)


def test_known_keys():
    """Published with partitions: they may not change."""
    found = keys(atlas_addresses(np.array([[45.7485, 4.8467], [-12.46776, 14.94646]])))
    path = "FR/Auvergne-Rhône-Alpes/Rhône"
    assert found[0].tolist() == [
        f"place:{path}/Lyon",
        f"admin2:{path}",
        "admin1:FR/Auvergne-Rhône-Alpes",
        "country:FR",
    ]
    assert found[1, 0] == "place:AO/Benguela//Chindumbo@-12.46776,14.94646"


def test_locations_occur_and_have_what_they_say(photos):
    found = atlas_addresses(photos)
    used = np.unique(found.vectors[found.vectors >= 0])
    np.testing.assert_array_equal(used, np.arange(len(found.locations)))
    table = found.locations
    drawn = table["kind"].isin(["admin1", "country"])
    np.testing.assert_array_equal(table["has_area"], drawn)
    assert shapely.is_valid(table["geometry"][drawn].to_numpy()).all()
    assert all(geometry is None for geometry in table["geometry"][~drawn])
    assert not table[["latitude", "longitude"]].isna().any().any()


def test_centers():
    table = atlas_locations().table.set_index("key")
    center = lambda key: table.loc[key, ["latitude", "longitude"]].to_numpy(float)  # noqa: E731
    fiji = center("country:FJ")
    assert abs(fiji[1]) > 177 and -19 < fiji[0] < -16  # not near longitude 0
    near = great_circle_km(center("country:FR")[None], np.array([[46.5, 2.6]]))  # Bruère-Allichamps
    assert near < 60
    np.testing.assert_allclose(center("country:VA"), [41.90268, 12.45414], atol=1e-4)
    bouvet = table.loc["country:BV"]
    assert np.isnan(bouvet.latitude) and not bouvet.has_area


def test_a_square_on_the_equator_has_its_centroid():
    from geoutils.geocoding.atlas_locations import _centroids

    halves = shapely.multipolygons([shapely.box(176, -2, 180, 2), shapely.box(-180, -2, -176, 2)])
    found = _centroids(np.array([halves, shapely.MultiPolygon()]))
    np.testing.assert_allclose(found[0], [0, -180], atol=1e-9)
    assert np.isnan(found[1]).all()


def test_countries_agree_with_the_gazetteer():
    """Where map and gazetteer speak of the same place, they name the same country."""
    table = atlas_locations().table
    country = table["country"].to_numpy(object)[atlas_locations().of_place[:, 0]]
    assert (country != places().country).mean() < 0.001
    assert set(places().country) <= set(countries().index)
