import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.partitions import Hierarchy, adaptive_partition
from geoutils.prediction import hierarchical_log_scores, level_log_probs, locate
from geoutils.sphere import great_circle_km


@pytest.fixture(scope="module")
def hierarchy():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.uniform(-60, 70, 600), rng.uniform(-180, 180, 600)]
    coarse, fine = (
        adaptive_partition(photos, 1, t_max, name=name)
        for name, t_max in (("coarse", 80), ("fine", 20))
    )
    return Hierarchy.of([coarse, fine])


def random_log_probs(sizes, n=7, seed=0):
    rng = np.random.default_rng(seed)
    logits = [torch.tensor(rng.standard_normal((n, size)), dtype=torch.float32) for size in sizes]
    return [level.log_softmax(1).numpy() for level in logits]


def test_log_probs_are_normalised_and_do_not_depend_on_the_batch():
    model = multi_partition("test_resnet", [3, 5]).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (300, 32, 32, 3)).astype(np.uint8)
    levels = level_log_probs(model, pixels)
    assert [level.shape for level in levels] == [(300, 3), (300, 5)]
    assert levels[0].dtype == np.float32
    for level, part in zip(levels, level_log_probs(model, pixels[295:]), strict=True):
        np.testing.assert_allclose(np.exp(level).sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(level[295:], part, atol=1e-4)
    with pytest.raises(ValueError, match="model: in training mode"):
        level_log_probs(model.train(), pixels)
    with pytest.raises(ValueError, match="pixels: no photos"):
        level_log_probs(model.eval(), pixels[:0])


def test_product_over_levels_is_the_sum_of_logs(hierarchy):
    levels = random_log_probs(hierarchy.n_cells)
    scores = hierarchical_log_scores(levels, hierarchy.parents)
    for cell, (coarse, fine) in enumerate(hierarchy.parents):
        expected = levels[0][:, coarse] + levels[1][:, fine]
        np.testing.assert_allclose(scores[:, cell], expected, rtol=1e-6)
    with pytest.raises(ValueError, match="level_log_probs: no levels"):
        hierarchical_log_scores([], hierarchy.parents)


def test_an_orphan_cell_is_impossible_without_epsilon(hierarchy):
    levels = random_log_probs(hierarchy.n_cells)
    parents = hierarchy.parents.copy()
    parents[3, 0] = -1
    assert np.isneginf(hierarchical_log_scores(levels, parents)[:, 3]).all()
    with_epsilon = hierarchical_log_scores(levels, parents, epsilon=1e-2)[:, 3]
    own = np.log(1e-2 + 0.99 * np.exp(levels[1][:, 3]))
    np.testing.assert_allclose(with_epsilon, np.log(1e-2) + own, rtol=1e-5)


def test_locate_equals_brute_force(hierarchy):
    fine = hierarchy.levels[-1]
    scores = random_log_probs([len(fine)], n=20)[0] * 2 - 7  # unnormalised
    scores[5, [4, 9]] = 3  # a tie: the lower index wins
    rng = np.random.default_rng(1)
    truth = np.c_[rng.uniform(-80, 80, 20), rng.uniform(-180, 180, 20)]
    truth[7] = np.nan
    photos = [f"photo{i}" for i in range(20)]
    found = locate(scores, fine, photos, truth, top_k=4)
    assert found["photo"].tolist() == photos
    for i, row in found.iterrows():
        chances = np.exp(scores[i] - scores[i].max())
        chances /= chances.sum()
        order = sorted(range(len(fine)), key=lambda cell, i=i: (-scores[i, cell], cell))[:4]
        assert row["top_cells"] == order and row["cell"] == order[0]
        np.testing.assert_allclose(row["top_probabilities"], chances[order], rtol=1e-4)
        assert row["probability"] == row["top_probabilities"][0]
        point = fine.centers_deg[[order[0]]]
        assert (row["latitude"], row["longitude"]) == tuple(point[0])
        if i != 7:
            assert row["distance_km"] == great_circle_km(point, truth[[i]])[0]
    assert np.isnan(found["distance_km"][7])
    assert found["cell"][5] == 4


def test_a_photo_without_any_possible_cell_is_not_placed(hierarchy):
    fine = hierarchy.levels[-1]
    scores = random_log_probs([len(fine)], n=3)[0]
    scores[1] = -np.inf
    scores[2, 1:] = -np.inf
    found = locate(scores, fine, list("abc"), np.zeros((3, 2)))
    assert found.loc[1, "cell"] == -1 and found.loc[1, "probability"] == 0
    assert found.loc[1, "top_cells"] == [] and found.loc[1, "top_probabilities"] == []
    assert np.isnan(found.loc[1, "latitude"]) and found.loc[1, "distance_km"] == np.inf
    assert found.loc[2, "top_cells"] == [0] and found.loc[2, "top_probabilities"] == [1.0]
    assert locate(scores, fine, list("abc"))["distance_km"].isna().all()


def test_predictions_survive_parquet(hierarchy, tmp_path):
    import pandas as pd

    fine = hierarchy.levels[-1]
    found = locate(random_log_probs([len(fine)])[0], fine, list("abcdefg"))
    found.to_parquet(tmp_path / "f_test.parquet")
    again = pd.read_parquet(tmp_path / "f_test.parquet")
    assert again.columns.tolist() == [
        "photo", "cell", "latitude", "longitude", "probability",
        "top_cells", "top_probabilities", "distance_km",
    ]  # fmt: skip
    assert again["top_cells"].map(list).tolist() == found["top_cells"].tolist()


def test_scores_that_do_not_fit_are_refused(hierarchy):
    fine = hierarchy.levels[-1]
    scores = random_log_probs([len(fine)], n=2)[0]
    with pytest.raises(ValueError, match=rf"log_scores: 3 cells, but .*'fine' has {len(fine)}"):
        locate(scores[:, :3], fine, list("ab"))
    with pytest.raises(ValueError, match="photo: 1 names for 2 rows"):
        locate(scores, fine, ["a"])
    with pytest.raises(ValueError, match="truth_deg: 1 rows for 2 photos"):
        locate(scores, fine, list("ab"), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="log_scores: 2 photos have NaN"):
        locate(scores * np.nan, fine, list("ab"))
    with pytest.raises(ValueError, match="top_k: 0"):
        locate(scores, fine, list("ab"), top_k=0)
