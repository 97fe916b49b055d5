from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils import s2
from geoutils.partitions import Partition, S2Cells, adaptive_partition
from geoutils.sphere import great_circle_km

HEADER = "class_label,hex_id,imgs_per_cell,latitude_mean,longitude_mean\n"
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "partitions"


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


def test_published_format_keeps_class_numbers(tmp_path):
    path = tmp_path / "cells_50_5000.csv"
    path.write_text(HEADER + "1,8744,3376,39.28,-107.94\n0,364,2728,35.96,108.13\n")
    partition = Partition.read_csv(path)
    assert repr(partition) == "<Partition cells_50_5000: 2 s2 cells, 6,104 photos>"
    assert partition.names == ["364", "8744"]
    assert partition.counts.tolist() == [2728, 3376]
    assert partition.assign(np.array([[39.28, -107.94], [35.96, 108.13]])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class_label,hex_id\n0,364\n", r"lacks the columns \['imgs_per_cell', 'latitude_mean'"),
        (HEADER + "0,364,5,1,1\n2,8744,5,1,1\n", "class_label in .* does not count from 0"),
        (HEADER + "0,8E+095,5,1,1\n", "hex_id '8E\\+095' in .*: a spreadsheet has turned"),
        (HEADER + "0,364,5,1,1\n1,3644,5,1,1\n", "ids: cells 364 and 3644 overlap"),
        (HEADER + "0,36z,5,1,1\n", "tokens: '36z' is no S2 cell"),
        (HEADER + "0,,5,1,1\n", "tokens: '' is no S2 cell"),
        (HEADER + "0,364,5,100,1\n", r"centers_deg: row 0 is \(100, 1\)"),
        (HEADER + "0,364,-5,10,1\n", "counts: found -5"),
    ],
)
def test_bad_published_file_is_named(tmp_path, text, message):
    path = tmp_path / "cells.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        Partition.read_csv(path)


def test_columns_must_agree():
    cells = S2Cells(s2.FACES)
    with pytest.raises(ValueError, match="names: 5 for 6 cells of 'faces'"):
        Partition("faces", cells, s2.centers(s2.FACES), np.ones(6, int), ["x"] * 5)


def test_spreadsheet_damage_is_told_from_the_published_file():
    if not PUBLISHED.is_dir():
        pytest.skip("the published cell files are not here")
    with pytest.raises(ValueError, match="a spreadsheet has turned the token into a number"):
        Partition.read_csv(PUBLISHED / "cells_50_5000_spreadsheet_damaged.csv")
