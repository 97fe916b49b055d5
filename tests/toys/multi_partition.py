"""A whole network in one line: a backbone and a linear classifier per level, weights by a seed."""

from collections.abc import Sequence

import torch

from geoutils.models import Backbone, Geolocator, MultiPartitionHead


def multi_partition(backbone_name: str, n_cells: Sequence[int], seed: int = 0) -> Geolocator:
    """Photos in [0, 1] → one array of logits per level; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = Backbone(backbone_name)
        return Geolocator(backbone, MultiPartitionHead(backbone.n_features, n_cells))
