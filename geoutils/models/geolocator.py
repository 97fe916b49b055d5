"""A geolocator: a backbone that looks at photos, and a head that answers where they are."""

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from geoutils.models.backbone import Backbone
from geoutils.models.heads.head import Head
from geoutils.models.truth import Truth


class Geolocator(nn.Module):
    """Photos in [0, 1] → what the head answers: mostly scores of cells, level by level."""

    def __init__(self, backbone: Backbone, head: Head):
        super().__init__()
        self.backbone = backbone
        self.head = head

    @property
    def n_cells(self) -> list[int]:
        """Number of cells of each level, for a head that scores cells."""
        return self.head.n_cells

    def features(self, images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos ..."]:
        """What the head takes: a vector for each photo, or one for each place in it."""
        if self.head.takes == "tokens":
            return self.backbone.tokens(images)
        return self.backbone(images)

    def forward(self, images: Float[Tensor, "photos 3 h w"]) -> Any:
        """What the head makes of the photos: see its `forward`."""
        return self.head(self.features(images))

    def terms(
        self, images: Float[Tensor, "photos 3 h w"], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], Any]:
        """Terms of the loss, and the answers; see `Head.terms`."""
        return self.head.terms(self.features(images), truth)
