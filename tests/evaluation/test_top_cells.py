import numpy as np
import pytest

from geoutils.evaluation.top_cells import TOP_K, listed_hits, top_cell_table
from geoutils.prediction import top_k_hits


def test_lists_hit_as_scores_do():
    rng = np.random.default_rng(0)
    scores, truth = rng.normal(size=(80, 30)), rng.integers(-1, 30, 80)
    lists = np.argsort(-scores, axis=1)[:, : max(TOP_K)].tolist()
    expected = np.stack([top_k_hits(scores, truth, k) for k in TOP_K], axis=1)
    np.testing.assert_array_equal(listed_hits(lists, truth), expected)


def test_short_lists_and_no_answer_are_misses_where_others_are_long():
    lists = [[3, 2, 1], [3], []]
    assert listed_hits(lists, np.array([2, 2, 2]), [1, 3]).tolist() == [
        [False, True],
        [False, False],
        [False, False],
    ]


def test_lists_must_reach_as_far_as_asked():
    with pytest.raises(ValueError, match="ks: 10, but the longest of top_cells holds 2 cells"):
        listed_hits([[1, 2], [3]], np.array([1, 1]))
    with pytest.raises(ValueError, match="top_cells: 1 lists for 2 true cells"):
        listed_hits([[1]], np.array([1, 1]), [1])


def test_table_is_in_percent():
    hits = listed_hits([[1, 2], [2, 1], [3, 4], [4, 1]], np.ones(4, dtype=int), [1, 2])
    table = top_cell_table({"fine": hits}, n_resamples=200, ks=[1, 2])
    assert table.columns.tolist() == ["top 1", "top 2"]
    assert table.loc["fine", "top 2"].startswith("75.0 [")
    one_author = top_cell_table({"fine": hits}, np.full(4, "ann"), n_resamples=20, ks=[1, 2])
    assert one_author.loc["fine"].tolist() == ["25.0", "75.0"]
