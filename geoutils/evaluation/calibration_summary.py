"""All that a calibration table says of one distribution: right, sure, and how far apart."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.calibration import (
    N_BINS,
    bootstrap_calibration_error,
    calibration_gain,
)
from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.resamples import Resamples

MEASURES = ("accuracy", "confidence", "overconfidence", "ECE", "adaptive ECE", "Brier", "NLL")
SHARES = MEASURES[:5]  # written in percent


def calibration_summary(
    answers: CellAnswers, resamples: Resamples, n_bins: int = N_BINS
) -> dict[str, Interval]:
    """Every one of MEASURES, each with its interval.

    Overconfidence is mean confidence minus accuracy: below 0 for a model that is too modest. NLL is
    the mean over photos whose true cell has a probability above 0; NaN where there is none. Every
    distribution that is given the same `resamples` is scored on the same draws of authors.
    """
    right, sure = answers.correct.astype(float), answers.confidences
    means = resamples.interval(np.column_stack([right, sure, sure - right, answers.brier]))
    *shares, brier = (
        Interval(means.estimate[[k]], means.low[[k]], means.high[[k]]) for k in range(4)
    )
    errors = [
        bootstrap_calibration_error(
            answers.confidences, answers.correct, resamples, n_bins, adaptive
        )
        for adaptive in (False, True)
    ]
    values = (*shares, *errors, brier, mean_loss(answers.losses, resamples))
    return dict(zip(MEASURES, values, strict=True))


def calibration_gains(
    before: CellAnswers, after: CellAnswers, resamples: Resamples, n_bins: int = N_BINS
) -> dict[str, Interval]:
    """By how much ECE, Brier score and NLL fell, scored on the same draws; above 0: it is better.

    NLL over photos whose true cell had a probability above 0 both times; NaN without any.
    """
    fell = resamples.interval((before.brier - after.brier)[:, None])
    answered = [(one.confidences, one.correct) for one in (before, after)]
    with np.errstate(invalid="ignore"):  # ∞ − ∞ for photos outside: left out
        losses = before.losses - after.losses
    return {
        "ECE": calibration_gain(*answered, resamples, n_bins),
        "Brier": fell,
        "NLL": mean_loss(losses, resamples),
    }


def mean_loss(losses: Float[ndarray, " photos"], resamples: Resamples) -> Interval:
    """Mean of the finite losses with its interval; NaN without any.

    >>> resamples = Resamples.draw(3, n_resamples=10)
    >>> float(mean_loss(np.array([1.0, np.inf, 2.0]), resamples).estimate[0])
    1.5
    """
    usable = np.isfinite(losses)
    if not usable.any():
        return Interval(*np.full((3, 1), np.nan))
    sums = resamples.sums(np.column_stack([np.where(usable, losses, 0), usable]))
    sums = sums[sums[:, 1] > 0]
    samples = sums[:, :1] / sums[:, 1:]
    estimate = np.array([losses[usable].mean()])
    return resamples.percentiles(estimate, samples if len(samples) else np.full((1, 1), np.nan))


def summary_numbers(measured: Mapping[str, Interval], prefix: str = "") -> dict[str, float]:
    """A summary as columns of a table: each measure, its `_low` and its `_high`; shares as such."""
    numbers = {}
    for name, value in measured.items():
        stem = prefix + name.replace(" ", "_")
        numbers[stem] = float(value.estimate[0])
        numbers[f"{stem}_low"], numbers[f"{stem}_high"] = float(value.low[0]), float(value.high[0])
    return numbers


def summary_text(measured: Mapping[str, Interval]) -> dict[str, str]:
    """A summary as a reader wants it: percent for shares, plain numbers for Brier and NLL.

    >>> summary_text({"ECE": Interval(*np.array([[0.05], [0.04], [0.061]]))})
    {'ECE': '5.0 [4.0, 6.1] %'}
    """
    return {name: _text(value, name in SHARES) for name, value in measured.items()}


def _text(value: Interval, is_share: bool) -> str:
    number, low, high = (float(part[0]) for part in (value.estimate, value.low, value.high))
    if np.isnan(number):
        return "–"
    scale, digits, unit = (100, 1, " %") if is_share else (1, 3, "")
    bounds = "" if np.isnan(low) else f" [{scale * low:.{digits}f}, {scale * high:.{digits}f}]"
    return f"{scale * number:.{digits}f}{bounds}{unit}"
