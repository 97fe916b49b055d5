"""Sums over photos, term by term: what an epoch adds up and its losses are read from."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from geoutils.models.losses import term_factors


class Arriving:
    """Sums of a step on their way from the device: summed losses, right answers, photos asked.

    On a GPU the copy is queued behind the step and nobody waits for it until `wait`.
    """

    def __init__(self, step: int, sums: Float[Tensor, "3 terms"]):
        self.step = step
        self._sums = sums.to("cpu", non_blocking=True)
        self._copied = None
        if sums.is_cuda:
            self._copied = torch.cuda.Event()
            self._copied.record()

    def wait(self) -> Float[ndarray, "3 terms"]:
        """The sums, once they are here."""
        if self._copied is not None:
            self._copied.synchronize()
        return self._sums.numpy()


def average_losses(totals: Float[ndarray, "3 terms"]) -> Float[ndarray, " terms"]:
    """Loss of each term over the photos it asks about; NaN where there are none."""
    return totals[0] / np.where(totals[2] > 0, totals[2], np.nan)


def accuracies(totals: Float[ndarray, "3 terms"]) -> Float[ndarray, " terms"]:
    """Share of right answers of each term among the photos it asks about; NaN without any."""
    return totals[1] / np.where(totals[2] > 0, totals[2], np.nan)


def joined(totals: Float[ndarray, "3 terms"], how: str, weights: Sequence[Real] = ()) -> float:
    """One number of the terms' losses, as training joins them; those that ask about none left out.

    >>> joined(np.array([[2.0, 0.0, 9.0], [1, 0, 1], [2, 0, 3]]), "mean")
    2.0
    """
    asked = totals[2] > 0
    factors = term_factors(torch.from_numpy(totals[2]), how, weights).numpy()
    return float(average_losses(totals)[asked] @ factors[asked])
