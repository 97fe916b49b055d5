"""Backbones: from a photo to a vector of features, by timm's name."""

from difflib import get_close_matches

import timm
import torch
from jaxtyping import Float
from timm.data import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD
from torch import Tensor, nn

from geoutils.models import small_resnet  # noqa: F401  (registers the network with timm)


class Backbone(nn.Module):
    """A timm network without its classifier, with the input normalisation it expects inside.

    Takes photos with values in [0, 1] and returns features averaged over the picture (global
    average pooling). Weights start at random. Raises ValueError for a name unknown to timm.
    """

    def __init__(self, name: str):
        super().__init__()
        if not timm.is_model(name):
            similar = ", ".join(get_close_matches(name, timm.list_models(), n=5))
            raise ValueError(f"backbone_name: timm knows no {name!r}; similar: {similar or 'none'}")
        self.name = name
        self.network = timm.create_model(name, pretrained=False, num_classes=0)
        self.n_features: int = getattr(self.network, "head_hidden_size", self.network.num_features)
        config = getattr(self.network, "pretrained_cfg", None) or {}
        for statistic, default in (("mean", IMAGENET_DEFAULT_MEAN), ("std", IMAGENET_DEFAULT_STD)):
            values = torch.tensor(config.get(statistic, default)).view(1, 3, 1, 1)
            self.register_buffer(statistic, values, persistent=False)

    def forward(self, images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos features"]:
        """Features of each photo."""
        return self.network((images - self.mean) / self.std)
