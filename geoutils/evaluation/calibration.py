"""Is a confidence of 30 % right 30 % of the time? Reliability and calibration errors.

Confidence is the probability of the predicted cell; a prediction is right when the photo lies in
that cell. A photo outside every cell of the partition cannot be predicted right: it counts as
wrong. The errors are those of Guo et al. (2017), by default with the 20 bins of the thesis
(section 6.6).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.resamples import Resamples

N_BINS = 20


@dataclass(frozen=True)
class Reliability:
    """Mean confidence and accuracy of each bin of confidence; NaN where a bin is empty."""

    edges: Float[ndarray, " edges"]
    counts: Int[ndarray, " bins"]
    confidence: Float[ndarray, " bins"]
    accuracy: Float[ndarray, " bins"]

    @property
    def error(self) -> float:
        """ECE: the gap between confidence and accuracy, each bin weighing as many as its photos."""
        gaps = np.abs(self.confidence - self.accuracy) * self.counts
        return float(np.nansum(gaps) / self.counts.sum())


def reliability(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    n_bins: int = N_BINS,
    adaptive: bool = False,
) -> Reliability:
    """Sort photos into bins of confidence, (0, 1/n], (1/n, 2/n] ...; 0 joins the first bin.

    Adaptive bins hold equally many photos each; photos of equal confidence stay together, so there
    may be fewer bins than asked for.
    """
    edges = bin_edges(confidences, n_bins, adaptive)
    bins = _bins_of(confidences, correct, edges)
    counts = np.bincount(bins, minlength=len(edges) - 1)
    filled = np.where(counts > 0, counts, np.nan)
    return Reliability(
        edges,
        counts,
        np.bincount(bins, weights=confidences, minlength=len(counts)) / filled,
        np.bincount(bins, weights=correct, minlength=len(counts)) / filled,
    )


def expected_calibration_error(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    n_bins: int = N_BINS,
    adaptive: bool = False,
) -> float:
    """ECE: the gap between confidence and accuracy, averaged over photos; 0 is perfect.

    >>> right = np.array([True, True, True, False])
    >>> round(expected_calibration_error(np.full(4, 0.9), right), 3)
    0.15
    """
    return reliability(confidences, correct, n_bins, adaptive).error


def bootstrap_calibration_error(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    resamples: Resamples,
    n_bins: int = N_BINS,
    adaptive: bool = False,
    level: float = 0.95,
) -> Interval:
    """ECE with its interval over resampled authors, in unmoved bins; NaN for a single author.

    Noise can only widen gaps, so a resample's ECE lies above the sample's as the sample's lies
    above the truth. The basic bootstrap mirrors the resampled values at the estimate and so takes
    that bias off; what falls below 0 is cut there, and the estimate itself stays in. Near perfect
    calibration the interval still sits too high: there, compare with `calibration_noise`.
    """
    estimate, samples = _resampled_error(confidences, correct, resamples, n_bins, adaptive)
    low, high = _mirrored(estimate, samples, level)
    return Interval(
        np.array([estimate]),
        np.array([np.clip(low, 0, estimate)]),
        np.array([np.maximum(high, estimate)]),
    )


def calibration_gain(
    before: tuple[Real[ndarray, " photos"], Bool[ndarray, " answers"]],
    after: tuple[Real[ndarray, " photos"], Bool[ndarray, " answers"]],
    resamples: Resamples,
    n_bins: int = N_BINS,
    level: float = 0.95,
) -> Interval:
    """ECE before minus ECE after, both of the same resampled photos; positive: it fell.

    Each pair holds confidences and whether they were right. Mirrored at the estimate as in
    `bootstrap_calibration_error`; of the upward bias the difference keeps only what differs.
    """
    first, first_samples = _resampled_error(*before, resamples, n_bins, adaptive=False)
    second, second_samples = _resampled_error(*after, resamples, n_bins, adaptive=False)
    gain = first - second
    low, high = _mirrored(gain, first_samples - second_samples, level)
    return Interval(np.array([gain]), np.array([low]), np.array([high]))


def bootstrap_reliability(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    resamples: Resamples,
    n_bins: int = N_BINS,
    level: float = 0.95,
) -> Interval:
    """Accuracy of each bin with its percentile interval; NaN where a bin is empty."""
    table = reliability(confidences, correct, n_bins)
    in_bin = _bins_of(confidences, correct, table.edges)[:, None] == np.arange(n_bins)
    columns = np.column_stack([in_bin, in_bin & np.asarray(correct)[:, None]])
    sums = resamples.sums(columns.astype(float))
    drawn, right = sums[:, :n_bins], sums[:, n_bins:]
    low, high = np.full((2, n_bins), np.nan)
    tail = (1 - level) / 2
    for b in np.flatnonzero(table.counts):
        shares = right[drawn[:, b] > 0, b] / drawn[drawn[:, b] > 0, b]
        if len(shares):
            low[b], high[b] = np.quantile(shares, [tail, 1 - tail])
    return Interval(table.accuracy, low, high)


def calibration_noise(
    confidences: Real[ndarray, " photos"],
    n_draws: int = 1000,
    seed: int = 0,
    n_bins: int = N_BINS,
    adaptive: bool = False,
) -> Float[ndarray, " draws"]:
    """ECE of a perfectly calibrated model with these confidences: what chance alone leaves over.

    Each draw lets every photo be right with exactly its confidence (Broecker and Smith, 2007).
    """
    confidences = np.asarray(confidences, dtype=float)
    edges = bin_edges(confidences, n_bins, adaptive)
    order = np.argsort(confidences, kind="stable")
    ordered = confidences[order]
    starts = np.unique(_bins_of(ordered, np.zeros(len(ordered), bool), edges), return_index=True)[1]
    rng = np.random.default_rng(seed)
    errors = np.empty(n_draws)
    for draw in range(n_draws):
        gaps = ordered - (rng.random(len(ordered)) < ordered)
        errors[draw] = np.abs(np.add.reduceat(gaps, starts)).sum() / len(ordered)
    return errors


def bin_edges(
    confidences: Real[ndarray, " photos"], n_bins: int, adaptive: bool
) -> Float[ndarray, " edges"]:
    """Edges from 0 to 1: evenly spaced, or such that the bins hold equally many photos."""
    if n_bins < 1:
        raise ValueError(f"n_bins: {n_bins}; expected at least 1")
    if not adaptive:
        return np.linspace(0, 1, n_bins + 1)
    ordered = np.sort(np.asarray(confidences, dtype=float))
    last_of_bin = (np.arange(1, n_bins) * len(ordered)) // n_bins - 1
    inner = np.unique(ordered[last_of_bin[last_of_bin >= 0]])
    return np.concatenate([[0.0], inner[(inner > 0) & (inner < ordered[-1])], [1.0]])


def _resampled_error(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    resamples: Resamples,
    n_bins: int,
    adaptive: bool,
) -> tuple[float, Float[ndarray, " resamples"]]:
    """ECE, and that of each resample."""
    edges = bin_edges(confidences, n_bins, adaptive)
    in_bin = _bins_of(confidences, correct, edges)[:, None] == np.arange(len(edges) - 1)
    gaps = in_bin * (np.asarray(confidences, dtype=float) - correct)[:, None]
    sums = resamples.sums(np.column_stack([gaps, np.ones(len(gaps))]))
    samples = np.abs(sums[:, :-1]).sum(axis=1) / sums[:, -1]
    return float(np.abs(gaps.sum(axis=0)).sum() / len(gaps)), samples


def _mirrored(
    estimate: float, samples: Float[ndarray, " resamples"], level: float
) -> tuple[float, float]:
    """Bounds of the basic bootstrap: the percentiles of the resampled values, mirrored."""
    if not len(samples):
        return np.nan, np.nan
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail])
    return 2 * estimate - float(high), 2 * estimate - float(low)


def _bins_of(
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " answers"],
    edges: Float[ndarray, " edges"],
) -> Int[ndarray, " photos"]:
    """Bin of each photo, bins closed on the right; refuses what is no confidence."""
    confidences = np.asarray(confidences, dtype=float)
    if len(confidences) == 0 or len(confidences) != len(correct):
        raise ValueError(
            f"confidences: {len(confidences)} for {len(correct)} answers; expected one per photo "
            "and at least one photo"
        )
    bad = ~((confidences >= 0) & (confidences <= 1 + 1e-6))
    if bad.any():
        raise ValueError(
            f"confidences: {bad.sum()} outside [0, 1], e.g. {confidences[bad][0]}; "
            "are they probabilities, not log-probabilities?"
        )
    return np.searchsorted(edges[1:-1], confidences, side="left")
