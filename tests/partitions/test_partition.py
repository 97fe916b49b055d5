from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geoutils import s2
from geoutils.geocoding import Addresses
from geoutils.partitions import Partition, S2Cells, adaptive_partition, semantic_partition
from geoutils.partitions.adaptive.s2_unions import S2Unions
from geoutils.partitions.geoclass.base_cells import base_graph
from geoutils.partitions.geoclass.geoclass_cells import GeoclassCells
from geoutils.partitions.quadtree import BoxCells
from geoutils.sphere import great_circle_km


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


@pytest.fixture
def partition():
    return adaptive_partition(random_locations(3000), 10, 40, "sample")


def test_photos_of_dropped_cells_are_outside():
    crowd, lonely = np.tile([[48.0, 2.0]], (20, 1)), np.array([[-30.0, 140.0]])
    partition = adaptive_partition(np.concatenate([crowd, lonely]), 5, 50)
    assert partition.assign(lonely).tolist() == [-1]
    assert partition.assign(crowd[:1]).tolist() == [0]


def test_assign_matches_brute_force(partition):
    photos = random_locations(100, seed=1)
    cells = partition.cells.ids.tolist()
    for leaf, label in zip(s2.cell_ids(photos), partition.assign(photos), strict=True):
        ancestors = {int(s2.parents(leaf[None], level)[0]) for level in range(31)}
        holding = [number for number, cell in enumerate(cells) if cell in ancestors]
        assert holding == ([label] if label >= 0 else [])


def test_assign_keeps_class_numbers_in_any_order(partition):
    order = np.random.default_rng(0).permutation(len(partition))
    photos = random_locations(500, seed=2)
    shuffled = S2Cells(partition.cells.ids[order])
    a, b = partition.assign(photos), shuffled.assign(photos)
    np.testing.assert_array_equal(a, np.where(b >= 0, order[b], -1))


def test_areas_and_boundaries_belong_to_the_cells(partition):
    outlines = partition.boundaries()
    assert len(outlines) == len(partition.areas_km2()) == len(partition)
    centers = s2.centers(partition.cells.ids)
    for outline, center, area in zip(outlines, centers, partition.areas_km2(), strict=True):
        corners = outline[~np.isnan(outline).any(axis=1)]
        distance = great_circle_km(corners, np.tile(center, (len(corners), 1)))
        assert distance.max() < 2 * np.sqrt(area)


def test_saved_partition_comes_back(partition, tmp_path):
    named = partition.with_names([f"place {cell}, “é”" for cell in range(len(partition))])
    named.save(tmp_path / "folder" / "p.parquet")
    loaded = Partition.load(tmp_path / "folder" / "p.parquet")
    assert repr(loaded) == repr(named)
    assert loaded.names == named.names
    np.testing.assert_array_equal(loaded.cells.ids, named.cells.ids)
    np.testing.assert_array_equal(loaded.centers_deg, named.centers_deg)
    np.testing.assert_array_equal(loaded.counts, named.counts)
    photos = random_locations(100)
    np.testing.assert_array_equal(loaded.assign(photos), named.assign(photos))
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["p.parquet"]


def test_other_parquet_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"path: .*other\.parquet holds no partition"):
        Partition.load(tmp_path / "other.parquet")


def test_columns_must_agree():
    cells = S2Cells(s2.FACES)
    with pytest.raises(ValueError, match="names: 5 for 6 cells of 'faces'"):
        Partition("faces", cells, s2.centers(s2.FACES), np.ones(6, int), ["x"] * 5)


@pytest.mark.parametrize("bad", [0, 2**63, 1 << 61 | 2, 7 << 61 | 1])
def test_numbers_that_are_no_s2_cells_are_refused(bad):
    ids = np.array([s2.FACES[1], bad], dtype=np.uint64)
    with pytest.raises(ValueError, match=f"ids: {bad:#018x} is no S2 cell"):
        S2Cells(ids)
    with pytest.raises(ValueError, match="is no S2 cell"):
        S2Unions(ids, np.arange(2))


def geoclasses():
    base = base_graph(random_locations(30), 2).cells
    of_base = np.arange(len(base)) % 2
    return GeoclassCells(base, of_base, np.array([[0, 1], [1, 0]]), ("a", "b"), (2, 2))


def places():
    locations = pd.DataFrame(
        {"key": ["land", "isle"], "name": ["Land", "Isle"], "kind": "country", "country": ""}
        | {"latitude": np.nan, "longitude": np.nan, "has_area": False}
    )
    addresses = Addresses(np.arange(20)[:, None] % 2, locations)
    return semantic_partition(addresses, random_locations(20), 5, 5).cells


KINDS = {
    "s2": (lambda: S2Cells(s2.FACES[:2]), ["token"]),
    "s2_union": (lambda: S2Unions(s2.FACES[:3], np.array([0, 1, 1])), ["tokens"]),
    "box": (
        lambda: BoxCells(np.array([[0.0, 0], [5, 5]]), np.array([[5.0, 5], [9, 9]])),
        ["min_lat", "min_lon", "max_lat", "max_lon"],
    ),
    "geoclass": (
        geoclasses,
        "base_ids base_images base_n_cells base_x base_y base_z class_0 class_1".split(),
    ),
    "semantic": (places, ["location", "inside", "members", "geometry"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_missing_columns_are_all_named_for_every_kind(kind, tmp_path):
    make, own = KINDS[kind]
    cells, path = make(), tmp_path / "p.parquet"
    Partition("p", cells, np.zeros((2, 2)), np.ones(2, int), cells.labels()).save(path)
    assert Partition.load(path).cells.kind == kind
    table = pd.read_parquet(path)
    for missing in (own, ["photos", "name", "latitude", "longitude"], own[-1:]):
        table.drop(columns=missing).to_parquet(path)
        with pytest.raises(ValueError) as caught:
            Partition.load(path)
        assert f"path: {path} holds no partition (table: lacks the columns {missing}" in str(
            caught.value
        )
    table.attrs["cells"] = {}
    table.to_parquet(path)
    if kind in ("geoclass", "semantic"):
        with pytest.raises(
            ValueError, match=r"path: .*p\.parquet holds no partition \(table: attrs"
        ):
            Partition.load(path)


def test_values_that_make_no_partition_are_refused_with_the_path(partition, tmp_path):
    path = tmp_path / "p.parquet"
    partition.save(path)
    table = pd.read_parquet(path)
    for column, value in {"token": "36z", "photos": "many", "latitude": 95.0}.items():
        changed = table.astype({column: object})
        changed[column] = value
        changed.to_parquet(path)
        with pytest.raises(ValueError, match=r"path: .*p\.parquet holds no partition \("):
            Partition.load(path)
    table.assign(token=None).to_parquet(path)
    with pytest.raises(ValueError, match=r"path: .*p\.parquet holds no partition \("):
        Partition.load(path)


@pytest.mark.parametrize(
    "content", [b"", b"cell,token\n0,1\n", b"\x89PNG\r\n\x1a\n", b"PAR1xxPAR1"]
)
def test_files_that_are_no_parquet_are_named(content, tmp_path):
    path = tmp_path / "p.parquet"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"path: .*p\.parquet is no Parquet file"):
        Partition.load(path)


def test_a_name_with_a_slash_is_not_saved(partition, tmp_path):
    other = replace(partition, name="a/b")
    with pytest.raises(ValueError, match="name: 'a/b' cannot name a file"):
        other.save(tmp_path / "p.parquet")
    assert not list(tmp_path.iterdir())
