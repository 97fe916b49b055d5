"""A model asked again: how sure is it still, and does it still say the same place?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real, UInt8
from numpy import ndarray
from scipy.special import logsumexp
from torch import nn

from geoutils.prediction import hierarchical_log_scores, level_log_probs
from geoutils.sphere import great_circle_km

FAR_KM = 25  # a prediction that moves by as much has left the city


@dataclass(frozen=True, eq=False)
class Reader:
    """A classifier with the ancestors of its finest cells and a point (degrees) for each of them.

    It answers with f*, the product over all levels, normalised over cells.
    """

    model: nn.Module
    parents: Int[ndarray, "cells levels"]
    points_deg: Real[ndarray, "cells 2"]

    def confidence(
        self, pixels: UInt8[ndarray, "photos h w 3"], cells: Int[ndarray, " photos"]
    ) -> Float[ndarray, " photos"]:
        """Probability of a chosen cell of each photo."""
        return self._ask(pixels, cells)[0]

    def change(
        self,
        pixels: UInt8[ndarray, "photos h w 3"],
        changed: UInt8[ndarray, "photos h w 3"],
        cells: Int[ndarray, " photos"],
    ) -> pd.DataFrame:
        """What changed pictures do to the confidence in the cells, and to the place said.

        Columns before, after (probability of the cell) and moved_km, from the cell's point to that
        of the cell which is best after the change; 0 if it is the same.
        """
        before = self.confidence(pixels, cells)
        after, best = self._ask(changed, cells)
        moved_km = great_circle_km(self.points_deg[cells], self.points_deg[best])
        return pd.DataFrame({"before": before, "after": after, "moved_km": moved_km})

    def _ask(
        self, pixels: UInt8[ndarray, "photos h w 3"], cells: Int[ndarray, " photos"]
    ) -> tuple[Float[ndarray, " photos"], Int[ndarray, " photos"]]:
        log_scores = hierarchical_log_scores(level_log_probs(self.model, pixels), self.parents)
        chosen = log_scores[np.arange(len(cells)), cells].astype(np.float64)
        return np.exp(chosen - logsumexp(log_scores, axis=1)), log_scores.argmax(axis=1)
