"""The study's plain model: one backbone, one linear classifier per level of the hierarchy."""

from collections.abc import Sequence

import torch

from geoutils.models.backbone import Backbone
from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import MultiPartitionHead


class MultiPartitionClassifier(Geolocator):
    """Photos in [0, 1] → one array of logits per level, coarse → fine.

    The initial weights depend on `seed` alone; torch's global random state stays as it was.
    """

    def __init__(self, backbone_name: str, n_cells: Sequence[int], seed: int = 0):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            backbone = Backbone(backbone_name)
            head = MultiPartitionHead(backbone.n_features, n_cells)
        super().__init__(backbone, head)
