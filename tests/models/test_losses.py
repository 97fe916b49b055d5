import numpy as np
import pytest
import torch

from geoutils.models.losses import join_levels, level_losses


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
