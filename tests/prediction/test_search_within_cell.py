from importlib import import_module

import numpy as np
import pytest

from geoutils.prediction import Background, search_everywhere, search_within_cell
from geoutils.prediction.best_columns import best_columns
from geoutils.sphere import great_circle_km, spherical_mean

N_CELLS = 12


@pytest.fixture(scope="module")
def collection():
    """Photos of a dozen towns, their features, and cells of which two stay empty."""
    rng = np.random.default_rng(0)
    towns = np.c_[rng.uniform(-85, 85, N_CELLS), rng.uniform(-180, 180, N_CELLS)]
    towns[3] = (10.0, 179.999)  # photos on either side of the date line
    cells = rng.integers(-1, N_CELLS - 2, 400)
    cells[cells == 5] = 4
    cells[7] = 5  # a cell with one photo only
    latlon = towns[cells] + rng.normal(0, 0.008, (400, 2))
    latlon[:, 1] = (latlon[:, 1] + 180) % 360 - 180
    return rng.normal(size=(400, 6)), latlon, cells, towns


@pytest.fixture(scope="module")
def background(collection):
    embeddings, latlon, cells, _ = collection
    return Background.of(embeddings, latlon, cells, N_CELLS)


def make_queries(n=60, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 6)), rng.integers(-1, N_CELLS, n)


def rank_slowly(query, embeddings, rows):
    cosines = {
        row: embeddings[row] @ query / np.linalg.norm(embeddings[row]) / np.linalg.norm(query)
        for row in rows
    }
    return sorted(rows, key=lambda row: -cosines[row]), cosines


def cluster_slowly(points, epsilon_km=1.0):
    clusters = []
    for i in range(len(points)):
        linked = [
            cluster
            for cluster in clusters
            if any(great_circle_km(points[[i]], points[[j]])[0] <= epsilon_km for j in cluster)
        ]
        clusters = [c for c in clusters if c not in linked] + [sorted(sum(linked, [i]))]
    return max(sorted(clusters), key=len)


@pytest.mark.parametrize("k", [1, 3, 10, 60])
def test_equals_the_method_written_out(collection, background, k):
    embeddings, latlon, cells, towns = collection
    queries, predicted = make_queries()
    found = search_within_cell(queries, predicted, background, towns, k)
    for i, cell in enumerate(predicted):
        rows = np.flatnonzero(cells == cell).tolist() if cell >= 0 else []
        ranked, cosines = rank_slowly(queries[i], embeddings, rows)
        ranked = ranked[:k]
        n = len(ranked)
        assert found.neighbours[i].tolist() == ranked + [-1] * (k - n)
        np.testing.assert_allclose(found.similarity[i, :n], [cosines[r] for r in ranked], atol=1e-6)
        assert np.isnan(found.similarity[i, n:]).all()
        if cell == -1:
            assert np.isnan(found.latlon_deg[i]).all() and found.cluster_size[i] == 0
        elif n == 0:
            np.testing.assert_array_equal(found.latlon_deg[i], towns[cell])
            assert found.cluster_size[i] == 0
        else:
            members = cluster_slowly(latlon[ranked])
            mean = spherical_mean(latlon[ranked][members])
            np.testing.assert_allclose(found.latlon_deg[[i]], mean, rtol=1e-12)
            assert np.flatnonzero(found.used[i]).tolist() == members
            assert found.cluster_size[i] == len(members) > 0
    assert {0, 1} <= set(found.cluster_size.tolist())
    assert (found.cluster_size[predicted >= N_CELLS - 2] == 0).all()


def test_other_aggregations_equal_their_definitions(collection, background):
    embeddings, latlon, cells, towns = collection
    queries, predicted = make_queries()
    mean, dense = (
        search_within_cell(queries, predicted, background, towns, 5, how, sigma_km=0.5)
        for how in ("average", "kernel_density")
    )
    for i in np.flatnonzero(predicted >= 0):
        rows = np.flatnonzero(cells == predicted[i]).tolist()
        if not rows:
            continue
        points = latlon[rank_slowly(queries[i], embeddings, rows)[0][:5]]
        np.testing.assert_allclose(mean.latlon_deg[[i]], spherical_mean(points), rtol=1e-12)
        density = [
            sum(np.exp(-2 * great_circle_km(p[None], q[None])[0] ** 2) for q in points)
            for p in points
        ]
        np.testing.assert_allclose(dense.latlon_deg[i], points[np.argmax(density)], rtol=1e-12)


def test_only_rows_of_the_predicted_cells_are_read(collection, background):
    *_, towns = collection
    queries, predicted = make_queries()
    predicted = np.where(np.isin(predicted, [2, 3]), predicted, 2)
    hidden = background.embeddings.copy()
    hidden[: background.starts[2]] = np.nan
    hidden[background.starts[4] :] = np.nan
    others_hidden = Background(hidden, background.latlon_deg, background.rows, background.starts)
    expected = search_within_cell(queries, predicted, background, towns)
    found = search_within_cell(queries, predicted, others_hidden, towns)
    np.testing.assert_array_equal(found.latlon_deg, expected.latlon_deg)
    np.testing.assert_array_equal(found.similarity, expected.similarity)


def test_length_of_features_does_not_matter(collection, background):
    embeddings, latlon, cells, towns = collection
    queries, predicted = make_queries()
    longer = Background.of(embeddings * 37, latlon, cells, N_CELLS)
    expected = search_within_cell(queries, predicted, background, towns)
    found = search_within_cell(queries / 9, predicted, longer, towns)
    np.testing.assert_array_equal(found.neighbours, expected.neighbours)
    np.testing.assert_array_equal(found.latlon_deg, expected.latlon_deg)


def test_of_equally_similar_photos_the_first_comes_first():
    embeddings = np.ones((6, 3))
    latlon = np.c_[np.arange(6.0), np.zeros(6)]
    background = Background.of(embeddings, latlon, np.zeros(6, dtype=int), 1)
    found = search_within_cell(np.ones((1, 3)), np.array([0]), background, latlon[:1], k=3)
    assert found.neighbours.tolist() == [[0, 1, 2]]
    np.testing.assert_allclose(found.latlon_deg, latlon[:1])  # all a degree apart: the first
    assert search_everywhere(np.ones((1, 3)), background, k=4).neighbours.tolist() == [[0, 1, 2, 3]]


def test_neighbours_that_cancel_out_fall_back_to_the_cell():
    latlon = np.array([[0.0, 0.0], [0.0, 180.0]])
    background = Background.of(np.eye(2), latlon, np.zeros(2, dtype=int), 1)
    center = np.array([[5.0, 5.0]])
    found = search_within_cell(np.ones((1, 2)), np.array([0]), background, center, 2, "average")
    np.testing.assert_array_equal(found.latlon_deg, center)
    assert (found.cluster_size == 0).all()


def test_retrieval_alone_is_the_nearest_of_all(collection, background, monkeypatch):
    embeddings, latlon, cells, _ = collection
    queries, _ = make_queries()
    module = import_module("geoutils.prediction.search_within_cell")  # the function has its name
    monkeypatch.setattr(module, "CHUNK", 7 * len(queries))
    one, five = search_everywhere(queries, background), search_everywhere(queries, background, 5)
    rows = np.flatnonzero(cells >= 0).tolist()
    for i, query in enumerate(queries):
        ranked, cosines = rank_slowly(query, embeddings, rows)
        assert one.neighbours[i].tolist() == ranked[:1]
        np.testing.assert_allclose(one.latlon_deg[i], latlon[ranked[0]], rtol=1e-9)
        assert five.neighbours[i].tolist() == ranked[:5]
        np.testing.assert_allclose(five.similarity[i, 4], cosines[ranked[4]], atol=1e-6)
    assert (one.cluster_size == 1).all()


def test_best_columns_equal_a_sorted_list_with_many_ties():
    scores = np.random.default_rng(0).integers(0, 4, (300, 9)).astype(float)
    for k in (1, 4, 9):
        for row, best in zip(scores, best_columns(scores, k), strict=True):
            assert best.tolist() == sorted(range(9), key=lambda c, row=row: (-row[c], c))[:k]
    with pytest.raises(ValueError, match="k: 10; expected 1 … 9"):
        best_columns(scores, 10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"queries": np.ones((60, 5))}, "queries: 5 features, but the background has 6"),
        ({"queries": np.full((60, 6), np.nan)}, "queries: 60 photos have features that are not"),
        ({"cells": np.zeros(3, dtype=int)}, "cells: 3 for 60 queries"),
        ({"cells": np.full(60, N_CELLS)}, "cells: found 12 … 12, expected −1 … 11"),
        ({"centers_deg": np.zeros((2, 2))}, "centers_deg: 2 cells, but the background has 12"),
        ({"k": 0}, "k: got 0"),
        ({"aggregation": "median"}, "aggregation: 'median'; expected one of clustering, average"),
    ],
)
def test_what_does_not_fit_is_refused(collection, background, changes, message):
    queries, predicted = make_queries()
    given = {"queries": queries, "cells": predicted, "centers_deg": collection[3]} | changes
    with pytest.raises(ValueError, match=message):
        search_within_cell(background=background, **given)


def test_more_neighbours_than_photos_are_refused(background):
    with pytest.raises(ValueError, match=f"k: 1000; expected 1 … {len(background)}"):
        search_everywhere(make_queries()[0], background, 1000)
