"""Polygons packed as small integers: thousandths of a degree, one vertex from the last."""

from pathlib import Path

import numpy as np
import shapely
from jaxtyping import Shaped
from numpy import ndarray

from geoutils.atlas.storage import DATA
from geoutils.files import replacing

GRID_PER_DEG = 1000  # 0.001° is 111 m at most


def save_shapes(path: Path, geometry: Shaped[ndarray, " shapes"]) -> None:
    """Write multipolygons in (longitude, latitude), rounded to thousandths of a degree."""
    _, lonlat, (rings, polygons, shapes) = shapely.to_ragged_array(geometry)
    units = np.round(lonlat * GRID_PER_DEG).astype(np.int32)
    steps = np.diff(units, axis=0, prepend=np.int32(0))
    with replacing(path) as temporary:
        np.savez_compressed(
            temporary,
            longitude=steps[:, 0],
            latitude=steps[:, 1],
            rings=np.diff(rings).astype(np.int32),
            polygons=np.diff(polygons).astype(np.int32),
            shapes=np.diff(shapes).astype(np.int32),
        )


def load_shapes(name: str) -> Shaped[ndarray, " shapes"]:
    """Read the multipolygons of one of the atlas's files; an empty one is a country not drawn."""
    with np.load(DATA / name) as packed:
        steps = np.stack([packed["longitude"], packed["latitude"]], axis=1)
        lengths = [packed[level] for level in ("rings", "polygons", "shapes")]
    lonlat = np.cumsum(steps, axis=0) / GRID_PER_DEG
    offsets = tuple(np.concatenate([[0], np.cumsum(counts)]) for counts in lengths)
    return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, lonlat, offsets)
