import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods
from geoutils.evaluation.temperature import LOG_TEMPERATURES, fit_temperature, tempered


def random_answers(n: int = 400, n_cells: int = 12, seed: int = 0):
    rng = np.random.default_rng(seed)
    log_probs = log_softmax(rng.normal(0, 2, (n, n_cells)), axis=1)
    drawn = np.exp(log_probs).cumsum(axis=1) > rng.random((n, 1))
    return log_probs, drawn.argmax(axis=1)


def test_brier_matches_the_double_loop():
    log_probs, cells = random_answers(50)
    expected = [
        sum((np.exp(p) - (c == true)) ** 2 for c, p in enumerate(row))
        for row, true in zip(log_probs, cells, strict=True)
    ]
    np.testing.assert_allclose(brier_scores(np.exp(log_probs), cells), expected, rtol=1e-10)


def test_scores_at_their_ends():
    with np.errstate(divide="ignore"):
        sure = np.log(np.array([[1.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_array_equal(brier_scores(np.exp(sure), np.array([0, 1])), [0, 2])
    np.testing.assert_array_equal(negative_log_likelihoods(sure, np.array([0, 1])), [0, np.inf])


def test_a_photo_outside_every_cell_cannot_be_likely():
    log_probs = np.log(np.full((1, 4), 0.25))
    np.testing.assert_allclose(brier_scores(np.exp(log_probs), np.array([-1])), [1.25])
    assert negative_log_likelihoods(log_probs, np.array([-1]))[0] == np.inf


def test_a_cell_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="index 4; expected below 4 cells"):
        brier_scores(np.full((1, 4), 0.25), np.array([4]))
    with pytest.raises(ValueError, match="cells: 2 for 1 photos"):
        negative_log_likelihoods(np.log(np.full((1, 4), 0.25)), np.array([0, 1]))


@pytest.mark.parametrize("exaggeration", [0.5, 1.0, 2.0])
def test_temperature_undoes_an_exaggeration(exaggeration):
    log_probs, cells = random_answers(6000)
    fitted = fit_temperature(log_probs * exaggeration, cells)
    np.testing.assert_allclose(fitted, exaggeration, rtol=0.05)


def test_temperature_is_the_best_of_a_grid():
    log_probs, cells = random_answers(300, seed=1)
    fitted = fit_temperature(log_probs * 1.7, cells)
    losses = [
        negative_log_likelihoods(tempered(log_probs * 1.7, t), cells).mean()
        for t in (fitted, *np.geomspace(0.1, 10, 60))
    ]
    assert min(losses) == pytest.approx(losses[0], abs=1e-9)


def test_tempering_keeps_the_order_and_sums_to_one():
    scores = np.random.default_rng(2).normal(0, 30, (20, 7))
    flat = tempered(scores, 3.0)
    np.testing.assert_allclose(np.exp(flat).sum(axis=1), 1)
    np.testing.assert_array_equal(flat.argsort(axis=1), scores.argsort(axis=1))


def test_impossible_cells_stay_impossible_and_do_not_spoil_the_fit():
    log_probs, cells = random_answers(200)
    log_probs[:, 3] = -np.inf
    log_probs = tempered(log_probs)
    assert (np.exp(tempered(log_probs, 2.0))[:, 3] == 0).all()
    assert np.isfinite(fit_temperature(log_probs, cells))


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="no photo lies in a cell"):
        fit_temperature(np.zeros((2, 3)), np.array([-1, -1]))
    with pytest.raises(ValueError, match="temperature: 0"):
        tempered(np.zeros((1, 2)), 0.0)


@pytest.mark.parametrize("exaggeration", [1e-3, 0.7, 1.0, 4.0, 1e3])
def test_newton_finds_what_a_bounded_search_finds(exaggeration):
    log_scores, cells = random_answers(250, seed=5)
    log_scores = log_scores * exaggeration
    log_scores[:, 2] = np.where(cells == 2, log_scores[:, 2], -np.inf)

    def loss(log_temperature):
        scaled = tempered(log_scores, float(np.exp(log_temperature)))
        return float(negative_log_likelihoods(scaled, cells).mean())

    searched = minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded").x
    np.testing.assert_allclose(np.log(fit_temperature(log_scores, cells)), searched, atol=1e-3)
    assert fit_temperature(log_scores.astype(np.float32), cells) == pytest.approx(
        fit_temperature(log_scores, cells), rel=1e-3
    )


def test_a_model_that_is_always_right_may_be_as_sure_as_it_can():
    log_scores = np.log(np.array([[0.6, 0.4], [0.2, 0.8]]))
    assert fit_temperature(log_scores, np.array([0, 1])) == pytest.approx(np.exp(-3), rel=1e-4)
    assert fit_temperature(log_scores, np.array([1, 0])) == pytest.approx(np.exp(3), rel=1e-4)
