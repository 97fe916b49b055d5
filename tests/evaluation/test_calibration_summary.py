import numpy as np
from scipy.special import log_softmax

from geoutils.evaluation.calibration import expected_calibration_error
from geoutils.evaluation.calibration_summary import calibration_summary, confidences_of
from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods


def random_head(n: int = 300, n_cells: int = 8, seed: int = 0):
    rng = np.random.default_rng(seed)
    log_probs = log_softmax(rng.normal(0, 2, (n, n_cells)), axis=1).astype(np.float32)
    return log_probs, rng.integers(-1, n_cells, n), rng.integers(30, size=n).astype(str)


def test_confidence_is_the_probability_of_the_likeliest_cell():
    log_probs, cells, _ = random_head()
    confidences, correct = confidences_of(log_probs, cells)
    np.testing.assert_allclose(confidences, np.exp(log_probs).max(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(correct, log_probs.argmax(axis=1) == cells)


def test_summary_holds_what_each_function_gives_alone():
    log_probs, cells, authors = random_head()
    summary = calibration_summary(log_probs, cells, authors, n_resamples=50)
    confidences, correct = confidences_of(log_probs, cells)
    losses = negative_log_likelihoods(log_probs, cells)
    expected = {
        "right": correct.mean(),
        "mean confidence": confidences.mean(),
        "ECE": expected_calibration_error(confidences, correct),
        "adaptive ECE": expected_calibration_error(confidences, correct, adaptive=True),
        "Brier": brier_scores(log_probs, cells).mean(),
        "NLL": losses[cells >= 0].mean(),
    }
    assert summary.keys() == expected.keys()
    for name, interval in summary.items():
        np.testing.assert_allclose(interval.estimate, [expected[name]])
        assert interval.low[0] <= interval.estimate[0] <= interval.high[0]


def test_a_certain_float32_model_is_not_more_than_certain():
    log_probs = np.array([[1e-7, -20.0]], dtype=np.float32)
    assert confidences_of(log_probs, np.array([0]))[0][0] == 1


def test_without_a_photo_inside_there_is_no_likelihood():
    log_probs, _, _ = random_head(20)
    assert "NLL" not in calibration_summary(log_probs, np.full(20, -1), n_resamples=10)
