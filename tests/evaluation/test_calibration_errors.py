import numpy as np
import pytest

from geoutils.evaluation.calibration import (
    bin_edges,
    bootstrap_calibration_error,
    bootstrap_reliability,
    calibration_gain,
    calibration_noise,
    expected_calibration_error,
    reliability,
)
from geoutils.evaluation.resamples import Resamples


def answers(n: int, overconfidence: float = 1.0, seed: int = 0):
    """Confidences and answers of a model that is right with confidence ** overconfidence."""
    rng = np.random.default_rng(seed)
    confidences = rng.beta(0.8, 2, n)
    return confidences, rng.random(n) < confidences**overconfidence


def ece_slowly(confidences, correct, n_bins):
    total = 0.0
    for b in range(n_bins):
        low, high = b / n_bins, (b + 1) / n_bins
        inside = [(low < c <= high) or (b == 0 and c == 0) for c in confidences]
        if any(inside):
            gap = abs(confidences[inside].mean() - correct[inside].mean())
            total += gap * sum(inside) / len(confidences)
    return total


@pytest.mark.parametrize("n_bins", [1, 10, 20])
def test_ece_matches_the_sum_over_bins(n_bins):
    confidences, correct = answers(500, 1.5)
    np.testing.assert_allclose(
        expected_calibration_error(confidences, correct, n_bins),
        ece_slowly(confidences, correct, n_bins),
        rtol=1e-10,
    )


def test_ece_of_the_example_of_guo_et_al_by_hand():
    # Two filled bins of ten: (0.8 - 0.5) * 2/4 + (0.95 - 1) * 2/4.
    confidences, correct = np.array([0.8, 0.8, 0.95, 0.95]), np.array([True, False, True, True])
    assert expected_calibration_error(confidences, correct, 10) == pytest.approx(0.175)


def test_confidences_of_perfect_and_of_no_use():
    sure = np.ones(10)
    assert expected_calibration_error(sure, np.ones(10, bool)) == 0
    assert expected_calibration_error(sure, np.zeros(10, bool)) == 1
    assert expected_calibration_error(np.zeros(4), np.zeros(4, bool)) == 0


def test_empty_bins_are_empty_and_edges_belong_to_the_bin_below():
    table = reliability(np.array([0.1, 0.10001, 0.5]), np.array([True, False, True]), 10)
    np.testing.assert_array_equal(table.counts, [1, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    assert np.isnan(table.accuracy[2])
    np.testing.assert_array_equal(table.accuracy[[0, 1, 4]], [1, 0, 1])


def test_adaptive_bins_hold_equally_many_photos():
    confidences, correct = answers(1000)
    table = reliability(confidences, correct, 20, adaptive=True)
    np.testing.assert_array_equal(table.counts, np.full(20, 50))


def test_adaptive_bins_keep_equal_confidences_together():
    confidences = np.repeat([0.2, 0.7], [90, 10])
    table = reliability(confidences, confidences > 0.5, 5, adaptive=True)
    np.testing.assert_array_equal(table.counts, [90, 10])
    assert len(bin_edges(np.full(7, 0.3), 5, adaptive=True)) == 2


def test_noise_is_what_a_calibrated_model_shows():
    confidences, _ = answers(800)
    noise = calibration_noise(confidences, 300, seed=1)
    rng = np.random.default_rng(2)
    again = [
        expected_calibration_error(confidences, rng.random(800) < confidences) for _ in range(300)
    ]
    np.testing.assert_allclose(noise.mean(), np.mean(again), rtol=0.05)
    np.testing.assert_allclose(np.quantile(noise, 0.95), np.quantile(again, 0.95), rtol=0.06)


def test_interval_of_the_error_covers_the_truth_of_an_overconfident_model():
    many, right = answers(200_000, 2.0, seed=3)
    truth = expected_calibration_error(many, right)
    covered = []
    for seed in range(40):
        confidences, correct = answers(1500, 2.0, seed=100 + seed)
        resamples = Resamples.draw(1500, n_resamples=200, seed=seed)
        interval = bootstrap_calibration_error(confidences, correct, resamples)
        covered.append(interval.low[0] <= truth <= interval.high[0])
    assert np.mean(covered) > 0.8


def test_error_of_one_author_has_no_interval():
    confidences, correct = answers(30)
    interval = bootstrap_calibration_error(
        confidences, correct, Resamples.draw(30, np.full(30, "ann"), 10)
    )
    assert np.isnan(interval.low[0])
    np.testing.assert_allclose(
        interval.estimate[0], expected_calibration_error(confidences, correct)
    )


def test_gain_is_the_difference_of_two_errors_on_the_same_draws():
    confidences, correct = answers(1500, 2.0, seed=6)
    resamples = Resamples.draw(1500, n_resamples=300)
    honest = confidences**2
    gain = calibration_gain((confidences, correct), (honest, correct), resamples)
    expected = expected_calibration_error(confidences, correct) - expected_calibration_error(
        honest, correct
    )
    np.testing.assert_allclose(gain.estimate, [expected])
    assert gain.low[0] > 0  # squaring what is the root of the truth mends it
    none = calibration_gain((honest, correct), (honest, correct), resamples)
    assert (none.low[0], none.estimate[0], none.high[0]) == (0, 0, 0)


def test_interval_of_the_error_matches_a_loop_over_resamples():
    confidences, correct = answers(120, 1.5, seed=7)
    authors = np.random.default_rng(8).integers(25, size=120).astype(str)
    resamples = Resamples.draw(120, authors, 200, seed=9)
    interval = bootstrap_calibration_error(confidences, correct, resamples)
    errors = []
    for counts in resamples.counts:
        drawn = np.repeat(np.arange(120), counts[resamples.unit])
        errors.append(ece_slowly(confidences[drawn], correct[drawn], 20))
    low, high = np.quantile(errors, [0.025, 0.975])
    np.testing.assert_allclose(interval.high[0], 2 * interval.estimate[0] - low)
    np.testing.assert_allclose(interval.low[0], max(0, 2 * interval.estimate[0] - high))


def test_bins_of_the_diagram_get_intervals_and_empty_ones_none():
    confidences, correct = answers(2000, seed=4)
    confidences = confidences * 0.5
    authors = np.random.default_rng(5).integers(300, size=2000).astype(str)
    interval = bootstrap_reliability(confidences, correct, Resamples.draw(2000, authors, 400))
    filled = reliability(confidences, correct).counts > 0
    assert np.isnan(interval.low[~filled]).all()
    assert (interval.low[filled] <= interval.estimate[filled]).all()
    assert (interval.high[filled] >= interval.estimate[filled]).all()


@pytest.mark.parametrize(
    ("confidences", "message"),
    [([1.2], "outside"), ([-3.0], "log-probabilities"), ([np.nan], "outside"), ([], "0 for 1")],
)
def test_what_is_no_confidence_is_refused(confidences, message):
    with pytest.raises(ValueError, match=message):
        reliability(np.array(confidences), np.array([True]))


def test_no_bins_are_refused():
    with pytest.raises(ValueError, match="n_bins: 0"):
        reliability(np.array([0.5]), np.array([True]), 0)
