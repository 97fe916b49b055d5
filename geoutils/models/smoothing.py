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

    target_c ∝ exp(−d(x, centre_c) / τ) over the other cells of a level, and ∝ 1 for the true cell:
    the right answer is no miss, wherever in its cell the photo lies. So no other target is larger,
    and for τ → 0 this is the plain cross-entropy. PIGEON's targets (Haas et al., 2023, Section 3)
    have d(x, centre_c) − d(x, centre_true) instead: near the edge of a large cell a small
    neighbour's target then exceeds the true cell's. Theiner et al. name such a loss as future work.
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
    def targets(self, truth: Truth) -> list[Float[Tensor, "photos _"]]:
        """Target of every cell of each level, coarse → fine; each row sums to 1.

        A photo outside a level has no true cell there: its row means nothing.
        """
        chords = torch.cdist(
            truth.directions.float(), self.centers, compute_mode="donot_use_mm_for_euclid_dist"
        )
        distances_km = 2 * EARTH_RADIUS_KM * torch.asin((chords / 2).clamp(max=1))
        closeness = (-distances_km / self.tau_km).split(self.n_cells, dim=1)
        true_cells = truth.cells.clamp(min=0).split(1, dim=1)
        return [
            level.scatter(1, true_cell, 0.0).softmax(1)
            for level, true_cell in zip(closeness, true_cells, strict=True)
        ]

    def losses(
        self, scores: Sequence[Float[Tensor, "photos _"]], truth: Truth
    ) -> Float[Tensor, " levels"]:
        """Mean cross-entropy of each level over the photos inside its partition; 0 without any."""
        losses = []
        for level, targets in enumerate(self.targets(truth)):
            inside = truth.cells[:, level] >= 0
            log_probs = scores[level].float().log_softmax(1)
            # A target that vanished asks nothing, even of a cell that scores −∞.
            costs = -(targets * log_probs.masked_fill(targets == 0, 0)).sum(1)
            losses.append((costs * inside).sum() / inside.sum().clamp(min=1))
        return torch.stack(losses)

    def extra_repr(self) -> str:
        """The distance, in the printed model (a training run is known by it)."""
        return f"tau_km={self.tau_km.item():g}"
