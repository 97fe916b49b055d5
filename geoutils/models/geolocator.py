"""A geolocator: a backbone that looks at photos, and a head that answers where they are."""

from jaxtyping import Float
from torch import Tensor, nn

from geoutils.models.backbone import Backbone
from geoutils.models.heads.head import Head
from geoutils.models.truth import Truth


class Geolocator(nn.Module):
    """Photos in [0, 1] → scores of the cells of each level, coarse → fine."""

    def __init__(self, backbone: Backbone, head: Head):
        super().__init__()
        self.backbone = backbone
        self.head = head

    @property
    def n_cells(self) -> list[int]:
        """Number of cells of each level."""
        return self.head.n_cells

    def features(self, images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos ..."]:
        """What the head takes: a vector for each photo, or one for each place in it."""
        if self.head.takes == "tokens":
            return self.backbone.tokens(images)
        return self.backbone(images)

    def forward(self, images: Float[Tensor, "photos 3 h w"]) -> list[Tensor]:
        """Scores of each level, coarse → fine: log-probabilities up to a constant per photo."""
        return self.head(self.features(images))

    def terms(
        self, images: Float[Tensor, "photos 3 h w"], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], list[Tensor]]:
        """Terms of the loss, and the scores of each level; see `Head.terms`."""
        return self.head.terms(self.features(images), truth)
