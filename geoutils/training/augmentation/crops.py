"""Where the pixels of a changed photo come from: turns, windows and their sizes, by the batch."""

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate


def rotated(
    photos: Shaped[Tensor, "photos h w c"], angle_deg: Float[Tensor, " photos"]
) -> Float[Tensor, "photos h w c"]:
    """Photos turned counter-clockwise about their middle, bilinear; edge pixels repeat."""
    n, height, width, _ = photos.shape
    cos, sin = angle_deg.deg2rad().cos(), angle_deg.deg2rad().sin()
    zero = torch.zeros_like(cos)
    # Coordinates run from −1 to 1 along each side, so those of unlike sides need their ratio.
    to_source = torch.stack(
        [
            torch.stack([cos, -sin * (height / width), zero], 1),
            torch.stack([sin * (width / height), cos, zero], 1),
        ],
        1,
    )
    grid = affine_grid(to_source, [n, 1, height, width], align_corners=False)
    images = photos.permute(0, 3, 1, 2).float()
    turned = grid_sample(images, grid, padding_mode="border", align_corners=False)
    return turned.permute(0, 2, 3, 1)


def cut(
    photos: Shaped[Tensor, "photos h w c"],
    corner_px: Int[Tensor, "photos 2"],
    size_px: tuple[int, int],
    mirrored: Bool[Tensor, "photos 2"],
) -> Shaped[Tensor, "photos new_h new_w c"]:
    """Windows of one size, unchanged pixels; `corner_px` is their top left, outside edges repeat.

    `mirrored` says for each window whether its top and bottom, its left and right change places.
    """
    places = []
    for axis, length in enumerate(size_px):
        steps = torch.arange(length, device=photos.device)
        steps = torch.where(mirrored[:, axis : axis + 1], length - 1 - steps, steps)
        places.append((steps + corner_px[:, axis : axis + 1]).clamp_(0, photos.shape[axis + 1] - 1))
    rows, columns = places
    which = torch.arange(len(photos), device=photos.device)[:, None, None]
    return photos[which, rows[:, :, None], columns[:, None, :]]


def resized(
    photos: Shaped[Tensor, "photos h w c"],
    corner_px: Int[Tensor, "photos 2"],
    window_px: Int[Tensor, "photos 2"],
    size_px: tuple[int, int],
    mirrored: Bool[Tensor, "photos 2"],
) -> Float[Tensor, "photos new_h new_w c"]:
    """Windows of unlike sizes brought to one size, bilinear, averaging where pixels get fewer.

    A window's rows are mixed by one matrix and its columns by another: one product each for the
    whole batch. On a CPU photos take their turns, which spares multiplying by the zeros that these
    matrices are full of.
    """
    ends_px = corner_px + window_px
    is_inside = (corner_px >= 0).all() and (ends_px <= ends_px.new_tensor(photos.shape[1:3])).all()
    if photos.device.type == "cpu" and is_inside:
        return _resized_in_turn(photos, corner_px, window_px, size_px, mirrored)
    down, across = (
        _weights(corner_px[:, axis], window_px[:, axis], photos.shape[axis + 1], size_px[axis])
        for axis in range(2)
    )
    down = torch.where(mirrored[:, 0, None, None], down.flip(1), down)
    across = torch.where(mirrored[:, 1, None, None], across.flip(1), across)
    rows_mixed = torch.einsum("nih,nhwc->niwc", down, photos.float())
    return torch.einsum("njw,niwc->nijc", across, rows_mixed)


def _resized_in_turn(
    photos: Shaped[Tensor, "photos h w c"],
    corner_px: Int[Tensor, "photos 2"],
    window_px: Int[Tensor, "photos 2"],
    size_px: tuple[int, int],
    mirrored: Bool[Tensor, "photos 2"],
) -> Float[Tensor, "photos new_h new_w c"]:
    found = torch.empty((len(photos), *size_px, photos.shape[3]))
    windows = torch.cat([corner_px, corner_px + window_px], dim=1).tolist()
    axes = [[1 + axis for axis in (0, 1) if chosen[axis]] for chosen in mirrored.tolist()]
    for number, (top, left, bottom, right) in enumerate(windows):
        window = photos[number, top:bottom, left:right].permute(2, 0, 1)[None].float()
        small = interpolate(window, size=size_px, mode="bilinear", antialias=True)[0]
        small = small.flip(axes[number]) if axes[number] else small
        found[number] = small.permute(1, 2, 0)
    return found


def transposed(
    photos: Shaped[Tensor, "photos side side c"], chosen: Bool[Tensor, " photos"]
) -> Shaped[Tensor, "photos side side c"]:
    """Photos with rows and columns exchanged where `chosen`."""
    return torch.where(chosen[:, None, None, None], photos.transpose(1, 2), photos)


def _weights(
    corner_px: Int[Tensor, " photos"], window_px: Int[Tensor, " photos"], length: int, new: int
) -> Float[Tensor, "photos new length"]:
    """Share of each old pixel in each new one: a triangle as wide as the reduction asks."""
    scale = (window_px / new)[:, None, None]
    old = torch.arange(length, device=corner_px.device) + 0.5
    middle = (
        corner_px[:, None, None]
        + (torch.arange(new, device=corner_px.device) + 0.5)[:, None] * scale
    )
    weights = (1 - (old - middle).abs() / scale.clamp(min=1)).clamp_(min=0)
    start, end = corner_px[:, None, None], (corner_px + window_px)[:, None, None]
    weights = weights * ((old > start) & (old < end))
    return weights / weights.sum(2, keepdim=True)
