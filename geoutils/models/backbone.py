"""Backbones: from a photo to a vector of features, or one for each place in it, by timm's name."""

from typing import Any

import timm
import torch
from jaxtyping import Float
from timm.data import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD
from torch import Tensor, nn

from geoutils.known_names import known_name, similar_names
from geoutils.models import small_resnet  # noqa: F401  (registers the network with timm)
from geoutils.models.pretrained import create_network

POOLINGS = ("avg", "max")
# Google's own, for the weights in the package and for timm's, which were made from the same; timm
# has 0.5 and 0.5, which is half a grey level off.
LITE_MEAN, LITE_STD = (127 / 255,) * 3, (128 / 255,) * 3


class Backbone(nn.Module):
    """A timm network without its classifier, with the input normalisation it expects inside.

    Takes photos with values in [0, 1]. `pooling` "avg" gives the features that the network itself
    hands to its classifier: averaged over the picture, but a ViT's class token. "max" takes the
    largest value of each channel over all places. VGG ends after its convolutions: the fully
    connected layers before its classifier, 120 of its 140 M parameters, are left out, as the
    thesis does (Loria 2021, section 4.2.2). `pretrained` says where weights come from, see
    `create_network`. `drop_path` > 0 skips each residual branch with a probability that rises to
    this value at the last one (stochastic depth), while training only.

    Raises ValueError for a name unknown to timm, an unknown pooling or source of weights, and a
    `drop_path` for a network without residual branches.
    """

    def __init__(
        self, name: str, pooling: str = "avg", pretrained: str = "", drop_path: float = 0.0
    ):
        super().__init__()
        if not timm.is_model(name):
            similar = similar_names(name, timm.list_models())
            raise ValueError(f"backbone: timm knows no {name!r}{similar}")
        known_name("pooling", pooling, POOLINGS)
        if not 0 <= drop_path < 1:
            raise ValueError(f"drop_path: {drop_path}; expected a probability below 1")
        self.name = name
        self.pooling = pooling
        self.pretrained = pretrained
        self.drop_path = drop_path
        self.network = _network(name, pretrained, drop_path)
        self.n_channels: int = self.network.num_features
        own_width = getattr(self.network, "head_hidden_size", self.n_channels)
        self.n_features: int = self.n_channels if pooling == "max" else own_width
        mean, std = _normalisation(name, self.network)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this backbone again; saved weights are put in its place."""
        return {
            "name": self.name,
            "pooling": self.pooling,
            "pretrained": self.pretrained,
            "drop_path": self.drop_path,
        }

    def forward(self, images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos features"]:
        """Features of each photo."""
        if self.pooling == "max":
            return self.tokens(images).amax(dim=1)
        return self.network(self._normalised(images))

    def tokens(
        self, images: Float[Tensor, "photos 3 h w"]
    ) -> Float[Tensor, "photos places channels"]:
        """One vector for each place in a photo, row by row from the top left.

        A CNN's last map, a Swin's or a ViT's last tokens; a class token is no place and left out.
        """
        return self._tokens_of(self.network.forward_features(self._normalised(images)))

    def features_and_tokens(
        self, images: Float[Tensor, "photos 3 h w"]
    ) -> tuple[Float[Tensor, "photos features"], Float[Tensor, "photos places channels"]]:
        """Both of each photo, which the network reads once; equal to each alone to the bit."""
        last = self.network.forward_features(self._normalised(images))
        tokens = self._tokens_of(last)
        is_max = self.pooling == "max"
        return tokens.amax(dim=1) if is_max else self.network.forward_head(last), tokens

    def _tokens_of(self, last: Tensor) -> Tensor:
        if last.ndim == 3:
            return last[:, getattr(self.network, "num_prefix_tokens", 0) :]
        if getattr(self.network, "output_fmt", "NCHW") == "NHWC":
            return last.flatten(1, 2)
        return last.flatten(2).transpose(1, 2)

    def _normalised(self, images: Tensor) -> Tensor:
        patches = getattr(self.network, "patch_embed", None)
        expected = getattr(patches, "img_size", None)
        if getattr(patches, "strict_img_size", False) and images.shape[2:] != expected:
            height, width = images.shape[2:]
            raise ValueError(
                f"images: {height} × {width} pixels; {self.name} takes {expected[0]} × "
                f"{expected[1]} alone"
            )
        return (images - self.mean) / self.std


def _network(name: str, pretrained: str, drop_path: float) -> nn.Module:
    options = {"drop_path_rate": drop_path} if drop_path else {}
    try:
        network = create_network(name, pretrained, **options)
    except TypeError as error:
        if "drop_path_rate" not in str(error):
            raise
        raise ValueError(f"drop_path: {drop_path}; {name} has no branches to drop") from None
    if hasattr(network, "pre_logits") and hasattr(network, "features"):  # VGG
        network.pre_logits = nn.Identity()
        network.head_hidden_size = network.num_features
    return network


def _normalisation(name: str, network: nn.Module) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation, in [0, 1], that the network's published weights were trained with."""
    if name.startswith("tf_efficientnet_lite"):
        return LITE_MEAN, LITE_STD
    config = getattr(network, "pretrained_cfg", None) or {}
    return config.get("mean", IMAGENET_DEFAULT_MEAN), config.get("std", IMAGENET_DEFAULT_STD)
