"""What every head can do: answer from features, and say how wrong its answers are."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from geoutils.models.truth import Truth


class Head(nn.Module, ABC):
    """What is learned on top of features of photos: cells, a density, or an embedding.

    Heads register by `kind` when they are defined; a saved model names its head so. A head whose
    `takes` is "tokens" is given one vector per place in the picture instead of one per photo. A
    head whose `learns_from` is "pairs" is given batches of two photos of one cell each, one after
    the other; others are given photos in any order. A head that `asks_finest` learns the cells of
    the last level alone, the others those of all levels.
    """

    kind: ClassVar[str]
    takes: ClassVar[str] = "features"
    learns_from: ClassVar[str] = "photos"
    asks_finest: ClassVar[bool] = False
    kinds: ClassVar[dict[str, type["Head"]]] = {}

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if "kind" in cls.__dict__:
            Head.kinds[cls.kind] = cls

    @abstractmethod
    def terms(
        self, features: Float[Tensor, "photos ..."], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], Any]:
        """Terms of the loss, each a mean over the photos it asks about (0 without any); answers."""

    @abstractmethod
    def asked(self, truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos that each term of the loss asks about."""

    @abstractmethod
    def right(self, answers: Any, truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos whose answer, as given by `terms`, is right, for each term."""

    def term_names(self, level_names: Sequence[str]) -> list[str]:
        """Names of the terms, where the true cells have these levels."""
        return list(level_names)

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again: JSON values and numpy arrays."""
