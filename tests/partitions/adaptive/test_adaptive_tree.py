import numpy as np
import pytest
import torch

from geoutils import s2
from geoutils.models import hmc_scores
from geoutils.partitions import Hierarchy, adaptive_partition, adaptive_tree
from geoutils.prediction import hierarchical_log_scores
from geoutils.sphere import spherical_mean


def clustered_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-80, 80, 5), rng.uniform(-175, 175, 5)]
    crowd = spots[rng.integers(0, 5, n)] + rng.choice([0, 0.1, 3], (n, 1)) * rng.normal(size=(n, 2))
    wide = np.c_[rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)]
    return np.where(rng.random((n, 1)) < 0.5, crowd, wide).clip([-90, -180], [90, 180])


@pytest.fixture(scope="module")
def photos():
    return clustered_locations(1500)


@pytest.fixture(scope="module")
def tree(photos):
    return adaptive_tree(photos, 10, 60)


def recursive_tree(photos, t_min, t_max):
    """Algorithms 1 and 2: {leaf id: ids of its branch from the face to itself}."""
    leaves = s2.cell_ids(photos)

    def branches(cell, above):
        first, last = s2.id_ranges(np.array([cell], dtype=np.uint64))
        n = ((leaves >= first) & (leaves <= last)).sum()
        if n <= t_max or len(above) == 30:
            return {cell: [*above, cell]} if n >= t_min else {}
        found = {}
        for child in s2.children(np.array([cell], dtype=np.uint64))[0].tolist():
            found |= branches(child, [*above, cell])
        return found

    return {leaf: b for face in s2.FACES.tolist() for leaf, b in branches(face, []).items()}


@pytest.mark.parametrize(("t_min", "t_max"), [(10, 60), (1, 30), (20, 20), (4, 700)])
def test_equals_the_recursive_definition(photos, t_min, t_max):
    expected = recursive_tree(photos, t_min, t_max)
    tree = adaptive_tree(photos, t_min, t_max)
    assert tree.leaves.cells.ids.tolist() == sorted(expected)
    depth = max(len(branch) for branch in expected.values())
    assert tree.level_names == [f"depth_{d}" for d in range(depth)]
    for d, level in enumerate(tree.levels):
        at_depth = sorted({branch[d] for branch in expected.values() if len(branch) > d})
        assert level.cells.ids.tolist() == at_depth
    for leaf, row in zip(sorted(expected), tree.parents, strict=True):
        found = [int(tree.levels[d].cells.ids[c]) for d, c in enumerate(row) if c >= 0]
        assert found == expected[leaf]
        assert (row[len(found) :] == -1).all()  # none below the leaf, no gap above it


def test_leaves_are_the_adaptive_partition_of_different_depths(tree, photos):
    flat = adaptive_partition(photos, 10, 60)
    np.testing.assert_array_equal(tree.leaves.cells.ids, flat.cells.ids)
    np.testing.assert_array_equal(tree.leaves.counts, flat.counts)
    np.testing.assert_array_equal(tree.leaves.centers_deg, flat.centers_deg)
    assert len(np.unique((tree.parents >= 0).sum(axis=1))) > 2
    assert len(tree.leaves) == len(tree.parents) > len(tree.levels[-1])


def test_levels_count_and_place_their_photos(tree, photos):
    classes = tree.assign(photos)
    for level, column in zip(tree.levels, classes.T, strict=True):
        inside = column >= 0
        np.testing.assert_array_equal(
            np.bincount(column[inside], minlength=len(level)), level.counts
        )
        means = spherical_mean(photos[inside], column[inside], len(level))
        np.testing.assert_allclose(level.centers_deg, means, rtol=1e-10)
    leaf = tree.leaves.assign(photos)
    np.testing.assert_array_equal(tree.parents[leaf[leaf >= 0]], classes[leaf >= 0])


def log_probs_of(tree, n_photos, seed=0):
    rng = np.random.default_rng(seed)
    logits = [3 * rng.standard_normal((n_photos, n)) for n in tree.n_cells]
    return [torch.tensor(level).log_softmax(1) for level in logits]


def dense_terms(tree, log_probs, epsilon):
    """The thesis: T_i = p_i M_i, with 1 on the leaf's own branch and epsilon elsewhere."""
    terms = []
    for h, p in enumerate(log_probs):
        matrix = torch.full((tree.n_cells[h], len(tree.leaves)), epsilon, dtype=p.dtype)
        for leaf, cell in enumerate(tree.parents[:, h]):
            if cell >= 0:
                matrix[cell, leaf] = 1
        terms.append(p.exp() @ matrix)
    return torch.stack(terms)


def test_scores_equal_the_dense_matrices(tree):
    log_probs = log_probs_of(tree, 7)
    terms = dense_terms(tree, log_probs, 1e-2)
    expected = {"product": terms.prod(0).log(), "sum_of_logs": terms.log().sum(0)}
    weights = 0.9 ** torch.arange(len(terms) - 1, -1, -1, dtype=torch.float64)
    own = torch.tensor(tree.parents >= 0).double() @ weights
    expected["smooth"] = ((weights[:, None, None] * terms).sum(0) / own).log()
    for kind, scores in expected.items():
        fast = hmc_scores(log_probs, tree.parents, kind, epsilon=1e-2)
        torch.testing.assert_close(fast, scores, rtol=1e-12, atol=1e-12)
    arrays = [level.numpy() for level in log_probs]
    np.testing.assert_allclose(
        hierarchical_log_scores(arrays, tree.parents, epsilon=1e-2),
        expected["sum_of_logs"].numpy(),
        rtol=1e-12,
    )


def test_without_epsilon_only_the_deepest_leaves_score(tree):
    arrays = [level.numpy() for level in log_probs_of(tree, 3)]
    scores = hierarchical_log_scores(arrays, tree.parents, epsilon=0.0)
    deepest = tree.parents[:, -1] >= 0
    assert 0 < deepest.sum() < len(deepest)
    np.testing.assert_array_equal(np.isfinite(scores), np.broadcast_to(deepest, scores.shape))


def test_saved_tree_comes_back(tree, photos, tmp_path):
    tree.save(tmp_path)
    assert (tmp_path / "leaves.parquet").is_file()
    loaded = Hierarchy.load(tmp_path)
    assert repr(loaded) == repr(tree)
    np.testing.assert_array_equal(loaded.parents, tree.parents)
    np.testing.assert_array_equal(loaded.leaves.assign(photos), tree.leaves.assign(photos))


def test_a_split_cell_without_kept_descendants_is_removed():
    # One face with 12 photos in four quarters of 3: over t_max, but no child reaches t_min.
    quarters = s2.centers(s2.children(s2.children(s2.FACES[:1]).ravel()[:1]).ravel())
    elsewhere = np.tile([[85.0, 10.0]], (5, 1))
    photos = np.concatenate([np.repeat(quarters, 3, axis=0), elsewhere])
    tree = adaptive_tree(photos, 5, 6)
    assert tree.leaves.names == ["5"]
    assert tree.n_cells == [1]


def test_photos_at_one_point_make_one_branch():
    tree = adaptive_tree(np.tile([[48.8584, 2.2945]], (9, 1)), 1, 4)
    assert tree.n_cells == [1] * 31
    assert tree.parents.tolist() == [[0] * 31]
    one = adaptive_tree(np.array([[45.0, 5.0]]), 1, 4)
    assert (one.n_cells, one.leaves.names) == ([1], ["5"])


@pytest.mark.parametrize(
    ("photos", "t_min", "t_max", "message"),
    [
        (np.empty((0, 2)), 1, 5, "latlon_deg: no photos"),
        (np.zeros((3, 2)), 4, 5, "t_min: no cell holds 4 of the 3 photos"),
        (np.zeros((3, 2)), 6, 5, "t_min: got 6 with t_max 5, expected 1 <= t_min <= t_max"),
        (np.array([[np.nan, 0]]), 1, 5, r"latlon_deg: row 0 is \(nan, 0\)"),
        (np.array([[91.0, 0]]), 1, 5, r"row 0 is \(91, 0\), beyond"),
    ],
)
def test_bad_input_is_named(photos, t_min, t_max, message):
    with pytest.raises(ValueError, match=message):
        adaptive_tree(photos, t_min, t_max)
