import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geoutils.atlas import photo_density
from geoutils.geocoding import Addresses
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.partitions import Hierarchy, Partition, S2Cells
from geoutils.partitions.semantic.forest import depths
from geoutils.partitions.semantic.location_tree import LocationTree, location_tree
from geoutils.partitions.semantic.partitions import (
    n_distinct_cells,
    semantic_partition,
    semantic_partitions,
)
from geoutils.partitions.semantic.semantic_cells import SemanticCells

DATA = Path(__file__).parents[4] / "shared" / "data"
PLACES = {  # key: name, has_area, polygon
    "n1": ("Sagrada Família", False, shapely.Point(2.17, 41.40)),
    "r2": ("Barcelona", True, shapely.box(2.0, 41.3, 2.3, 41.5)),
    "r3": ("Spain", True, shapely.box(-9, 36, 3, 44)),
    "n4": ("Roses", False, None),
    "r5": ("Andorra", True, shapely.box(1.4, 42.4, 1.8, 42.7)),
    "w6": ("", False, None),
}
SPOTS = {"n1": (41.4, 2.17), "r2": (41.45, 2.1), "r3": (40, -3), "n4": (42.3, 3.2)} | {
    "r5": (42.5, 1.5),
    "w6": (42.6, 1.6),
}
VECTORS = 5 * [["n1", "r2", "r3"]] + 4 * [["r2", "r3"]] + 3 * [["n4", "r3"]] + 2 * [["r3"]]
VECTORS += 2 * [["w6", "r5"]] + [["r5"], []]


def addresses_of(vectors, keys=tuple(PLACES), geometry=True):
    rows = [[keys.index(key) for key in vector] for vector in vectors]
    depth = max(map(len, rows), default=3)
    padded = np.array([row + [-1] * (depth - len(row)) for row in rows]).reshape(len(rows), depth)
    table = pd.DataFrame(
        {"key": list(keys), "kind": "", "country": "", "latitude": 0.0, "longitude": 0.0}
    )
    table["name"] = [PLACES.get(key, ("elsewhere",))[0] for key in keys]
    table["has_area"] = [PLACES.get(key, ("", False))[1] for key in keys]
    if geometry:
        table["geometry"] = [PLACES.get(key, ("", False, None))[2] for key in keys]
    return Addresses(padded.astype(np.int64), table)


def spots_of(vectors):
    return np.array([SPOTS[vector[0]] if vector else (0.0, -30.0) for vector in vectors])


def geocode(latlon_deg):
    at = {spot: key for key, spot in SPOTS.items()}
    coarser = {"n1": "r2", "r2": "r3", "n4": "r3", "w6": "r5"}
    vectors = []
    for row in latlon_deg.tolist():
        key, vector = at.get(tuple(row)), []
        while key:
            vector.append(key)
            key = coarser.get(key)
        vectors.append(vector)
    return addresses_of(vectors)


@pytest.fixture(scope="module")
def levels():
    return semantic_partitions(
        addresses_of(VECTORS),
        spots_of(VECTORS),
        {"coarse": 9, "middle": 4, "fine": 3},
        min_photos=2,
        geocoder=geocode,
    )


def test_classes_of_a_small_world(levels):
    labels = [level.cells.labels() for level in levels]
    # Andorra holds three photos: a class of its own only on the finest level.
    assert labels == [["r2", "r3"], ["n1", "r2", "r3"], ["n1", "n4", "r2", "r3", "r5"]]
    assert levels[1].names == ["Sagrada Família, Barcelona, Spain", "Barcelona, Spain", "Spain"]
    assert [level.counts.tolist() for level in levels] == [[9, 5], [5, 4, 5], [5, 3, 4, 2, 3]]
    assert repr(levels[1]) == "<Partition middle: 3 semantic cells, 14 photos>"
    assert n_distinct_cells(levels) == 5
    np.testing.assert_allclose(levels[2].centers_deg[3], SPOTS["r3"], atol=1e-9)


def test_levels_make_a_hierarchy_that_comes_back_from_disk(levels, tmp_path):
    hierarchy = Hierarchy.of(levels)
    assert hierarchy.parents.tolist() == [[0, 0, 0], [1, 2, 1], [0, 1, 2], [1, 2, 3], [-1, -1, 4]]
    hierarchy.save(tmp_path)
    loaded = Hierarchy.load(tmp_path)
    np.testing.assert_array_equal(loaded.parents, hierarchy.parents)
    addresses = addresses_of(VECTORS)
    for level, again in zip(levels, loaded.levels, strict=True):
        assert again.names == level.names
        assert again.cells.labels() == level.cells.labels()
        assert again.cells.attributes() == {
            "classless": level.cells.attributes()["classless"],
            "geocoder": "",
        }
        np.testing.assert_array_equal(
            again.cells.assign_addresses(addresses), level.cells.assign_addresses(addresses)
        )
        np.testing.assert_allclose(again.areas_km2(), level.areas_km2())
        for a, b in zip(again.boundaries(), level.boundaries(), strict=True):
            np.testing.assert_array_equal(a, b)
        with pytest.raises(ValueError, match="geocoder is not known; give it by with_geocoder"):
            again.assign(spots_of(VECTORS))
        given = replace(again, cells=again.cells.with_geocoder(geocode))
        np.testing.assert_array_equal(
            given.assign(spots_of(VECTORS)), level.assign(spots_of(VECTORS))
        )


def test_partition_without_geometry_column_comes_back(tmp_path):
    addresses = addresses_of(VECTORS, geometry=False)
    partition = semantic_partition(addresses, spots_of(VECTORS), 3, 2, name="plain")
    partition.save(tmp_path / "plain.parquet")
    again = Partition.load(tmp_path / "plain.parquet")
    assert np.isnan(again.areas_km2()).all()
    assert {outline.shape for outline in again.boundaries()} == {(0, 2)}
    np.testing.assert_array_equal(
        again.cells.assign_addresses(addresses), partition.cells.assign_addresses(addresses)
    )


def test_new_photos_get_the_class_of_equal_training_vectors(levels):
    for level in levels:
        labels = level.cells.assign_addresses(addresses_of(VECTORS))
        np.testing.assert_array_equal(level.counts, np.bincount(labels[labels >= 0]))
        np.testing.assert_array_equal(level.assign(spots_of(VECTORS)), labels)


def test_unknown_locations_are_passed_over(levels):
    keys = ("x", "r3", "n1", "y", "r5")  # another table, other row numbers
    new = addresses_of([["x", "n1", "r3"], ["x", "y"], ["y", "r3"], [], ["x", "r5"]], keys)
    fine, coarse = levels[2].cells, levels[0].cells
    assert fine.assign_addresses(new).tolist() == [0, -1, 3, -1, 4]
    assert coarse.assign_addresses(new).tolist() == [0, -1, 1, -1, -1]  # Andorra has no class


def test_known_location_without_class_hides_coarser_ones_off_its_path(levels):
    # Andorra is known but below the threshold, so that Spain, a stray in the vector, is not taken.
    new = addresses_of([["r5", "r3"]])
    assert [level.cells.assign_addresses(new).item() for level in levels] == [-1, -1, 4]


def test_a_location_whose_photos_all_lie_finer_is_no_class():
    vectors = 3 * [["n1", "r2", "r3"]] + 3 * [["n4", "r3"]]
    partition = semantic_partition(addresses_of(vectors), spots_of(vectors), 3, 1)
    assert partition.cells.labels() == ["n1", "n4"]
    new = addresses_of([["r3"], ["n1", "r3"]])
    assert partition.cells.assign_addresses(new).tolist() == [-1, 0]
    coarser = semantic_partition(addresses_of(vectors), spots_of(vectors), 4, 1)
    assert coarser.cells.parents_of(partition.cells).tolist() == [0, 0]


def test_areas_only_keeps_polygons_alone():
    partition = semantic_partition(addresses_of(VECTORS), spots_of(VECTORS), 2, 2, areas_only=True)
    assert partition.cells.labels() == ["r2", "r3", "r5"]
    assert partition.counts.tolist() == [9, 5, 3]
    assert np.isfinite(partition.areas_km2()).all()


def test_ground_of_finer_cells_is_taken_from_coarser_ones(levels):
    spain, barcelona = PLACES["r3"][2], PLACES["r2"][2]
    cells = levels[2].cells
    areas = dict(zip(cells.labels(), cells.areas_km2(), strict=True))
    whole = replace(levels[2].cells, inside=np.full(5, -1)).areas_km2()
    np.testing.assert_allclose(areas["r3"] + areas["r2"], whole[3])
    assert np.isnan(areas["n1"]) and np.isnan(areas["n4"])  # a point, and nothing at all
    outlines = dict(zip(cells.labels(), cells.boundaries(), strict=True))
    assert outlines["n1"].shape == (0, 2)
    pieces = np.split(outlines["r3"], np.flatnonzero(np.isnan(outlines["r3"][:, 0])))
    rings = [piece[~np.isnan(piece[:, 0])] for piece in pieces]
    drawn = shapely.union_all([shapely.Polygon(ring[:, ::-1]) for ring in rings])
    assert all(np.array_equal(ring[0], ring[-1]) for ring in rings)
    assert drawn.symmetric_difference(spain.difference(barcelona)).area < 1e-9


def test_location_without_a_name_is_called_by_its_key():
    partition = semantic_partition(addresses_of(VECTORS), spots_of(VECTORS), 2, 2)
    assert partition.names[partition.cells.labels().index("w6")] == "w6, Andorra"


def test_cycles_lose_their_least_frequent_edge():
    # a → b three times, b → a twice, b → c once: b goes to c, and nobody is his own ancestor.
    vectors = 3 * [["n1", "n4"]] + 2 * [["n4", "n1"]] + [["n4", "r3"]]
    tree = location_tree(addresses_of(vectors), 1)
    assert dict(zip(tree.keys(), tree.parents.tolist(), strict=True)) == {
        "n1": 1,
        "n4": 2,
        "r3": -1,
    }
    # Without another edge the location becomes a root; equal edges: that of the smaller key goes.
    tree = location_tree(addresses_of([["n1", "n4"], ["n4", "n1"]]), 1)
    assert tree.parents.tolist() == [-1, 0]


def test_equal_edges_go_to_the_smaller_key():
    vectors = [["r5", "r3"], ["r5", "r2"]]
    for keys in [tuple(PLACES), tuple(PLACES)[::-1]]:
        tree = location_tree(addresses_of(vectors, keys), 1)
        assert tree.keys().tolist() == ["r2", "r3", "r5"]
        assert tree.parents.tolist() == [-1, -1, 0]


def test_one_photo_and_photos_at_one_point():
    one = semantic_partition(addresses_of([["n1", "r3"]]), np.array([[41.4, 2.17]]), 1, 1)
    assert (one.names, one.counts.tolist()) == (["Sagrada Família, Spain"], [1])
    vectors = 6 * [["n1", "r3"]]
    many = semantic_partition(addresses_of(vectors), np.tile([[41.4, 2.17]], (6, 1)), 6, 6)
    assert (many.names, many.counts.tolist()) == (one.names, [6])
    np.testing.assert_allclose(many.centers_deg, [[41.4, 2.17]])


def test_photos_that_cancel_out_leave_the_center_of_the_location_or_a_photo():
    spots = np.array([[0.0, 90.0], [10.0, 20.0], [0.0, -90.0], [0.0, -90.0], [0.0, 90.0]])
    addresses = addresses_of([["r5"], ["r2"], ["r5"], ["r5"], ["r5"]])
    located = replace(addresses, locations=addresses.locations.copy())
    located.locations["latitude"] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    located.locations["longitude"] = [11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    partition = semantic_partition(located, spots, 1, 1)
    assert partition.cells.labels() == ["r2", "r5"]
    np.testing.assert_allclose(partition.centers_deg, [[10, 20], [5, 15]])
    unknown = replace(addresses, locations=located.locations.assign(latitude=np.nan))
    order = np.array([4, 1, 0, 3, 2])
    for rows in (np.arange(5), order):
        given = Addresses(unknown.vectors[rows], unknown.locations)
        points = semantic_partition(given, spots[rows], 1, 1).centers_deg
        np.testing.assert_allclose(points, [[10, 20], [0, -90]])


@pytest.mark.parametrize("wrong", ["False", np.nan, None, 0])
def test_areas_are_true_or_false(wrong):
    addresses = addresses_of(VECTORS)
    flags = addresses.locations["has_area"].astype(object)
    same = Addresses(addresses.vectors, addresses.locations.assign(has_area=flags))
    tree = location_tree(same, 2, areas_only=True)
    assert tree.keys().tolist() == ["r2", "r3", "r5"]
    flags[3] = wrong
    broken = Addresses(addresses.vectors, addresses.locations.assign(has_area=flags))
    with pytest.raises(ValueError, match=f"locations: has_area is {wrong!r}, expected True or"):
        location_tree(broken, 2, areas_only=True)


def test_bad_input_is_named(levels):
    addresses, spots = addresses_of(VECTORS), spots_of(VECTORS)
    for tau_min in [{"coarse": 3, "fine": 9}, {"a": 3, "b": 3}, {}]:
        with pytest.raises(ValueError, match=r"tau_min: got .*, expected to fall from coarse to"):
            semantic_partitions(addresses, spots, tau_min, 2)
    with pytest.raises(ValueError, match=r"tau_min: got 20, but .* under min_photos = 50"):
        semantic_partition(addresses, spots, 20)
    with pytest.raises(ValueError, match="tau_min: no location holds 15 of 18 photos"):
        semantic_partition(addresses, spots, 15, 2)
    with pytest.raises(ValueError, match="min_photos: no location holds 50 of 18 photos"):
        semantic_partition(addresses, spots, 50)
    with pytest.raises(ValueError, match="min_photos: no location holds 1 of 3 photos"):
        nowhere = Addresses(np.empty((3, 0), dtype=np.int64), addresses.locations)
        semantic_partition(nowhere, spots[:3], 1, 1)
    with pytest.raises(ValueError, match="min_photos: no location with an area holds 1 of 3"):
        vectors = 3 * [["n4"]]
        semantic_partition(addresses_of(vectors), spots_of(vectors), 1, 1, areas_only=True)
    with pytest.raises(ValueError, match="min_photos: got 0, expected 1 or more"):
        semantic_partition(addresses, spots, 20, 0)
    with pytest.raises(ValueError, match="addresses: no photos"):
        semantic_partition(addresses_of([]), np.empty((0, 2)), 1, 1)
    with pytest.raises(ValueError, match="latlon_deg: 17 locations for 18 addresses"):
        semantic_partition(addresses, spots[1:], 3, 2)
    with pytest.raises(ValueError, match=r"latlon_deg: row 4 is \(nan, 2\.17\)"):
        broken = spots.copy()
        broken[4, 0] = np.nan
        semantic_partition(addresses, broken, 3, 2)
    with pytest.raises(ValueError, match=r"latlon_deg: row 0 is .*, beyond ±90"):
        levels[0].assign(spots[:1] + 90)
    with pytest.raises(ValueError, match="geocoder: 'nominatim'; expected 'atlas', the address of"):
        levels[0].cells.with_geocoder("nominatim").assign(spots[:1])
    with pytest.raises(ValueError, match="geocoder: 18 addresses for 1 locations"):
        cells = levels[0].cells.with_geocoder(lambda latlon_deg: addresses)
        cells.assign(spots[:1])
    with pytest.raises(ValueError, match="finer: cells of kind 's2' do not nest in semantic"):
        levels[0].cells.parents_of(S2Cells(np.array([], dtype=np.uint64)))


def test_damaged_cells_are_named(levels):
    cells = levels[2].cells
    with pytest.raises(ValueError, match="parents: node 0 leads into a cycle"):
        replace(cells, inside=np.array([2, -1, 0, -1, -1]))
    with pytest.raises(ValueError, match="inside: 2 for 5 cells"):
        replace(cells, inside=cells.inside[:2], geometry=cells.geometry[:2])
    with pytest.raises(ValueError, match="cell_of: 2 for 6 known locations"):
        replace(cells, cell_of=cells.cell_of[:2])
    with pytest.raises(ValueError, match="known: 'n1' stands twice"):
        replace(cells, known=cells.known[[0, 0, 2, 3, 4, 5]])
    with pytest.raises(ValueError, match="cell_of: 'n1' is a cell but not in it itself"):
        replace(cells, cell_of=cells.cell_of[::-1])
    table = levels[2].table()
    with pytest.raises(ValueError, match=re.escape("lacks the columns ['members']")):
        SemanticCells.from_columns(table.drop(columns="members"))
    with pytest.raises(ValueError, match="attrs lack classless, geocoder; found"):
        SemanticCells.from_columns(table)
    tree = location_tree(addresses_of(VECTORS), 2)
    with pytest.raises(ValueError, match="parents: node 0 leads into a cycle"):
        LocationTree(tree.locations, np.array([1, 0, -1, -1, -1, -1]))
    with pytest.raises(ValueError, match="parents: 2 for 6 locations"):
        LocationTree(tree.locations, tree.parents[:2])
    with pytest.raises(ValueError, match=r"parents: -1 … 6, expected -1 … 5"):
        LocationTree(tree.locations, np.array([6, -1, -1, -1, -1, -1]))


def test_partition_from_the_atlas_finds_its_geocoder_again(tmp_path):
    rng = np.random.default_rng(0)
    around = np.array([[48.85, 2.35], [41.4, 2.17], [52.5, 13.4], [30.0, -40.0]])
    latlon_deg = np.repeat(around, 60, axis=0) + rng.normal(0, 0.06, (240, 2))
    addresses = atlas_addresses(latlon_deg)
    levels = {"coarse": 40, "fine": 8}
    partitions = semantic_partitions(addresses, latlon_deg, levels, 5, geocoder=atlas_addresses)
    for partition in partitions:
        partition.save(tmp_path / "atlas.parquet")
        again = Partition.load(tmp_path / "atlas.parquet")
        assert again.cells.attributes()["geocoder"] == "atlas"
        labels = partition.cells.assign_addresses(addresses)
        np.testing.assert_array_equal(again.assign(latlon_deg), labels)
        assert (labels[:180] >= 0).all() and (labels[180:] == -1).all()  # the last are at sea
        assert {name.split(", ")[-1] for name in again.names} == {"France", "Germany", "Spain"}


def test_number_of_distinct_published_cells():
    if not DATA.is_dir():
        pytest.skip("the published cells are not here")
    folder = DATA / "partitions"
    levels = [Partition.read_csv(folder / f"cells_50_{n}.csv") for n in (5000, 2000, 1000)]
    assert sum(map(len, levels)) == 23_393
    assert n_distinct_cells(levels) == 15_606  # Theiner et al. 2022, Table 1, s2(M, f*)


def test_a_map_shows_the_finest_outline_that_holds_a_place():
    latlon_deg = photo_density()[::50].astype(float)
    levels = semantic_partitions(
        atlas_addresses(latlon_deg), latlon_deg, {"areas": 5}, 5, areas_only=True
    )
    cells = levels[0].cells
    there = photo_density()[7::50].astype(float)
    drawn = cells.drawn_at(there)
    depth = depths(cells.inside)
    for (latitude, longitude), cell in zip(there, drawn, strict=True):
        holding = np.flatnonzero(shapely.contains_xy(cells.geometry, longitude, latitude))
        assert (cell in holding) if len(holding) else cell == -1
        assert not len(holding) or depth[cell] == depth[holding].max()
    assert (drawn >= 0).mean() > 0.8
