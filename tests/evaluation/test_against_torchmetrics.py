"""Calibration beside an independent implementation: torchmetrics (Guo et al.'s ECE, perplexity)."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from torchmetrics.functional.classification import (
    binary_calibration_error,
    multiclass_calibration_error,
)
from torchmetrics.functional.regression import mean_squared_error
from torchmetrics.functional.text import perplexity

from geoutils.evaluation.calibration import expected_calibration_error, reliability
from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.temperature import tempered


def head(n: int, n_cells: int, sharpness: float, seed: int):
    """Log-probabilities (float64) and true cells drawn from blunter ones."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (n, n_cells))
    drawn = np.exp(log_softmax(scores, axis=1)).cumsum(axis=1) > rng.random((n, 1))
    return log_softmax(sharpness * scores, axis=1), drawn.argmax(axis=1)


@pytest.mark.parametrize("n_bins", [10, 15, 20])
@pytest.mark.parametrize(("n_cells", "sharpness"), [(3, 1.0), (40, 2.0), (500, 0.5)])
def test_ece_and_largest_gap(n_bins, n_cells, sharpness):
    log_probs, cells = head(1200, n_cells, sharpness, seed=n_cells)
    answers = CellAnswers.of(log_probs, cells)
    theirs = {
        norm: multiclass_calibration_error(
            torch.from_numpy(np.exp(log_probs)), torch.from_numpy(cells), n_cells, n_bins, norm
        ).item()
        for norm in ("l1", "max")
    }
    ours = expected_calibration_error(answers.confidences, answers.correct, n_bins)
    np.testing.assert_allclose(ours, theirs["l1"], rtol=1e-5)
    table = reliability(answers.confidences, answers.correct, n_bins)
    np.testing.assert_allclose(
        np.nanmax(np.abs(table.accuracy - table.confidence)), theirs["max"], rtol=1e-5
    )


def test_adaptive_ece_is_the_plain_one_once_confidences_are_ranks():
    # Ranks are even over 0 ... 1, so even bins hold equally many; gaps are those of the ranks.
    rng = np.random.default_rng(4)
    ranks = (rng.permutation(1000) + 0.5) / 1000
    correct = rng.random(1000) < ranks**2
    theirs = binary_calibration_error(
        torch.from_numpy(ranks), torch.from_numpy(correct.astype(int)), 20, "l1"
    ).item()
    ours = expected_calibration_error(ranks, correct, 20, adaptive=True)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_nll_and_brier(temperature):
    log_probs, cells = head(400, 12, 1.5, seed=7)
    log_probs = tempered(log_probs, temperature)
    answers = CellAnswers.of(log_probs, cells)
    logits, truth = torch.from_numpy(log_probs)[None], torch.from_numpy(cells)
    np.testing.assert_allclose(
        np.exp(answers.losses.mean()), perplexity(logits, truth[None]).item(), rtol=1e-5
    )
    squares = mean_squared_error(
        torch.from_numpy(np.exp(log_probs)), torch.nn.functional.one_hot(truth, 12).double()
    )
    np.testing.assert_allclose(answers.brier.mean(), 12 * squares.item(), rtol=1e-5)
