"""Rows and columns of the places that a network sees in a photo."""

from jaxtyping import Float
from torch import Tensor


def grid_of_places(n_places: int, height: int, width: int) -> tuple[int, int]:
    """Rows and columns of places whose shape is nearest to that of a photo of height × width.

    Raises ValueError where no grid of that many places is within one row of the photo's shape.

    >>> grid_of_places(16, 64, 64), grid_of_places(12, 60, 80)
    ((4, 4), (3, 4))
    """
    grids = [(rows, n_places // rows) for rows in range(1, n_places + 1) if n_places % rows == 0]
    misfits = [abs(rows * width - columns * height) for rows, columns in grids]
    best = min(misfits, default=None)
    if best is None or best > max(height, width):
        raise ValueError(f"{n_places} places make no grid of the shape of {height} × {width}")
    return grids[misfits.index(best)]


def as_grid(
    values: Float[Tensor, "photos places channels"], height: int, width: int
) -> Float[Tensor, "photos rows columns channels"]:
    """Values of places, row by row, as a grid over photos of height × width; see above."""
    return values.unflatten(1, grid_of_places(values.shape[1], height, width))
