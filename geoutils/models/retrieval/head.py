"""The retrieval module as a head: trained on pairs of photos of one cell."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from geoutils.known_names import known_name
from geoutils.models.heads.head import Head
from geoutils.models.retrieval.bank import MemoryBank
from geoutils.models.retrieval.embedding import ResidualEmbedding
from geoutils.models.retrieval.gathering import gather_photos
from geoutils.models.retrieval.info_nce import info_nce
from geoutils.models.retrieval.triplet import semi_hard_triplet
from geoutils.models.truth import Truth

LOSSES = ("infonce", "triplet")


class RetrievalHead(Head):
    """The residual retrieval module (RRM): embeddings in which photos of one cell are similar.

    Each photo of a batch of pairs is a query once; its partner is the positive, and photos of
    other cells, in the batch and in the memory bank, are negatives. Photos of its own cell other
    than the partner play no part, nor do photos of cell −1. The cell is that of the finest (last)
    level. In training, a batch enters the bank after it was compared, as embedded then; in
    evaluation the bank is neither used nor changed, so that validation losses of all epochs are
    comparable. Several processes share their photos, and so keep the same bank.
    Gradients flow through the query alone (ours; the paper is silent). The bank cannot move: if
    partners did, each pair would be drawn together twice and pushed away from others once, and
    embeddings collapse to a point as the bank grows.
    Kordopatis-Zilos et al., Section 3.3; `loss`, `residual` and `bank_size` = 0 are its ablations.
    Raises ValueError for settings out of range.
    """

    kind = "retrieval"
    learns_from = "pairs"
    asks_finest = True

    def __init__(
        self,
        n_features: int,
        hidden: int = 4096,
        loss: str = "infonce",
        temperature: Real = 0.05,
        bank_size: int = 4096,
        margin: Real = 0.01,
        residual: bool = True,
    ):
        super().__init__()
        known_name("loss", loss, LOSSES)
        if not temperature > 0:
            raise ValueError(f"temperature: {temperature}; expected more than 0")
        if not margin > 0:
            raise ValueError(f"margin: {margin}; expected more than 0")
        self._how = {"loss": loss, "temperature": float(temperature), "margin": float(margin)}
        self.n_features = n_features
        self.embedding = ResidualEmbedding(n_features, hidden, residual)
        self.bank = MemoryBank(bank_size, n_features)

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> Float[Tensor, "photos features"]:
        """Embeddings: unit vectors whose dot product is the similarity of two photos."""
        return self.embedding(features)

    def terms(
        self, features: Float[Tensor, "photos features"], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], Bool[Tensor, " photos"]]:
        """Mean loss of the photos, and whether the partner is more similar than any negative.

        Photos come in pairs of one cell, one after the other; ValueError where they do not.
        """
        cells = truth.cells[:, -1]
        _check_pairs(cells)
        embeddings = self(features)
        candidates, candidate_cells, first = embeddings.detach(), cells, 0
        if self.training:
            batch, batch_cells, first = gather_photos(candidates, cells)
            # A copy: the bank changes before the backward pass needs what was compared.
            candidates = torch.cat([batch, self.bank.embeddings])
            candidate_cells = torch.cat([batch_cells, self.bank.cells])
            self.bank.remember(batch, batch_cells)
        similarity = embeddings @ candidates.T
        partner = first + (torch.arange(len(cells), device=cells.device) ^ 1)
        negatives = (candidate_cells != cells[:, None]) & (candidate_cells >= 0)
        losses = self._losses(similarity, partner, negatives)
        inside = cells >= 0
        mean = (losses * inside).sum() / inside.sum().clamp(min=1)
        return mean[None], _nearest(similarity.detach(), partner, negatives)

    def asked(self, truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos that have a partner: those inside the partition."""
        return (truth.cells[:, -1] >= 0).sum()[None]

    def right(self, answers: Bool[Tensor, " photos"], truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos whose partner is more similar than every negative."""
        return (answers & (truth.cells[:, -1] >= 0)).sum()[None]

    def term_names(self, level_names: Sequence[str]) -> list[str]:
        """One term, whatever the levels."""
        return [self.kind]

    def extra_repr(self) -> str:
        """What is learned, in the printed model (a training run is known by it)."""
        return ", ".join(f"{name}={value}" for name, value in self._how.items())

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return {
            "n_features": self.n_features,
            "hidden": self.embedding.change[0].out_features,
            "bank_size": len(self.bank),
            "residual": self.embedding.residual,
            **self._how,
        }

    def _losses(self, similarity: Tensor, partner: Tensor, negatives: Tensor) -> Tensor:
        if self._how["loss"] == "triplet":
            return semi_hard_triplet(similarity, partner, negatives, self._how["margin"])
        return info_nce(similarity, partner, negatives, self._how["temperature"])


def _nearest(similarity: Tensor, partner: Tensor, negatives: Tensor) -> Tensor:
    """Whether each query's partner is more similar than all its negatives."""
    best = similarity.masked_fill(~negatives, float("-inf")).amax(dim=1)
    return similarity.gather(1, partner[:, None])[:, 0] > best


def _check_pairs(cells: Int[Tensor, " photos"]) -> None:
    if len(cells) % 2:
        raise ValueError(f"truth: {len(cells)} photos; expected pairs, one photo after the other")
    different = cells[0::2] != cells[1::2]
    if different.any():
        pair = int(different.nonzero()[0])
        came = cells[2 * pair : 2 * pair + 2].tolist()
        raise ValueError(f"truth: photos of pair {pair} are of cells {came}; expected one cell")
