from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import Partition, S2Cells
from geoutils.partitions.quadtree import BoxCells, read_osv5m_quadtree
from geoutils.sphere import EARTH_RADIUS_KM

HEADER = "cluster_id,min_lat,min_lon,max_lat,max_lon,mean_lat,mean_lon\n"
ROW = "0,0,0,10,20,5,5\n"
PUBLISHED = Path(__file__).parents[3] / "shared/data/partitions/osv5m_quadtree_10_1000.csv"


def quadtree(depth, bounds=((-90.0, -180.0), (90.0, 180.0)), seed=0):
    """Boxes of a random quadtree: each is halved both ways, dropped or kept."""
    rng = np.random.default_rng(seed)
    boxes, leaves = [np.array(bounds)], []
    for level in range(depth):
        finer = []
        for low, high in boxes:
            fate = rng.choice(["split", "split", "keep", "drop"]) if level else "split"
            if fate == "keep":
                leaves.append([low, high])
            if fate == "split":
                middle = (low + high) / 2
                for upper in np.ndindex(2, 2):
                    finer.append([np.where(upper, middle, low), np.where(upper, high, middle)])
        boxes = finer
    low, high = np.moveaxis(np.array(leaves + boxes), 1, 0)
    return BoxCells(low, high)


def brute_force(cells, latlon_deg):
    """Box with low <= location < high; on the last line of all, low <= location <= high."""
    last = cells.high_deg.max(axis=0)
    found = []
    for row in latlon_deg:
        before = (row < cells.high_deg) | (row == last) & (row == cells.high_deg)
        holding = np.flatnonzero(((cells.low_deg <= row) & before).all(axis=1))
        assert len(holding) <= 1
        found.append(holding[0] if len(holding) else -1)
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_assign_matches_brute_force(seed):
    cells = quadtree(7, ((-50.0, -170.0), (70.0, 175.0)), seed)
    rng = np.random.default_rng(seed)
    anywhere = np.c_[rng.uniform(-90, 90, 500), rng.uniform(-180, 180, 500)]
    corners = np.concatenate([cells.low_deg, cells.high_deg])
    mixed = np.c_[rng.permutation(corners[:, 0]), rng.permutation(corners[:, 1])]
    for photos in (anywhere, corners, mixed):
        np.testing.assert_array_equal(cells.assign(photos), brute_force(cells, photos))


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 179.9)), min_size=1, max_size=20))
def test_assign_matches_brute_force_anywhere(rows):
    cells = quadtree(5, seed=3)
    np.testing.assert_array_equal(cells.assign(np.array(rows)), brute_force(cells, np.array(rows)))


def test_lines_belong_to_the_north_and_east_and_the_last_to_the_box_before():
    cells = BoxCells(
        np.array([[0.0, 0], [0, 10], [10, 0]]), np.array([[10.0, 10], [10, 20], [20, 10]])
    )
    photos = np.array([[0.0, 0], [5, 10], [10, 5], [10, 10], [20, 5], [5, 20], [10, 20], [20, 10]])
    assert cells.assign(photos).tolist() == [0, 1, 2, -1, 2, 1, -1, -1]


def test_poles_and_antimeridian():
    low = np.array([[-90.0, -180], [-90, 0], [0, -180], [0, 0]])
    world = BoxCells(low, low + np.array([90, 180]))
    photos = np.array([[-90.0, 5], [90, 5], [90, 180], [10, 180], [10, -180], [10, 179.9]])
    assert world.assign(photos).tolist() == [1, 3, 2, 2, 2, 3]  # longitude 180 is -180
    east = BoxCells(low[[3]], np.array([[90.0, 180]]))
    assert east.assign(photos).tolist() == [-1, 0, -1, -1, -1, 0]


def test_areas_add_up_and_outlines_enclose_them():
    cells = BoxCells(
        np.array([[-90.0, -180], [0, -180], [0, 0]]), np.array([[0.0, 180], [90, 0], [90, 180]])
    )
    np.testing.assert_allclose(cells.areas_km2().sum(), 4 * np.pi * EARTH_RADIUS_KM**2)
    cells = quadtree(6, seed=1)
    for low, high, area, ring in zip(
        cells.low_deg, cells.high_deg, cells.areas_km2(), cells.boundaries(), strict=True
    ):
        np.testing.assert_array_equal(ring[0], ring[-1])
        np.testing.assert_array_equal(ring.min(axis=0), low)
        np.testing.assert_array_equal(ring.max(axis=0), high)
        assert np.abs(np.diff(ring, axis=0)).max() <= 2
        x, y = np.radians(ring[:, 1]), np.sin(np.radians(ring[:, 0]))
        enclosed = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2  # > 0: counter-clockwise
        np.testing.assert_allclose(enclosed * EARTH_RADIUS_KM**2, area, rtol=1e-9)


def test_parents_are_boxes_that_hold_a_finer_box_whole():
    low = np.array([[0.0, 0], [0, 10]])
    coarse = BoxCells(low, low + 10)
    fine = BoxCells(
        np.array([[0.0, 0], [5, 5], [0, 15], [2, 8], [20, 20]]),
        np.array([[5.0, 5], [10, 8], [10, 20], [4, 12], [30, 30]]),
    )
    assert coarse.parents_of(fine).tolist() == [0, 0, 1, -1, -1]
    with pytest.raises(ValueError, match="finer: cells of kind 's2' do not nest in boxes"):
        coarse.parents_of(S2Cells(s2.FACES))


def test_no_boxes_hold_nothing():
    none = BoxCells(np.empty((0, 2)), np.empty((0, 2)))
    assert none.assign(np.zeros((2, 2))).tolist() == [-1, -1]
    assert none.boundaries() == []
    assert none.parents_of(quadtree(3)).max() == -1


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ([[0, 0], [5, 5]], [[10, 10], [20, 20]], "low_deg: boxes 0 and 1 overlap"),
        ([[0, 0], [2, 2]], [[10, 10], [4, 4]], "low_deg: boxes 0 and 1 overlap"),
        ([[0, 0], [0, 0]], [[10, 10], [10, 10]], "low_deg: boxes 0 and 1 overlap"),
        ([[0, 170]], [[10, -170]], r"high_deg: box 0 ends at \[10.0, -170.0\] but starts"),
        ([[0, 0]], [[0, 10]], r"high_deg: box 0 ends at \[0.0, 10.0\] but starts"),
        ([[0, 0]], [[95, 10]], r"high_deg: row 0 is \(95, 10\)"),
        ([[np.nan, 0]], [[5, 10]], r"low_deg: row 0 is \(nan, 0\)"),
    ],
)
def test_bad_boxes_are_named(low, high, message):
    with pytest.raises(ValueError, match=message):
        BoxCells(np.array(low, dtype=float), np.array(high, dtype=float))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cluster_id,min_lat\n0,1\n", r"lacks the columns \['min_lon', 'max_lat'"),
        (HEADER, "path: .* holds no cells"),
        ("", "path: .* is empty"),
        (HEADER + "0,0,0,10,20,5,5,5\n", "path: .* is no CSV table: its rows are longer"),
        (HEADER + ROW + "1,10,20,20,30,15,25,1,1\n", "path: .* is no CSV table"),
        (HEADER + "0,0,0,10,x,5,5\n", "max_lon in row 0 of .* is 'x', expected a number"),
        (HEADER + "0.5,0,0,10,20,5,5\n", "cluster_id in row 0 of .* expected a whole number"),
        (HEADER + "0,0,0,10\n", "max_lon in row 0 of .* is 'nan', expected a number"),
        (HEADER + "0,0,0,10,20,5,25\n", "the mean of class 0 in .* lies 5° outside its box '0, 0"),
        (HEADER + "0,0,0,10,20,-1,5\n", "the mean of class 0 in .* lies 1° outside its box"),
        (HEADER + ROW + "2,10,20,20,30,15,25\n", "cluster_id in .* does not count from 0"),
        (HEADER + ROW + "1,5,5,6,6,5,5\n", "low_deg: boxes 0 and 1 overlap"),
        (HEADER + "0,0,0,10,20,,\n", "mean_lat in row 0 of .* is 'nan', expected a number"),
        (HEADER + "0,0,0,100,20,5,5\n", r"high_deg: row 0 is \(100, 20\)"),
    ],
)
def test_bad_quadtree_files_are_named(tmp_path, text, message):
    path = tmp_path / "quadtree.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_osv5m_quadtree(path)


def test_class_numbers_and_points_are_those_of_the_file(tmp_path):
    path = tmp_path / "quadtree.csv"
    path.write_text(HEADER + "1,10,20,20,30,15,25\n" + ROW)
    partition = read_osv5m_quadtree(path)
    assert repr(partition) == "<Partition quadtree: 2 box cells, photos not counted>"
    assert partition.names == ["0, 0 + 10 × 20°", "10, 20 + 10 × 10°"]
    assert partition.centers_deg.tolist() == [[5, 5], [15, 25]]
    partition.save(tmp_path / "boxes.parquet")
    loaded = Partition.load(tmp_path / "boxes.parquet")
    pd.testing.assert_frame_equal(loaded.table(), partition.table())
    photos = np.random.default_rng(0).uniform(-5, 30, (200, 2))
    np.testing.assert_array_equal(loaded.assign(photos), partition.assign(photos))


@pytest.fixture(scope="module")
def published():
    if not PUBLISHED.is_file():
        pytest.skip("OSV-5M's quadtree is not here")
    return read_osv5m_quadtree(PUBLISHED)


def test_published_quadtree_is_a_partition(published):
    assert len(published) == len(set(published.names)) == 11_399
    assert not published.counts.any()
    np.testing.assert_array_equal(published.assign(published.centers_deg), np.arange(11_399))
    share = published.areas_km2().sum() / (4 * np.pi * EARTH_RADIUS_KM**2)
    assert share == pytest.approx(0.5503, abs=1e-4)
    rng = np.random.default_rng(0)  # even points on the sphere: in a box as often as boxes cover it
    photos = np.c_[
        np.degrees(np.arcsin(rng.uniform(-1, 1, 100_000))), rng.uniform(-180, 180, 100_000)
    ]
    assert (published.assign(photos) >= 0).mean() == pytest.approx(share, abs=0.006)


def test_published_quadtree_halves_the_bounds_of_its_photos_up_to_ten_times(published):
    low, high = published.cells.low_deg, published.cells.high_deg
    start, size = low.min(axis=0), high.max(axis=0) - low.min(axis=0)
    halvings = np.log2(size / (high - low))
    np.testing.assert_allclose(halvings, np.rint(halvings), atol=1e-9)
    np.testing.assert_allclose(halvings[:, 0], halvings[:, 1], atol=1e-9)
    assert np.rint(halvings).max() == 10
    steps = (low - start) / (high - low)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)
