import numpy as np
import pytest
import torch

from geoutils.models.losses import join_levels, level_losses, term_factors
from geoutils.training.totals import joined


def test_is_the_mean_over_photos_inside_the_partition():
    rng = np.random.default_rng(0)
    logits = [torch.tensor(rng.standard_normal((6, n))) for n in (3, 5)]
    cells = torch.tensor(np.c_[rng.integers(0, 3, 6), rng.integers(0, 5, 6)])
    cells[1, 1] = cells[4, 1] = -1
    losses = level_losses(logits, cells)
    for level, scores in enumerate(logits):
        picked = [
            -np.log(np.exp(row[c]) / np.exp(row).sum())
            for row, c in zip(scores.numpy(), cells[:, level].tolist(), strict=True)
            if c >= 0
        ]
        np.testing.assert_allclose(losses[level], np.mean(picked), rtol=1e-6)
    assert join_levels(losses, "sum") == losses[0] + losses[1]
    torch.testing.assert_close(join_levels(losses, "mean"), (losses[0] + losses[1]) / 2)


def test_weights_of_terms():
    losses = torch.tensor([2.0, 4.0, 9.0])
    assert join_levels(losses, "sum", (1, 0.5, 2)) == 22
    assert join_levels(losses, "mean", (1, 0.5, 2)) == pytest.approx(22 / 3.5)
    assert join_levels(losses, "mean", (7, 7, 7)) == pytest.approx(5)
    for how in ("sum", "mean"):
        with pytest.raises(ValueError, match="term_weights: 2 weights for 3 terms"):
            join_levels(losses, how, (1, 2))


def test_terms_that_ask_about_no_photo_count_for_nothing():
    asked = torch.tensor([3, 0, 8])
    assert term_factors(asked, "sum", (1, 5, 2)).tolist() == [1, 0, 2]
    assert term_factors(asked, "mean").tolist() == [0.5, 0, 0.5]
    torch.testing.assert_close(
        term_factors(asked, "mean", (1, 5, 3)), torch.tensor([0.25, 0, 0.75])
    )
    assert term_factors(asked * 0, "mean", (1, 5, 3)).tolist() == [0, 0, 0]
    totals = np.array([[6.0, 0, 40], [0, 0, 0], [3, 0, 8]])
    assert joined(totals, "mean", (1, 5, 3)) == pytest.approx(0.25 * 2 + 0.75 * 5)
    assert joined(totals, "sum", (1, 5, 3)) == pytest.approx(2 + 15)


def test_photos_outside_have_no_gradient_and_an_empty_level_no_loss():
    logits = [torch.zeros((2, 3), requires_grad=True), torch.zeros((2, 4), requires_grad=True)]
    losses = level_losses(logits, torch.tensor([[2, -1], [-1, -1]]))
    assert losses[1] == 0
    losses.sum().backward()
    assert logits[0].grad[0].abs().sum() > 0
    assert logits[0].grad[1].abs().sum() == 0
    assert logits[1].grad.abs().sum() == 0


def test_refuses_cells_of_other_levels():
    with pytest.raises(ValueError, match="cells: 3 levels; expected 1, as scored"):
        level_losses([torch.zeros(2, 5)], torch.zeros((2, 3), dtype=torch.int64))
