"""The mixture of von Mises-Fisher distributions: a density over the sphere instead of classes."""

import math
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Real
from numpy import ndarray
from scipy.spatial import KDTree
from torch import Tensor, nn

from geoutils.models.heads.cell_head import CellHead
from geoutils.models.truth import Truth
from geoutils.sphere import checked_latlon, unit_vectors

KAPPA_RANGE = (1e-6, 1e7)  # from even over the Earth down to a spread of 2 km


def vmf_log_density(
    x: Float[Tensor, "photos 3"], mu: Float[Tensor, "cells 3"], kappa: Float[Tensor, " cells"]
) -> Float[Tensor, "photos cells"]:
    """Log-density, per steradian, of every von Mises-Fisher distribution at every unit vector.

    With κ μᵀx = κ − κ‖x − μ‖²/2 the density κ e^{κ μᵀx} / (4π sinh κ) loses no digits in float32
    for κ from 1e-6 to 1e7. Kordopatis-Zilos et al., Equation 1.
    """
    # Distances from differences: by a matrix product they would cancel like κμᵀx − κ.
    chords = torch.cdist(x, mu, compute_mode="donot_use_mm_for_euclid_dist")
    constant = kappa.log() - math.log(2 * math.pi) - torch.log(-torch.expm1(-2 * kappa))
    return constant - kappa / 2 * chords.square()


def kappa_of_spacing(centers_deg: Real[ndarray, "cells 2"]) -> Float[ndarray, " cells"]:
    """Concentration whose standard deviation is half the way to the nearest other centre.

    Far from κ = 0 a von Mises-Fisher distribution is a Gaussian of variance 1/κ (in radians²)
    along each direction. Clipped to `KAPPA_RANGE`, as for two cells with one centre.
    """
    vectors = unit_vectors(centers_deg)
    spacing = KDTree(vectors).query(vectors, k=2)[0][:, 1]
    return np.clip((np.maximum(spacing, 1e-12) / 2) ** -2.0, *KAPPA_RANGE)


class MvMFHead(CellHead):
    """A mixture of one von Mises-Fisher distribution per cell, trained on −log p(location).

    p(x | I) = Σ_i w_i(I) vMF(x | μ_i, κ_i): the weights w come from a linear layer, μ_i is the
    centre of cell i, and κ_i is learned but the same for all photos (Kordopatis-Zilos et al.,
    Section 3.2.3). Scores are log w, so the answer is the μ of the largest weight.
    κ is the exponential of a free number, since concentrations span orders of magnitude; it starts
    from `kappa_of_spacing` (the paper is silent). Raises ValueError for fewer than two centres.
    """

    kind = "mvmf"
    asks_finest = True

    def __init__(self, n_features: int, centers_deg: Real[ndarray, "cells 2"]):
        super().__init__()
        self.centers_deg = checked_latlon(centers_deg, "centers_deg")
        if len(centers_deg) < 2:
            raise ValueError(f"centers_deg: {len(centers_deg)} rows; expected two or more cells")
        self.n_features = n_features
        self.n_cells = [len(centers_deg)]
        self.weights = nn.Linear(n_features, len(centers_deg))
        self.log_kappa = nn.Parameter(
            torch.tensor(kappa_of_spacing(self.centers_deg), dtype=torch.float32).log()
        )
        self.register_buffer("mu", torch.tensor(unit_vectors(centers_deg), dtype=torch.float32))

    @property
    def kappa(self) -> Float[Tensor, " cells"]:
        """Concentration of each cell, kept inside the range that float32 can do."""
        low, high = map(math.log, KAPPA_RANGE)
        return self.log_kappa.float().clamp(low, high).exp()

    def start_from(self, layer: nn.Linear) -> None:
        """Let the mixture weights start from a classifier's last layer, as the paper does.

        Raises ValueError for a layer of another size.
        """
        if layer.weight.shape != self.weights.weight.shape:
            came, expected = tuple(layer.weight.shape), tuple(self.weights.weight.shape)
            raise ValueError(f"layer: weights of shape {came}; expected {expected}")
        self.weights.load_state_dict(layer.state_dict())

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos cells"]]:
        """Log-weights of the mixture."""
        return [self.weights(features).float().log_softmax(1)]

    def log_density(
        self, log_weights: Float[Tensor, "photos cells"], directions: Float[Tensor, "photos 3"]
    ) -> Float[Tensor, " photos"]:
        """Log p(x | I), per steradian, at one direction per photo."""
        vmf = vmf_log_density(directions, self.mu, self.kappa)
        return torch.logsumexp(log_weights + vmf, dim=1)

    def terms(
        self, features: Float[Tensor, "photos features"], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], list[Tensor]]:
        """Mean of −log p over the photos inside the partition (0 without any), and the scores."""
        scores = self(features)
        inside = truth.cells[:, 0] >= 0
        loss = -self.log_density(scores[0], truth.directions) * inside
        return loss.sum().div(inside.sum().clamp(min=1))[None], scores

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return {"n_features": self.n_features, "centers_deg": self.centers_deg}
