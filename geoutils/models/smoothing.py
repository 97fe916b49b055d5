"""Targets softened by great-circle distance, so that near misses cost less."""

from collections.abc import Sequence
from numbers import Real

import torch
from jaxtyping import Float
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.truth import Truth
from geoutils.sphere import EARTH_RADIUS_KM, checked_latlon, unit_vectors


class DistanceSmoothing(nn.Module):
    """Cross-entropy against targets that fall with the distance from a photo to each cell's centre.

    target_c ∝ exp(−(d(x, centre_c) − d(x, centre_true)) / τ) over the cells of a level. PIGEON's
    form (Haas et al., 2023); Theiner et al. name such a loss as future work. The distance to the
    true centre cancels in the normalisation, so that the nearest centre has the largest target:
    at a cell's edge that may be the neighbour's. For τ → 0 the target is one-hot there.
    `centers_deg` holds the centres of all levels, one level after the other, as `n_cells` says.
    Raises ValueError for another number of centres, or a τ that is not positive.
    """

    def __init__(
        self, centers_deg: RealArray[ndarray, "cells 2"], n_cells: Sequence[int], tau_km: Real
    ):
        super().__init__()
        if len(centers_deg) != sum(n_cells):
            raise ValueError(f"centers_deg: {len(centers_deg)} rows for {list(n_cells)} cells")
        if not tau_km > 0:
            raise ValueError(f"smoothing_km: {tau_km}; expected a distance above 0")
        self.n_cells = list(n_cells)
        self.centers_deg = checked_latlon(centers_deg, "centers_deg")
        vectors = torch.tensor(unit_vectors(self.centers_deg), dtype=torch.float32)
        self.register_buffer("centers", vectors)
        self.register_buffer("tau_km", torch.tensor(float(tau_km)))

    @torch.no_grad()
    def targets(self, directions: Float[Tensor, "photos 3"]) -> list[Float[Tensor, "photos _"]]:
        """Target of every cell of each level, coarse → fine; each row sums to 1."""
        chords = torch.cdist(
            directions.float(), self.centers, compute_mode="donot_use_mm_for_euclid_dist"
        )
        distances_km = 2 * EARTH_RADIUS_KM * torch.asin((chords / 2).clamp(max=1))
        closeness = (-distances_km / self.tau_km).split(self.n_cells, dim=1)
        return [level.softmax(1) for level in closeness]

    def losses(
        self, scores: Sequence[Float[Tensor, "photos _"]], truth: Truth
    ) -> Float[Tensor, " levels"]:
        """Mean cross-entropy of each level over the photos inside its partition; 0 without any."""
        losses = []
        for level, targets in enumerate(self.targets(truth.directions)):
            inside = truth.cells[:, level] >= 0
            log_probs = scores[level].float().log_softmax(1)
            # A target that vanished asks nothing, even of a cell that scores −∞.
            costs = -(targets * log_probs.masked_fill(targets == 0, 0)).sum(1)
            losses.append((costs * inside).sum() / inside.sum().clamp(min=1))
        return torch.stack(losses)
