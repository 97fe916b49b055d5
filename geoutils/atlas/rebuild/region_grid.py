"""Rebuild the grid that answers most questions for a region without touching an outline."""

from pathlib import Path

import numpy as np
import shapely
from PIL import Image
from scipy.spatial import cKDTree

from geoutils.atlas.borders import COAST_KM, OPEN_SEA, UNDECIDED, shore_points
from geoutils.files import replacing
from geoutils.sphere import EARTH_RADIUS_KM, unit_vectors

PIXEL_DEG = 0.1
BLOCK = 32  # pixels of the first, largest squares; halved down to single pixels
PIXEL_KM = 16.0  # longer than a pixel's diagonal, plus the step between vertices of the shore


def region_grid(outlines: np.ndarray, folder: Path) -> None:
    """Write for each pixel the row of the one region that fills it, OPEN_SEA or UNDECIDED."""
    tree = shapely.STRtree(outlines)
    grid = np.full((1824, 3616), UNDECIDED, dtype=np.uint16)  # whole blocks; cut below
    squares = np.array([(r, c) for r in range(0, 1824, BLOCK) for c in range(0, 3616, BLOCK)])
    size = BLOCK
    while size:
        north, west = 90 - squares[:, 0] * PIXEL_DEG, squares[:, 1] * PIXEL_DEG - 180
        boxes = shapely.box(west, north - size * PIXEL_DEG, west + size * PIXEL_DEG, north)
        touching = np.bincount(tree.query(boxes, predicate="intersects")[0], minlength=len(squares))
        filled = np.full(len(squares), -1)
        square, region = tree.query(boxes, predicate="covered_by")
        filled[square] = region
        filled[touching != 1] = -1  # a box within one region may share its edge with another
        empty = touching == 0
        for (row, column), region in zip(squares[filled >= 0], filled[filled >= 0], strict=True):
            grid[row : row + size, column : column + size] = region
        for row, column in squares[empty]:
            grid[row : row + size, column : column + size] = OPEN_SEA
        squares = squares[(filled < 0) & ~empty]
        size //= 2
        steps = np.array([(0, 0), (0, size), (size, 0), (size, size)])
        squares = (squares[:, None] + steps).reshape(-1, 2) if size else squares
    grid = grid[:1800, :3600]
    _undecide_coastal_waters(grid, outlines)
    with replacing(folder / "region_grid.png") as temporary:
        Image.fromarray(grid).save(temporary, optimize=True)


def _undecide_coastal_waters(grid: np.ndarray, outlines: np.ndarray) -> None:
    """Mark pixels of the sea that may lie in territorial waters."""
    lonlat, _ = shore_points(outlines)
    rows, columns = np.nonzero(grid == OPEN_SEA)
    centers = np.stack([90 - (rows + 0.5) * PIXEL_DEG, (columns + 0.5) * PIXEL_DEG - 180], axis=1)
    reach = 2 * np.sin((COAST_KM + PIXEL_KM) / EARTH_RADIUS_KM / 2)
    tree = cKDTree(unit_vectors(lonlat[:, ::-1]))
    distance, _ = tree.query(unit_vectors(centers), distance_upper_bound=reach)
    near = np.isfinite(distance)
    grid[rows[near], columns[near]] = UNDECIDED
