"""Cells leave and come back in the formats of others: ISN's CSV, SemP's CSVs, GeoJSON."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
import shapely

from geoutils.geocoding import atlas_addresses
from geoutils.partitions import (
    Hierarchy,
    Partition,
    adaptive_partition,
    base_graph,
    geoclass_set,
    read_geojson,
    read_semp,
    read_semp_csv,
    remainder_partition,
    semantic_partitions,
    write_geojson,
    write_semp,
    write_semp_csv,
)
from geoutils.partitions.geoclass import GEOCLASS_SETS
from geoutils.partitions.quadtree import BoxCells
from geoutils.sphere import destination

TOWNS = np.array([[48.85, 2.35], [-16.5, 179.9], [40.7, -74.0], [89.5, 10.0], [-33.9, 18.4]])


@pytest.fixture(scope="module")
def photos():
    rng = np.random.default_rng(0)
    at = np.repeat(TOWNS, 60, axis=0)
    return destination(at, rng.uniform(0, 360, len(at)), rng.exponential(150, len(at)))


@pytest.fixture(scope="module")
def partitions(photos):
    """One partition of every kind of cells."""
    box = BoxCells(np.array([[0.0, 170], [-5, -180]]), np.array([[10.0, 180], [0, -170]]))
    graph = base_graph(photos, 8)
    return {
        "s2": adaptive_partition(photos, 2, 20, "S2, 20"),
        "s2_union": remainder_partition(photos, 5, 20),
        "semantic": semantic_hierarchy(photos).levels[-1],
        "geoclass": geoclass_set(graph, 9, GEOCLASS_SETS[1], name="set_1"),
        "box": Partition(
            "boxes", box, np.array([[5.0, 175], [-2, -175]]), np.ones(2, int), ["a", "b"]
        ),
    }


def semantic_hierarchy(photos):
    """Three levels of named places in two countries: each lies in a class of the coarsest."""
    near = photos[np.r_[0:60, 120:180]]  # Paris and New York
    tau_min = {"coarse": 40, "middle": 12, "fine": 4}
    return Hierarchy.of(
        semantic_partitions(atlas_addresses(near), near, tau_min, 4, geocoder="atlas")
    )


@pytest.mark.parametrize("kind", ["s2", "s2_union", "semantic", "geoclass", "box"])
def test_geojson_comes_back_as_the_same_partition(partitions, photos, kind, tmp_path):
    partition = partitions[kind]
    write_geojson(partition, tmp_path / "cells.geojson")
    again = read_geojson(tmp_path / "cells.geojson")
    assert repr(again) == repr(partition)
    expected, found = (p.table() for p in (partition, again))
    for name in expected:
        if name == "geometry":
            pairs = zip(
                shapely.from_wkb(found[name]), shapely.from_wkb(expected[name]), strict=True
            )
            assert all(a == b for a, b in pairs)
        elif isinstance(expected[name].iloc[0], list | np.ndarray):
            for a, b in zip(found[name], expected[name], strict=True):
                np.testing.assert_array_equal(a, b)
        else:
            pd.testing.assert_series_equal(found[name], expected[name], check_exact=True)
    np.testing.assert_array_equal(again.assign(photos), partition.assign(photos))


@pytest.mark.parametrize("kind", ["s2", "s2_union", "semantic", "geoclass", "box"])
def test_geojson_is_what_other_programs_expect(partitions, kind, tmp_path):
    partition = partitions[kind]
    write_geojson(partition, tmp_path / "cells.geojson")
    features = json.loads((tmp_path / "cells.geojson").read_text())["features"]
    assert len(features) == len(partition)
    outlined = [feature for feature in features if feature["geometry"] is not None]
    collection = json.dumps({"type": "FeatureCollection", "features": outlined})
    shapes = shapely.get_parts(shapely.from_geojson(collection))
    assert len(shapes) == len(outlined) >= 2
    assert np.abs(shapely.bounds(shapes)[:, [0, 2]]).max() <= 180
    for feature in outlined:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        rings = [polygon.exterior for polygon in shape.geoms]
        assert all(ring.is_ccw for ring in rings), feature["id"]
        inner = shapely.buffer(shape, 0)
        if not inner.is_empty and partition.cells.kind in ("s2", "box"):
            latlon = shapely.get_coordinates(shapely.point_on_surface(inner))[:, ::-1]
            assert partition.assign(latlon).tolist() == [feature["id"]]


def test_isn_cells_with_the_two_lines_of_their_first_files(partitions, tmp_path):
    partition = partitions["s2"]
    partition.write_csv(tmp_path / "cells.csv", preamble=True)
    again = Partition.read_csv(tmp_path / "cells.csv", partition.name)
    found, expected = again.table(), partition.table().assign(name=again.names)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    # As ISN's later code reads cells, which skips two rows, and as its first did, row by row.
    skipping = pd.read_csv(tmp_path / "cells.csv", index_col="hex_id", skiprows=2)
    assert skipping["class_label"].tolist() == list(range(len(partition)))
    above = ("num_images", "min_concept_probability", "class_label")
    with open(tmp_path / "cells.csv") as file:
        rows = [row for row in csv.reader(file) if len(row) > 1 and row[0] not in above]
    assert [row[1] for row in rows] == partition.cells.labels()
    np.testing.assert_array_equal(np.array([row[3:] for row in rows], float), partition.centers_deg)


def test_semp_files_come_back_as_the_same_hierarchy(photos, tmp_path):
    hierarchy = semantic_hierarchy(photos)
    write_semp(hierarchy, tmp_path)
    again = read_semp(tmp_path)
    np.testing.assert_array_equal(again.parents, hierarchy.parents)
    addresses = atlas_addresses(photos)
    for found, expected in zip(again.levels, hierarchy.levels, strict=True):
        assert found.name == f"m_{len(expected)}" and found.names == expected.cells.labels()
        np.testing.assert_array_equal(found.centers_deg, expected.centers_deg)
        np.testing.assert_array_equal(found.counts, expected.counts)
    # Photos whose finest place is a class of the finest level need no more than the keys.
    cells = again.levels[-1].cells.assign_addresses(addresses)
    known = cells >= 0
    assert known.any()
    np.testing.assert_array_equal(cells[known], hierarchy.levels[-1].assign(photos)[known])
    single = read_semp_csv(tmp_path / f"{again.levels[0].name}.csv", "coarse")
    assert single.name == "coarse" and single.names == again.levels[0].names


def test_semp_files_are_read_as_their_authors_do(photos, tmp_path):
    hierarchy = semantic_hierarchy(photos)
    write_semp(hierarchy, tmp_path)
    above = json.loads((tmp_path / "h_dict.json").read_text())
    tables = [
        pd.read_csv(tmp_path / f"m_{len(level)}.csv", index_col="class_index", skiprows=0)
        for level in hierarchy.levels
    ]
    numbers = [dict(zip(table["class_label"], table.index, strict=True)) for table in tables]
    for k in (1, 2):
        for key, parent in above[f"m_{len(tables[k])}"].items():
            expected = hierarchy.levels[k - 1].cells.parents_of(hierarchy.levels[k].cells)
            assert numbers[k - 1][parent] == expected[numbers[k][key]]


def test_semp_cells_without_counts_are_read(tmp_path):
    (tmp_path / "m_2.csv").write_text(
        "class_index,class_label,latitude_mean,longitude_mean\n1,N7,1,2\n0,W1,3,4\n"
    )
    cells = read_semp_csv(tmp_path / "m_2.csv")
    assert cells.names == ["W1", "N7"] and not cells.is_counted
    with pytest.raises(ValueError, match="their geocoder is not known"):
        cells.assign(TOWNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class_index,class_label,latitude_mean,longitude_mean\n0,,1,2\n", "has no class_label"),
        ("class_index,latitude_mean\n0,1\n", "lacks the columns"),
        (
            "class_index,class_label,latitude_mean,longitude_mean\n0,a,1,2\n1,a,1,2\n",
            "stands twice",
        ),
        (
            "class_index,class_label,latitude_mean,longitude_mean\n3,a,1,2\n",
            "does not count from 0",
        ),
    ],
)
def test_bad_semp_files_are_named(tmp_path, text, message):
    (tmp_path / "m_1.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_semp_csv(tmp_path / "m_1.csv")


def test_what_formats_cannot_hold_is_refused(partitions, photos, tmp_path):
    with pytest.raises(ValueError, match="named places, got cells of kind 's2'"):
        write_semp_csv(partitions["s2"], tmp_path / "m.csv")
    level = semantic_hierarchy(photos).levels[0]
    twice = Hierarchy((level, level), np.tile(np.arange(len(level))[:, None], 2))
    with pytest.raises(ValueError, match="share a name"):
        write_semp(twice, tmp_path)
    assert not list(tmp_path.iterdir())


def test_damaged_files_are_refused(partitions, photos, tmp_path):
    path = tmp_path / "cells.geojson"
    for text in ("", "[]", "{}", '{"partition": {"kind": "x"}, "features": []}', "[" * 10_000):
        path.write_text(text)
        with pytest.raises(ValueError, match="holds no partition"):
            read_geojson(path)
    write_geojson(partitions["s2"], path)
    path.write_text(path.read_text().replace('"token"', '"took"', 1))
    with pytest.raises(ValueError, match="holds no partition"):
        read_geojson(path)
    with pytest.raises(ValueError, match=r"no h_dict\.json"):
        read_semp(tmp_path)
    write_semp(semantic_hierarchy(photos), tmp_path / "semp")
    (tmp_path / "semp" / "h_dict.json").write_text('{"m_1": {}}')
    with pytest.raises(ValueError, match="does not give each class"):
        read_semp(tmp_path / "semp")
