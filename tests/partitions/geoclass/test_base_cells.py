import jaxtyping
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions.geoclass import exact_sums
from geoutils.partitions.geoclass.base_cells import BaseCells, base_graph
from geoutils.partitions.geoclass.exact_sums import sums_by_group
from geoutils.sphere import great_circle_km, spherical_mean


def photos_around_spots(n, seed=0):
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-70, 70, 6), rng.uniform(-175, 175, 6)]
    spread = rng.choice([0, 0.02, 0.5, 4], (n, 1))
    return spots[rng.integers(0, 6, n)] + spread * rng.uniform(-1, 1, (n, 2))


@pytest.fixture(scope="module")
def photos():
    return photos_around_spots(400)


def test_base_cells_hold_the_images_of_their_s2_cell(photos):
    cells = base_graph(photos, level=9).cells
    of_photo = s2.cell_ids(photos, 9)
    assert cells.level == 9
    np.testing.assert_array_equal(cells.ids, np.unique(of_photo))
    for number, cell in enumerate(cells.ids):
        own = photos[of_photo == cell]
        assert cells.n_images[number] == len(own)
        assert great_circle_km(cells.points_deg[[number]], spherical_mean(own))[0] < 1e-5


def test_base_cells_share_out_all_s2_cells(photos):
    cells = base_graph(photos, level=9).cells
    np.testing.assert_allclose(cells.n_cells.sum(), 6 * 4**9, rtol=1e-12)


def test_empty_cells_belong_to_the_nearest_base_cell(photos):
    cells = base_graph(photos, level=9).cells
    rng = np.random.default_rng(1)
    places = np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, 300))), rng.uniform(-180, 180, 300)]
    centers, base_centers = s2.centers(s2.cell_ids(places, 9)), s2.centers(cells.ids)
    for center, found in zip(centers, cells.nearest(places), strict=True):
        distances = great_circle_km(base_centers, np.tile(center, (len(cells), 1)))
        assert distances[found] <= distances.min() + 1e-9
    assert cells.ids[cells.nearest(photos)].tolist() == s2.cell_ids(photos, 9).tolist()


def test_features_are_means_of_images(photos):
    features = np.random.default_rng(0).normal(size=(400, 5)).astype(np.float32)
    graph = base_graph(photos, 9, features)
    for number in range(len(graph)):
        own = features[graph.cells.nearest(photos) == number]
        np.testing.assert_allclose(graph.features[number], own.mean(axis=0), rtol=1e-5, atol=1e-6)


def test_graph_is_the_same_for_photos_in_any_order(photos):
    features = np.random.default_rng(0).normal(size=(400, 5))
    order = np.random.default_rng(1).permutation(400)
    one, other = base_graph(photos, 7, features), base_graph(photos[order], 7, features[order])
    np.testing.assert_array_equal(one.cells.vector_sums, other.cells.vector_sums)
    np.testing.assert_array_equal(one.features, other.features)
    np.testing.assert_array_equal(one.edges, other.edges)


def test_features_may_be_a_memory_map_of_half_floats(photos, tmp_path):
    features = np.random.default_rng(0).random((400, 3)).astype(np.float16)
    np.save(tmp_path / "features.npy", features)
    mapped = base_graph(photos, 5, np.load(tmp_path / "features.npy", mmap_mode="r"))
    np.testing.assert_array_equal(mapped.features, base_graph(photos, 5, features).features)


@pytest.mark.parametrize("block", [1, 7, 1 << 22])
def test_sums_by_group_in_blocks_of_any_size(block, monkeypatch):
    monkeypatch.setattr(exact_sums, "_BLOCK_VALUES", block)
    rng = np.random.default_rng(0)
    values, groups = rng.normal(size=(200, 3)) * 1000, rng.permutation(np.r_[0:20, [3] * 180])
    largest = np.abs(values).max()
    expected = np.stack([values[groups == group].sum(axis=0) for group in range(20)])
    found = np.empty((20, 3))
    for first, sums in sums_by_group(lambda rows: values[rows], 3, groups, largest):
        found[first : first + len(sums)] = sums
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)


@given(st.permutations(range(12)), st.floats(1e-30, 1e30))
@settings(max_examples=50, deadline=None)
def test_sums_do_not_depend_on_order(order, scale):
    values = np.random.default_rng(0).normal(size=(12, 1)) * scale
    largest = float(np.abs(values).max())

    def total(rows):
        groups = np.zeros(12, dtype=np.int64)
        return next(sums_by_group(lambda r: values[rows][r], 1, groups, largest))[1]

    np.testing.assert_array_equal(total(np.array(order)), total(np.arange(12)))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_base_cells_are_all_neighbours(n):
    photos = np.array([[48.0, 2.0], [40.0, -74.0], [-33.0, 151.0]])[:n]
    graph = base_graph(photos)
    pairs = {1: [], 2: [[0, 1]], 3: [[0, 1], [0, 2], [1, 2]]}
    assert graph.edges.tolist() == pairs[n]
    np.testing.assert_allclose(graph.cells.n_cells.sum(), 6 * 4**14, rtol=1e-12)


def test_four_cells_on_one_circle_are_all_neighbours():
    face = s2.children(s2.FACES[:1]).ravel()
    graph = base_graph(s2.centers(face), level=1)
    assert len(graph) == 4 and len(graph.edges) == 6
    np.testing.assert_allclose(graph.cells.n_cells, 6)


def test_all_photos_at_one_point():
    graph = base_graph(np.tile([[48.0, 2.0]], (50, 1)))
    assert len(graph) == 1 and graph.cells.n_images.tolist() == [50]
    np.testing.assert_allclose(graph.cells.points_deg, [[48.0, 2.0]], atol=1e-9)
    assert graph.cells.nearest(np.array([[-90.0, 0.0]])).tolist() == [0]


def test_poles_and_antimeridian():
    photos = np.array([[90.0, 0.0], [-90.0, 12.0], [0.0, 180.0], [0.0, -180.0], [0.0, 179.999]])
    graph = base_graph(photos, level=5)
    assert graph.cells.n_images.sum() == 5
    longitudes = graph.cells.points_deg[:, 1]
    assert (np.abs(longitudes[np.abs(graph.cells.points_deg[:, 0]) < 1]) > 179).all()


def test_photos_and_features_may_come_as_lists_or_tables(photos, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as outside of tests
    features = np.random.default_rng(0).normal(size=(400, 3))
    expected = base_graph(photos, 7, features)
    table = pd.DataFrame(photos, columns=["latitude", "longitude"], index=np.arange(400)[::-1])
    for places, looks in [
        (photos.tolist(), features.tolist()),
        (table, pd.DataFrame(features, index=table.index)),
    ]:
        graph = base_graph(places, 7, looks)
        np.testing.assert_array_equal(graph.cells.vector_sums, expected.cells.vector_sums)
        np.testing.assert_array_equal(graph.features, expected.features)
        np.testing.assert_array_equal(graph.edges, expected.edges)
    with pytest.raises(ValueError, match=r"features: shape \(2, 1\) for 400 images"):
        base_graph(photos.tolist(), 7, [[1.0], [2.0]])


def test_bad_images_are_refused(photos):
    with pytest.raises(ValueError, match="latlon_deg: no images"):
        base_graph(np.empty((0, 2)))
    with pytest.raises(ValueError, match=r"latlon_deg: row 1 is \(nan, 0\)"):
        base_graph(np.array([[0.0, 0.0], [np.nan, 0.0]]))
    with pytest.raises(ValueError, match=r"beyond ±90, ±180"):
        base_graph(np.array([[0.0, 181.0]]))
    for level in (-1, 21):
        with pytest.raises(ValueError, match=f"level: got {level}, expected 0 … 20"):
            base_graph(photos, level)


def test_bad_features_are_refused(photos):
    for shape in [(399, 4), (400, 0)]:
        with pytest.raises(ValueError, match=r"features: shape .* for 400 images"):
            base_graph(photos, 9, np.zeros(shape))
    features = np.zeros((400, 4))
    features[17, 2] = np.inf
    with pytest.raises(ValueError, match="features: row 17 is not finite"):
        base_graph(photos, 9, features)


def test_base_cells_of_several_levels_or_out_of_order_are_refused():
    ids = s2.FACES
    others = np.ones(2), np.ones((2, 3))
    with pytest.raises(ValueError, match=r"ids: cells of levels \[0, 1\]"):
        BaseCells(np.r_[ids[:1], s2.children(ids[3:4])[0, :1]], np.ones(2, np.int64), *others)
    with pytest.raises(ValueError, match="ids: expected distinct cells in order"):
        BaseCells(ids[[1, 0]], np.ones(2, np.int64), *others)
