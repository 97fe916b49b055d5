"""The plainest score that an explainer can be given."""

from jaxtyping import Float, Int
from torch import Tensor, nn

from geoutils.explanation.targets import Score


def level_logit(model: nn.Module, level: int = -1) -> Score:
    """Logit of a cell of one level, by default the finest, before any softmax."""

    def score(
        images: Float[Tensor, "photos 3 h w"], cells: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        return model(images)[level].gather(1, cells[:, None])[:, 0]

    return score
