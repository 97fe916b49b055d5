import numpy as np
import pandas as pd
import pytest
import torch

from geoutils.partitions import adaptive_partition
from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    GeoclassParameters,
    base_graph,
    combine,
    geoclass_set,
)
from geoutils.prediction import (
    average_points,
    best_tuples,
    combinatorial,
    combined_scores,
    locate_combined,
    progressive_regions,
)
from geoutils.sphere import great_circle_km, spherical_mean

BY_CELLS = GeoclassParameters(9, 0, (0.2, 0.8, 0.0), (0.0, 1.0))
NORMALISATIONS = ("cells", "nonempty", "none")


@pytest.fixture(scope="module")
def photos():
    rng = np.random.default_rng(0)
    spots = np.c_[rng.uniform(-70, 70, 6), rng.uniform(-175, 175, 6)]
    spread = rng.choice([0, 0.02, 0.5, 4], (400, 1))
    return spots[rng.integers(0, 6, 400)] + spread * rng.uniform(-1, 1, (400, 2))


@pytest.fixture(scope="module")
def sets(photos):
    """Two geoclass sets, and cells that leave part of the ground out."""
    graph = base_graph(photos, 8)
    return [
        geoclass_set(graph, 12, GEOCLASS_SETS[1], name="images"),
        geoclass_set(graph, 9, BY_CELLS, name="cells"),
        adaptive_partition(photos, 20, 60, "adaptive"),
    ]


@pytest.fixture(scope="module")
def combined(sets):
    return combine(sets)


def log_probs(sets, n=70, seed=0):
    rng = np.random.default_rng(seed)
    return [np.log(rng.dirichlet(np.full(len(part), 0.3), n) + 1e-12) for part in sets]


def scores_of_base_cells(log_probs, sets, base, normalise):
    """Equation 3 on every non-empty S2 cell, one after the other."""
    weights = {"cells": base.n_cells, "nonempty": np.ones(len(base))}.get(normalise)
    classes = [part.assign(base.points_deg) for part in sets]
    scores = np.zeros((len(log_probs[0]), len(base)))
    for photo in range(len(scores)):
        for of_set, class_of in zip(log_probs, classes, strict=True):
            p = np.exp(of_set[photo])
            on_cells = [p[c] if c >= 0 else 0.0 for c in class_of]
            total = 1.0 if weights is None else np.dot(on_cells, weights)
            scores[photo] += np.array(on_cells) / total
    return scores


@pytest.mark.parametrize("n", [1, 3, 4, 11])
def test_best_rows_are_the_first_of_equals_in_any_blocks(monkeypatch, n):
    monkeypatch.setattr(combinatorial, "BLOCK", 4)
    scores = np.random.default_rng(n).integers(0, 3, (n, 200)).astype(np.float32)
    best = combinatorial._best_rows(torch.from_numpy(scores))
    np.testing.assert_array_equal(best, scores.argmax(axis=0))


@pytest.mark.parametrize("normalise", NORMALISATIONS)
def test_scores_equal_the_definition_on_every_cell(sets, combined, normalise):
    given = log_probs(sets)
    cells = combined.cells
    slow = scores_of_base_cells(given, sets, cells.base, normalise)
    fast = combined_scores(given, cells, normalise)
    assert fast.shape == (70, len(combined)) and (cells.tuples == -1).any()
    np.testing.assert_allclose(fast[:, cells.class_of_base], slow, rtol=1e-5)
    best = cells.class_of_base[slow.argmax(axis=1)]
    np.testing.assert_array_equal(best_tuples(given, cells, normalise), best)


def test_the_point_is_the_mean_of_all_images_of_the_best_tuple(photos, sets, combined):
    given = log_probs(sets)
    table = locate_combined(given, combined, [f"p{i}" for i in range(70)], np.zeros((70, 2)))
    np.testing.assert_array_equal(table["cell"], best_tuples(given, combined.cells))
    of_photo = combined.assign(photos)
    found = table[["latitude", "longitude"]].to_numpy()
    for i, cell in enumerate(table["cell"]):
        mean = spherical_mean(photos[of_photo == cell])
        assert great_circle_km(found[[i]], mean)[0] < 1e-4
    scores = combined_scores(given, combined.cells)
    np.testing.assert_allclose(
        table["probability"], scores.max(axis=1) / scores.sum(axis=1), rtol=1e-4
    )


def test_tables_do_not_depend_on_their_parts(sets, combined, monkeypatch):
    given, names = log_probs(sets), [f"p{i}" for i in range(70)]
    whole = locate_combined(given, combined, names, np.zeros((70, 2)))
    monkeypatch.setattr("geoutils.prediction.combinatorial.TABLE_CHUNK", 9)
    pd.testing.assert_frame_equal(
        locate_combined(given, combined, names, np.zeros((70, 2))), whole, rtol=1e-4
    )
    with pytest.raises(ValueError, match="photo: 3 names for 70 photos"):
        locate_combined(given, combined, names[:3])


def test_sets_of_unlike_size_weigh_alike_only_when_normalised(photos):
    # One class of the whole Earth says nothing, yet unnormalised it adds 1 everywhere.
    graph = base_graph(photos, 8)
    parts = [geoclass_set(graph, n, GEOCLASS_SETS[1], name=str(n)) for n in (2, 30)]
    cells = combine(parts).cells
    fine = np.random.default_rng(1).dirichlet(np.ones(30), 5)
    coarse = np.tile([0.51, 0.49], (5, 1))
    given = [np.log(coarse), np.log(fine)]
    simple, fair = (combined_scores(given, cells, how) for how in ("none", "cells"))
    shares = fair @ cells.n_cells
    np.testing.assert_allclose(shares, 2, rtol=1e-5)  # each set hands out one in all
    inside = np.bincount(cells.class_of_base, cells.base.n_cells) @ simple.T
    assert (inside > cells.base.n_cells.sum() * 0.49).all()  # nearly all of it the coarse set's


def test_one_set_alone_keeps_its_best_class_without_normalisation(sets):
    alone = combine(sets[:1])
    given = log_probs(sets[:1])
    for normalise in NORMALISATIONS:
        best = best_tuples(given, alone.cells, normalise)
        np.testing.assert_array_equal(best, given[0].argmax(axis=1))


def test_a_set_without_any_score_on_the_ground_says_nothing(sets, combined):
    given = log_probs(sets, n=1)
    given[2][:] = -np.inf
    expected = combined_scores(given, combined.cells)
    assert np.isfinite(expected).all() and expected.max() > 0
    two = combine(sets[:2])
    best = combined.cells.tuples[expected.argmax(axis=1), :2]
    of_two = two.cells.tuples[best_tuples(given[:2], two.cells)]
    np.testing.assert_array_equal(best, of_two)


def test_regions_shrink_to_the_prediction(photos, sets, combined):
    given = log_probs(sets, n=8, seed=3)
    best = best_tuples(given, combined.cells)
    for photo in range(8):
        regions = progressive_regions([part[photo] for part in given], combined.cells)
        assert [region.sets for region in regions] == [
            ("images",),
            ("images", "cells"),
            ("images", "cells", "adaptive"),
        ]
        for n, region in enumerate(regions, start=1):
            fewer = combine(sets[:n])
            classes = fewer.assign(photos)
            first = best_tuples([part[[photo]] for part in given[:n]], fewer.cells)[0]
            mean = spherical_mean(photos[classes == first])
            assert great_circle_km(region.point_deg[None], mean)[0] < 1e-4
            np.testing.assert_allclose(region.n_cells, fewer.cells.n_cells[first], rtol=1e-9)
        assert regions[-1].tuples.tolist() == [best[photo]]


def test_average_is_the_spherical_mean_of_those_who_answer():
    west, east = np.array([[0.0, 179.0], [np.nan, np.nan]]), np.array([[0.0, -179.0], [5.0, 6.0]])
    np.testing.assert_allclose(average_points([west, east]), [[0, -180], [5, 6]], atol=1e-12)
    np.testing.assert_array_equal(average_points([west, west])[1], [np.nan, np.nan])
    with pytest.raises(ValueError, match=r"points_deg: \[2, 1\] photos"):
        average_points([west, east[:1]])


def test_no_photos_are_fine(sets, combined):
    none = [part[:0] for part in log_probs(sets)]
    assert combined_scores(none, combined.cells).shape == (0, len(combined))
    assert best_tuples(none, combined.cells).shape == (0,)


def test_scores_that_do_not_fit_the_sets_are_refused(sets, combined):
    given = log_probs(sets)
    with pytest.raises(ValueError, match=r"one for each of the sets images, cells, adaptive with"):
        combined_scores(given[:2], combined.cells)
    with pytest.raises(ValueError, match=r"set_log_probs: \[70, 70, 3\] photos"):
        combined_scores([*given[:2], given[2][:3]], combined.cells)
    with pytest.raises(ValueError, match="normalise: 'area'; expected one of cells, nonempty"):
        combined_scores(given, combined.cells, "area")
    given[1][0, 0] = np.nan
    with pytest.raises(ValueError, match="set_log_probs: NaN"):
        best_tuples(given, combined.cells)
