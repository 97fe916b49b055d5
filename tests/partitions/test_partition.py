import numpy as np
import pandas as pd
import pytest

from geoutils import s2
from geoutils.partitions import Partition, S2Cells, adaptive_partition
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
