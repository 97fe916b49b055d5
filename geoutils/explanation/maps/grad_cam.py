"""Grad-CAM: which places of a network's last map speak for a score."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import interpolate

from geoutils.explanation.maps.places import as_grid
from geoutils.explanation.targets import Score
from geoutils.known_names import known_name
from geoutils.models import Geolocator

LAYOUTS = ("channels_first", "channels_last", "tokens")


@dataclass(frozen=True, eq=False)
class CamLayer:
    """A layer that gives a vector for each place in a photo, and how its output lies in memory.

    "channels_first": (photos, channels, rows, columns), as of convolutions; "channels_last":
    (photos, rows, columns, channels); "tokens": (photos, tokens, channels), the first `n_prefix` of
    them no places. Raises ValueError for another layout.
    """

    module: nn.Module
    layout: str = "channels_first"
    n_prefix: int = 0

    def __post_init__(self):
        known_name("layout", self.layout, LAYOUTS)

    def places(
        self, values: Float[Tensor, "photos ..."], height: int, width: int
    ) -> Float[Tensor, "photos rows columns channels"]:
        """The layer's output, or gradients by it, as a grid over photos of height × width."""
        if self.layout == "tokens":
            return as_grid(values[:, self.n_prefix :], height, width)
        return values if self.layout == "channels_last" else values.movedim(1, 3)


def cam_layer(model: Geolocator, images: Float[Tensor, "photos 3 h w"]) -> CamLayer:
    """The layer for Grad-CAM: what gives the last map of a CNN, or the last tokens.

    Where only a class token goes on to the head, the other tokens of the last layer have no effect,
    so the layer is the one before the last attention. The first of the `images` shows which places
    there are. ValueError where a photo is one place only, or no layer gives the map.
    """
    network = model.backbone.network
    last_map, givers = _last_map(model, images[:1])
    if last_map.ndim == 3:
        n_prefix = getattr(network, "num_prefix_tokens", 0)
        by_class_token = (
            n_prefix
            and model.head.takes == "features"
            and model.backbone.pooling == "avg"
            and network.global_pool == "token"
        )
        module = network.blocks[-1].norm1 if by_class_token else (givers or [None])[-1]
        layer = CamLayer(module, "tokens", n_prefix)
    else:
        last = getattr(network, "output_fmt", "NCHW") == "NHWC"
        layer = CamLayer((givers or [None])[-1], LAYOUTS[1] if last else LAYOUTS[0])
    if layer.module is None:
        raise ValueError(f"model: no layer of {model.backbone.name} gives its last map")
    _, rows, columns, _ = layer.places(last_map, *images.shape[2:]).shape
    if rows * columns == 1:
        height, width = images.shape[2:]
        raise ValueError(
            f"images: {height} × {width} pixels are one place to {model.backbone.name}; Grad-CAM "
            "tells places apart"
        )
    return layer


def grad_cam(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    layer: CamLayer,
) -> Float[Tensor, "photos rows columns"]:
    """Channels of the layer, weighted by their mean gradient and summed; negative sums are 0.

    One number for each place of the layer; as many pixels as the photo has come from
    `grad_cam_maps`. Source: Selvaraju et al. (2017), equations 1 and 2. captum's LayerGradCam is
    the same for maps with channels first, which is all that it takes. Raises ValueError for a
    layer that the score does not depend on.
    """
    outputs = []
    hook = layer.module.register_forward_hook(lambda module, given, out: outputs.append(out))
    try:
        with torch.enable_grad():
            # Pixels that ask for gradients make the graph even where all weights are frozen.
            total = score(images.detach().clone().requires_grad_(), targets).sum()
    finally:
        hook.remove()
    if not outputs:
        raise ValueError(f"layer: {type(layer.module).__name__} is no part of what is scored")
    slopes = torch.autograd.grad(total, outputs[-1])[0]
    values, slopes = (
        layer.places(part.detach(), *images.shape[2:]) for part in (outputs[-1], slopes)
    )
    weights = slopes.mean(dim=(1, 2), keepdim=True)
    return (values * weights).sum(dim=3).relu()


def grad_cam_maps(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    layer: CamLayer,
) -> Float[Tensor, "photos h w"]:
    """Grad-CAM at the photo's size, bilinear between the centres of places."""
    places = grad_cam(score, images, targets, layer)[:, None]
    size = tuple(images.shape[2:])
    return interpolate(places, size, mode="bilinear", align_corners=False)[:, 0]


def _last_map(
    model: Geolocator, image: Float[Tensor, "1 3 h w"]
) -> tuple[Float[Tensor, "1 ..."], list[nn.Module]]:
    """The last map of the backbone, and the modules whose output it is, in order of their work."""
    network = model.backbone.network
    outputs = []
    hooks = [
        module.register_forward_hook(lambda module, given, out: outputs.append((module, out)))
        for module in network.modules()
        if module is not network
    ]
    try:
        with torch.no_grad():
            last_map = network.forward_features(image)
    finally:
        for hook in hooks:
            hook.remove()
    return last_map, [module for module, out in outputs if out is last_map]
