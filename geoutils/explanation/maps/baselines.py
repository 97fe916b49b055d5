"""Where Integrated Gradients starts: photos that hold nothing to see."""

import torch
from jaxtyping import Float
from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
BLUR_SHARE = 0.1  # standard deviation of the blur, as a share of the photo's shorter side


def baseline_images(
    images: Float[Tensor, "photos 3 h w"],
    kind: str = "zero",
    zero_rgb: tuple[float, float, float] = IMAGENET_MEAN,
) -> Float[Tensor, "photos 3 h w"]:
    """Starting picture of each photo (values in [0, 1]).

    "zero" is the colour that the model's normalisation maps to zero (`zero_rgb`), "black" is 0
    before normalisation, "mean" the photo's own mean colour, "blurred" the photo, blurred.
    Raises ValueError for another kind.
    """
    if kind == "zero":
        rgb = images.new_tensor(zero_rgb).reshape(1, 3, 1, 1)
        return rgb.expand_as(images).clone()
    if kind == "black":
        return torch.zeros_like(images)
    if kind == "mean":
        return images.mean(dim=(2, 3), keepdim=True).expand_as(images).clone()
    if kind == "blurred":
        return _blurred(images, BLUR_SHARE * min(images.shape[2:]))
    raise ValueError(f"kind: {kind!r}, expected 'zero', 'black', 'blurred' or 'mean'")


def _blurred(images: Float[Tensor, "photos 3 h w"], sigma: float) -> Float[Tensor, "photos 3 h w"]:
    """Gaussian blur, one axis after the other; the border's pixels are repeated outwards."""
    radius = max(1, round(2 * sigma))
    steps = torch.arange(-radius, radius + 1, dtype=images.dtype, device=images.device)
    kernel = torch.exp(-((steps / sigma) ** 2) / 2)
    kernel = (kernel / kernel.sum()).reshape(1, 1, -1).repeat(3, 1, 1)
    padded = torch.nn.functional.pad(images, [radius] * 4, mode="replicate")
    down = torch.nn.functional.conv2d(padded, kernel[..., None], groups=3)
    return torch.nn.functional.conv2d(down, kernel[:, :, None], groups=3)
