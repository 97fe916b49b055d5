import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils import s2
from geoutils.partitions import Partition, S2Cells, adaptive_partition
from geoutils.partitions.published import read_cells_csv, write_cells_csv
from geoutils.partitions.quadtree import BoxCells, read_osv5m_quadtree
from geoutils.sphere import great_circle_km

HEADER = "class_label,hex_id,imgs_per_cell,latitude_mean,longitude_mean\n"
DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = {"coarse": "cells_50_5000", "middle": "cells_50_2000", "fine": "cells_50_1000"}


def test_class_numbers_are_kept(tmp_path):
    path = tmp_path / "cells_50_5000.csv"
    path.write_text(HEADER + "1,8744,3376,39.28,-107.94\n0,364,2728,35.96,108.13\n")
    partition = read_cells_csv(path)
    assert repr(partition) == "<Partition cells_50_5000: 2 s2 cells, 6,104 photos>"
    assert partition.names == ["364", "8744"]
    assert partition.counts.tolist() == [2728, 3376]
    assert partition.assign(np.array([[39.28, -107.94], [35.96, 108.13]])).tolist() == [1, 0]
    assert repr(Partition.read_csv(path, "coarse")).startswith("<Partition coarse: 2 s2 cells")


def test_written_cells_come_back(tmp_path):
    rng = np.random.default_rng(0)
    photos = np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, 3000))), rng.uniform(-180, 180, 3000)]
    crowd = np.tile([[48.85837, 2.294481]], (100, 1))  # one spot: its cell is a leaf
    partition = adaptive_partition(np.concatenate([photos, crowd]), 10, 40, "sample")
    partition.write_csv(tmp_path / "folder" / "sample.csv")
    again = read_cells_csv(tmp_path / "folder" / "sample.csv")
    pd.testing.assert_frame_equal(again.table(), partition.table(), check_exact=True)
    write_cells_csv(again, tmp_path / "again.csv")
    first = (tmp_path / "folder" / "sample.csv").read_bytes()
    assert (tmp_path / "again.csv").read_bytes() == first


def test_only_s2_cells_are_written(tmp_path):
    boxes = BoxCells(np.array([[0.0, 0]]), np.array([[1.0, 1]]))
    partition = Partition("box", boxes, np.array([[0.5, 0.5]]), np.ones(1, int), ["box"])
    with pytest.raises(ValueError, match=r"partition: the format holds S2 cells only, .* 'box'"):
        partition.write_csv(tmp_path / "boxes.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "path: .* is empty"),
        (HEADER, "path: .* holds no cells"),
        ("class_label,hex_id\n0,364\n", r"lacks the columns \['imgs_per_cell', 'latitude_mean'"),
        (HEADER.replace(",", ";") + "0;364;5;36;108\n", r"lacks the columns \['class_label'"),
        (HEADER + "0,364,5,36,108\n2,8744,5,39,-108\n", "class_label in .* does not count from 0"),
        (HEADER + "0,364,5,36,108\n0,8744,5,39,-108\n", "class_label in .* does not count from 0"),
        (HEADER + "0,364,5,36,108\n1,3644,5,36,108\n", "ids: cells 364 and 3644 overlap"),
        (HEADER + "0,36z,5,36,108\n", "tokens: '36z' is no S2 cell"),
        (HEADER + "0,,5,36,108\n", "tokens: '' is no S2 cell"),
        (HEADER + "0,364,5,100,108\n", r"centers_deg: row 0 is \(100, 108\)"),
        (HEADER + "0,364,-5,36,108\n", "counts: found -5"),
        (HEADER + "0,364,5.5,36,108\n", "imgs_per_cell in row 0 .* '5.5', expected a whole number"),
        (HEADER + "x,364,5,36,108\n", "class_label in row 0 .* 'x', expected a whole number"),
        (HEADER + "0,364,5,north,108\n", "latitude_mean in row 0 .* 'north', expected a number"),
        (HEADER + "0,364,5,36,\n", "longitude_mean in row 0 .* 'nan', expected a number"),
        (HEADER + "0,364,5,36,inf\n", "longitude_mean in row 0 .* 'inf', expected a number"),
        (HEADER + "0,364,1e30,36,108\n", "imgs_per_cell in row 0 .* expected a whole number"),
        (HEADER + "0,364,5,36,108,9\n", "path: .* is no CSV table: its rows are longer"),
        (HEADER + "0,364,5,36,108\n1,8744,5,39,-108,7,7\n", "path: .* is no CSV table"),
        (HEADER + "0,364\n", "imgs_per_cell in row 0 .* 'nan', expected a whole number"),
        (
            HEADER + "0,364,5,10,36\n",
            "the point of class 0 in .* lies 7,630 km from its cell '364'",
        ),
    ],
)
def test_bad_files_are_named(tmp_path, text, message):
    path = tmp_path / "cells.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_cells_csv(path)


@pytest.mark.parametrize("read", [read_cells_csv, read_osv5m_quadtree])
def test_files_that_are_no_csv_are_named(read, tmp_path):
    path = tmp_path / "cells.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with pytest.raises(ValueError, match=r"path: .*cells\.csv is no CSV table"):
        read(path)
    pd.DataFrame({"class_label": np.arange(1000), "x": "\xe9"}).to_parquet(path)
    with pytest.raises(ValueError, match=r"path: .*cells\.csv (is no CSV table|lacks the columns)"):
        read(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"path: .*cells\.csv is empty"):
        read(path)


# What spreadsheets make of 80e94, 8e95, 478e4, 47e1 and 89.
@pytest.mark.parametrize("token", ["8E+095", "8e+95", "4780000", "470", "89.0"])
def test_tokens_that_became_numbers_are_refused(tmp_path, token):
    path = tmp_path / "cells.csv"
    path.write_text(HEADER + f"0,364,5,36,108\n1,{token},5,10,1\n")
    message = (
        "a spreadsheet has turned tokens of .* at least 1 of 2 in hex_id, such as .* of class 1"
    )
    with pytest.raises(ValueError, match=message):
        read_cells_csv(path)


def test_a_token_without_its_zero_is_found_out_by_its_point(tmp_path):
    center = s2.centers(s2.from_tokens(["071"]))[0]
    path = tmp_path / "cells.csv"
    path.write_text(HEADER + f"0,071,5,{center[0]},{center[1]}\n")
    assert read_cells_csv(path).names == ["071"]
    path.write_text(HEADER + f"0,71,5,{center[0]},{center[1]}\n")
    with pytest.raises(ValueError, match="km from its cell '71'; a spreadsheet drops zeros"):
        read_cells_csv(path)


@pytest.fixture(scope="module")
def published():
    if not DATA.is_dir():
        pytest.skip("the published cells and photos are not here")
    return {
        level: read_cells_csv(DATA / "partitions" / f"{file}.csv", level)
        for level, file in FILES.items()
    }


@pytest.fixture(scope="module")
def photos():
    return pd.read_csv(DATA / "benchmarks" / "yfcc25600_places365.csv")


def test_published_files_are_written_as_they_were_read(published, tmp_path):
    for level, file in FILES.items():
        published[level].write_csv(tmp_path / file)
        original = DATA / "partitions" / f"{file}.csv"
        assert (tmp_path / file).read_bytes() == original.read_bytes()


def test_published_photos_get_their_published_labels(published, photos):
    labels = json.loads((DATA / "partitions" / "yfcc25600_cell_labels_half.json").read_text())
    assert len(labels) == 12_670
    rows = pd.Index(photos["IMG_ID"]).get_indexer(list(labels))
    latlon_deg = photos[["LAT", "LON"]].to_numpy()[rows]
    classes = np.stack([level.assign(latlon_deg) for level in published.values()], axis=1)
    np.testing.assert_array_equal(classes, list(labels.values()))


LEAVES = {1019: "47e66e20858771d3", 4595: "487604cfba8aa333", 4687: "12a4a2f6ad1e0fc9"}


@pytest.mark.parametrize(
    ("table", "coarse", "fine", "left_out", "empty"),
    [
        ("coarse_to_middle", "coarse", "middle", {}, ["3298"]),
        ("middle_to_fine", "middle", "fine", LEAVES, []),
        ("coarse_to_fine", "coarse", "fine", LEAVES, []),
    ],
)
def test_parents_are_the_published_ones(published, table, coarse, fine, left_out, empty):
    children = json.loads((DATA / "partitions" / f"{table}.json").read_text())
    parents = published[coarse].cells.parents_of(published[fine].cells)
    assert (parents >= 0).all()
    listed = {child: int(parent) for parent, row in children.items() for child in row}
    assert len(listed) == sum(len(row) for row in children.values())  # no child of two parents
    assert all(parents[child] == parent for child, parent in listed.items())

    # The slips of the tables: leaf cells that are no one's children, an entry of no class.
    names = published[fine].names
    assert {child: names[child] for child in range(len(names)) if child not in listed} == left_out
    holding = published[coarse].cells.ids[parents[list(left_out)]]
    levels = s2.levels(holding)
    leaves = s2.from_tokens(list(left_out.values()))
    assert (s2.levels(leaves) == 30).all()
    for leaf, cell, level in zip(leaves, holding, levels, strict=True):
        assert s2.parents(np.array([leaf]), int(level)) == cell
    assert [parent for parent, row in children.items() if not row] == empty
    expected = [str(parent) for parent in range(len(published[coarse]))]
    assert sorted(children, key=int) == expected + empty


def test_published_ceilings(published, photos):
    # Share of the 25,600 photos within 1, 25, 200, 750, 2500 km if the cell is always right.
    latlon_deg = photos[["LAT", "LON"]].to_numpy()
    assert len(latlon_deg) == 25_600
    expected = {"coarse": [18.6, 70.2, 97.0, 99.8, 100], "fine": [35.8, 88.8, 99.3, 100, 100]}
    for level, percent in expected.items():
        cells = published[level].assign(latlon_deg)
        assert (cells >= 0).all()
        distances = great_circle_km(latlon_deg, published[level].centers_deg[cells])
        ceiling = (distances[:, None] < [1, 25, 200, 750, 2500]).mean(axis=0)
        np.testing.assert_array_equal((100 * ceiling).round(1), percent)


def test_published_cells_hold_their_points(published):
    for level, n in {"coarse": 3298, "middle": 7202, "fine": 12_893}.items():
        cells = published[level].assign(published[level].centers_deg)
        np.testing.assert_array_equal(cells, np.arange(n))
        assert published[level].counts.min() == 51  # more than 50, never 50


def test_the_spreadsheet_damaged_file_is_refused_with_the_reason():
    path = DATA / "partitions" / "cells_50_5000_spreadsheet_damaged.csv"
    if not path.is_file():
        pytest.skip("the published cell files are not here")
    message = (
        r"a spreadsheet has turned tokens of .*damaged\.csv into numbers: at least 110 of 3298 "
        "in hex_id, such as '4780000' of class 15; take the original file"
    )
    with pytest.raises(ValueError, match=message):
        Partition.read_csv(path)


def test_reading_needs_no_order_of_rows_nor_photos(tmp_path):
    # A cell without photos may stand in the file; classes may come in any order.
    rows = [
        f"{k},{token},0,{lat},{lon}"
        for k, (token, (lat, lon)) in enumerate(
            zip(s2.tokens(s2.FACES), s2.centers(s2.FACES).tolist(), strict=True)
        )
    ]
    path = tmp_path / "faces.csv"
    path.write_text(HEADER + "\n".join(rows[::-1]) + "\n")
    partition = read_cells_csv(path)
    assert isinstance(partition.cells, S2Cells)
    np.testing.assert_array_equal(partition.cells.ids, s2.FACES)
    assert partition.counts.tolist() == [0] * 6
