"""What a training step runs: a model and the truth in, terms of the loss out."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.models.truth import Truth


class Learner(nn.Module):
    """A model whose forward pass is that of training, so that it can be wrapped and compiled.

    The model is a geolocator, whose inputs are photos in [0, 1], or a head alone, whose inputs are
    features.
    """

    def __init__(self, model: Geolocator | Head):
        super().__init__()
        self.model = model

    @property
    def head(self) -> Head:
        """The model's head, which knows what is asked and what is right."""
        return head_of(self.model)

    def forward(
        self,
        inputs: Float[Tensor, "photos ..."],
        cells: Int[Tensor, "photos levels"],
        directions: Float[Tensor, "photos 3"],
        scenes: Int[Tensor, " photos"],
    ) -> tuple[Float[Tensor, " terms"], Int[Tensor, " terms"]]:
        """Terms of the loss, and for each the number of photos answered rightly."""
        truth = Truth(cells, directions, scenes)
        terms, answers = self.model.terms(inputs, truth)
        with torch.no_grad():
            return terms, self.head.right(answers, truth)


def head_of(model: Geolocator | Head) -> Head:
    """The head of a geolocator, or the head itself."""
    return model.head if isinstance(model, Geolocator) else model


def set_training(model: nn.Module) -> None:
    """Put a model in training mode, except parts that have weights but none that is trained.

    A frozen backbone then keeps its batch statistics and drops nothing.
    """
    model.train()
    for part in model.modules():
        weights = list(part.parameters())
        if weights and not any(weight.requires_grad for weight in weights):
            part.eval()
