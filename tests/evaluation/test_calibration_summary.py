import numpy as np
import pytest
from scipy.special import log_softmax

from geoutils.evaluation.calibration import expected_calibration_error
from geoutils.evaluation.calibration_summary import (
    MEASURES,
    calibration_gains,
    calibration_summary,
    summary_numbers,
    summary_text,
)
from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods
from geoutils.evaluation.resamples import Resamples
from geoutils.evaluation.temperature import tempered


def random_head(n: int = 300, n_cells: int = 8, seed: int = 0):
    rng = np.random.default_rng(seed)
    log_probs = log_softmax(rng.normal(0, 2, (n, n_cells)), axis=1).astype(np.float32)
    return log_probs, rng.integers(-1, n_cells, n), rng.integers(30, size=n).astype(str)


def test_confidence_is_the_probability_of_the_likeliest_cell():
    log_probs, cells, _ = random_head()
    answers = CellAnswers.of(log_probs, cells)
    np.testing.assert_allclose(answers.confidences, np.exp(log_probs).max(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(answers.best, log_probs.argmax(axis=1))
    np.testing.assert_array_equal(answers.correct, log_probs.argmax(axis=1) == cells)


def test_answers_joined_are_those_of_all_photos_at_once():
    log_probs, cells, _ = random_head(50)
    parts = [CellAnswers.of(log_probs[a:b], cells[a:b]) for a, b in ((0, 7), (7, 50))]
    whole, joined = CellAnswers.of(log_probs, cells), CellAnswers.joined(parts)
    assert len(joined) == 50
    for name, values in vars(whole).items():
        np.testing.assert_array_equal(getattr(joined, name), values)


def test_scores_that_are_not_normalised_are_refused():
    log_probs, cells, _ = random_head(20)
    with pytest.raises(ValueError, match=r"probabilities of 20 photos sum to .*normalising"):
        CellAnswers.of(log_probs - 1, cells)
    with pytest.raises(ValueError, match="sum to nan"):
        CellAnswers.of(np.full((1, 3), np.nan), cells[:1])


def test_summary_holds_what_each_function_gives_alone():
    log_probs, cells, authors = random_head()
    answers = CellAnswers.of(log_probs, cells)
    summary = calibration_summary(answers, Resamples.draw(300, authors, 50))
    confidences, correct = answers.confidences, answers.correct
    losses = negative_log_likelihoods(log_probs, cells)
    expected = {
        "accuracy": correct.mean(),
        "confidence": confidences.mean(),
        "overconfidence": confidences.mean() - correct.mean(),
        "ECE": expected_calibration_error(confidences, correct),
        "adaptive ECE": expected_calibration_error(confidences, correct, adaptive=True),
        "Brier": brier_scores(np.exp(log_probs), cells).mean(),
        "NLL": losses[cells >= 0].mean(),
    }
    assert tuple(summary) == tuple(expected) == MEASURES
    for name, interval in summary.items():
        np.testing.assert_allclose(interval.estimate, [expected[name]])
        assert interval.low[0] <= interval.estimate[0] <= interval.high[0]


def test_a_certain_float32_model_is_not_more_than_certain():
    log_probs = np.array([[1e-7, -20.0]], dtype=np.float32)
    assert CellAnswers.of(log_probs, np.array([0])).confidences[0] == 1


def test_without_a_photo_inside_there_is_no_likelihood():
    log_probs, _, _ = random_head(20)
    answers = CellAnswers.of(log_probs, np.full(20, -1))
    summary = calibration_summary(answers, Resamples.draw(20, n_resamples=10))
    assert np.isnan(summary["NLL"].estimate[0])
    assert summary_text(summary)["NLL"] == "–"


def test_one_author_gives_numbers_without_bounds():
    log_probs, cells, _ = random_head(40)
    resamples = Resamples.draw(40, np.full(40, "ann"), 10)
    summary = calibration_summary(CellAnswers.of(log_probs, cells), resamples)
    for interval in summary.values():
        assert np.isfinite(interval.estimate[0])
        assert np.isnan(interval.low[0]) and np.isnan(interval.high[0])
    assert "[" not in "".join(summary_text(summary).values())


def test_gains_are_differences_of_the_two_summaries():
    log_probs, cells, authors = random_head(400)
    resamples = Resamples.draw(400, authors, 200)
    one, other = (CellAnswers.of(tempered(log_probs, t), cells) for t in (1.0, 3.0))
    gains = calibration_gains(one, other, resamples)
    first, second = (calibration_summary(answers, resamples) for answers in (one, other))
    for name, gain in gains.items():
        expected = first[name].estimate - second[name].estimate
        np.testing.assert_allclose(gain.estimate, expected, atol=1e-12)
    assert gains["NLL"].low[0] > 0  # these answers know nothing: the flatter, the better


def test_numbers_and_text_of_a_summary():
    log_probs, cells, authors = random_head()
    summary = calibration_summary(
        CellAnswers.of(log_probs, cells), Resamples.draw(300, authors, 50)
    )
    numbers = summary_numbers(summary, "tempered_")
    assert len(numbers) == 3 * len(MEASURES)
    interval = summary["adaptive ECE"]
    assert numbers["tempered_adaptive_ECE"] == interval.estimate[0]
    assert numbers["tempered_adaptive_ECE_low"] == interval.low[0]
    text = summary_text(summary)["adaptive ECE"]
    assert text.startswith(f"{100 * interval.estimate[0]:.1f} [") and text.endswith("] %")
