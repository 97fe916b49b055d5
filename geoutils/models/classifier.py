"""The study's plain model: one backbone, one head per level of the hierarchy."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from geoutils.models.backbone import Backbone
from geoutils.models.heads import MultiPartitionHead


class MultiPartitionClassifier(nn.Module):
    """Photos in [0, 1] → one array of logits per level, coarse → fine.

    The initial weights depend on `seed` alone; torch's global random state stays as it was.
    """

    def __init__(self, backbone_name: str, n_cells: Sequence[int], seed: int = 0):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.backbone = Backbone(backbone_name)
            self.head = MultiPartitionHead(self.backbone.n_features, n_cells)
        self.n_cells = [int(cells) for cells in n_cells]

    def features(self, images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos features"]:
        """Features of each photo: what all heads share."""
        return self.backbone(images)

    def forward(self, images: Float[Tensor, "photos 3 h w"]) -> list[Float[Tensor, "photos _"]]:
        """Logits of each level, coarse → fine."""
        return self.head(self.features(images))
