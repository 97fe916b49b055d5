"""What calibration asks of a distribution over cells: a few numbers for each photo.

Distributions over thousands of cells fill memory; how sure a photo's answer was, whether it was
right, and what it costs do not. They can be computed some photos at a time and joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods

ROUNDING = 1e-3  # by which float32 probabilities of many cells may miss a sum of 1


@dataclass(frozen=True, eq=False)
class CellAnswers:
    """The likeliest cell of each photo and its probability; whether it is right; Brier and NLL.

    `losses` are in nats, +inf for a photo outside every cell or whose cell has probability 0.
    """

    best: Int[ndarray, " photos"]
    confidences: Float[ndarray, " photos"]
    correct: Bool[ndarray, " photos"]
    brier: Float[ndarray, " photos"]
    losses: Float[ndarray, " photos"]

    @classmethod
    def of(
        cls, log_probs: Float[ndarray, "photos cells"], cells: Int[ndarray, " truths"]
    ) -> "CellAnswers":
        """Read off normalised log-probabilities; `cells` are the true ones, -1 for none.

        Raises ValueError where the probabilities of a photo do not sum to 1.

        >>> answers = CellAnswers.of(np.log([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0]))
        >>> answers.confidences, answers.correct
        (array([0.9, 0.7]), array([ True, False]))
        """
        best = log_probs.argmax(axis=1)
        probabilities = np.exp(log_probs)
        total = probabilities.sum(axis=1, dtype=float)
        off = ~(np.abs(total - 1) <= ROUNDING)
        if off.any():
            raise ValueError(
                f"log_probs: probabilities of {off.sum()} photos sum to {total[off][0]:.4g}, "
                "expected 1; are they scores that need normalising (tempered)?"
            )
        highest = probabilities[np.arange(len(best)), best].astype(float)
        return cls(
            best,
            np.minimum(highest, 1.0),  # float32 logarithms may round above 0
            best == cells,
            brier_scores(probabilities, cells),
            negative_log_likelihoods(log_probs, cells),
        )

    @classmethod
    def joined(cls, parts: Sequence["CellAnswers"]) -> "CellAnswers":
        """Answers to some photos after answers to others."""
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def __len__(self) -> int:
        return len(self.best)
