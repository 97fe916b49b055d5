import numpy as np
import pytest

from geoutils.prediction import nearest as nearest_module
from geoutils.prediction import nearest_neighbours, top_k_hits


def test_equals_brute_force_in_any_chunks(monkeypatch):
    rng = np.random.default_rng(0)
    queries, background = rng.standard_normal((30, 8)), rng.standard_normal((50, 8))
    monkeypatch.setattr(nearest_module, "CHUNK", 7 * 50)
    rows, similarity = nearest_neighbours(queries, background, k=4)
    for i, query in enumerate(queries):
        cosine = background @ query / np.linalg.norm(background, axis=1) / np.linalg.norm(query)
        best = np.argsort(-cosine)[:4]
        np.testing.assert_array_equal(rows[i], best)
        np.testing.assert_allclose(similarity[i], cosine[best], rtol=1e-5)


def test_length_does_not_matter_and_zero_is_like_nothing():
    background = np.array([[1.0, 0], [0, 5], [0, 0]])
    rows, similarity = nearest_neighbours(np.array([[0, 0.1], [0, 0]]), background, k=3)
    assert rows[0].tolist() == [1, 0, 2]
    np.testing.assert_allclose(similarity, [[1, 0, 0], [0, 0, 0]])


def test_of_equals_the_first_photos_are_taken():
    background = np.tile([[1.0, 0], [0, 1]], (200, 1))
    rows, _ = nearest_neighbours(np.array([[0, 1.0], [2, 0.1]]), background, k=3)
    assert rows.tolist() == [[1, 3, 5], [0, 2, 4]]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="background: 3 features, but queries have 2"):
        nearest_neighbours(np.ones((1, 2)), np.ones((5, 3)), k=1)
    with pytest.raises(ValueError, match="k: 6; expected 1 to 5"):
        nearest_neighbours(np.ones((1, 3)), np.ones((5, 3)), k=6)


def test_hits_equal_a_sorted_list():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (200, 6)).astype(float)  # many ties
    truth = rng.integers(-1, 6, 200)
    for k in (1, 3, 6):
        hits = top_k_hits(scores, truth, k)
        for i in range(200):
            first = sorted(range(6), key=lambda cell, i=i: (-scores[i, cell], cell))[:k]
            assert hits[i] == (truth[i] in first)
    with pytest.raises(ValueError, match="k: 0"):
        top_k_hits(scores, truth, 0)
