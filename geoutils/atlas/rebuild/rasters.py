"""Rebuild the atlas's grids: land, relief, climate, ground colour."""

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import netcdf_file
from scipy.ndimage import distance_transform_edt, minimum_filter
from scipy.spatial import cKDTree

from geoutils.atlas.rasters import CLIMATES
from geoutils.atlas.storage import differences, save_array
from geoutils.files import replacing
from geoutils.sphere import unit_vectors

# The Dead Sea's shore, the lowest dry land, is 430 m below the sea; anything lower is sea floor.
LOWEST_LAND_M = -430
# Blue Marble's dry land is never bluer than it is red, unless bright (snow): so are 0.6 % of the
# pixels far inland, and they are lakes. Deep lakes are black.
SNOW, DEEP_LAKE = 170, 22
OCEAN_ZONE = 32  # in the source's numbering of climates, which starts at 1


def land(source: Path, folder: Path) -> np.ndarray:
    """Write the land mask at 1 arc minute as packed bits; return it as booleans (10800, 21600).

    The source's cells of half a minute are joined two by two; half land is land.
    """
    sea = np.load(source)["mask"]
    quarters = [~sea[row::2, column::2] for row in (0, 1) for column in (0, 1)]
    mask = np.sum(quarters, axis=0, dtype=np.uint8) >= 2
    save_array(folder / "land.npy.xz", np.packbits(mask, axis=1))
    return mask


def relief(source: Path, folder: Path, land: np.ndarray) -> None:
    """Write the height of land in m, the sea at 0: nodes 5 arc minutes apart from 90 N, 180 W."""
    with netcdf_file(source, mmap=False) as file:
        south_first = file.variables["ROSE"][:].astype(np.int16)
    heights = np.roll(south_first[::-1], 2160, axis=1)  # the source starts at Greenwich
    dry = _share_around_nodes(land) >= 0.5
    # Land below the sea (the Dead Sea, Death Valley) lies inland; at a coast it is sea floor that
    # the source averaged in.
    inland = minimum_filter(dry, size=5, mode=("nearest", "wrap"))
    heights = np.maximum(heights, np.where(inland, LOWEST_LAND_M, 0))
    save_array(folder / "relief.npy.xz", differences(heights.astype(np.int16)))


def _share_around_nodes(land: np.ndarray) -> np.ndarray:
    """Share of land in the 6 x 6 cells around each node, about the square it stands for."""
    rows = np.arange(2161)[:, None] * 5 + np.arange(-3, 3)
    columns = np.arange(4320)[:, None] * 5 + np.arange(-3, 3)
    in_rows = land[np.clip(rows, 0, 10799)].sum(axis=1, dtype=np.uint8)
    return in_rows[:, columns % 21600].sum(axis=2, dtype=np.uint8) / 36


def climate(source: Path, folder: Path) -> None:
    """Write the climate zone at 5 arc minutes, sea filled from the nearest land."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source) as image:
        fine = np.asarray(image)
    blocks = fine.reshape(2160, 3, 4320, 3)
    if (blocks != blocks[:, :1, :, :1]).any():
        raise ValueError(f"{source}: expected blocks of 3 x 3 equal pixels")
    zones = blocks[:, 0, :, 0]
    known = zones != OCEAN_ZONE
    if zones[known].max() > len(CLIMATES) or zones.min() < 1:
        raise ValueError(f"{source}: zones {np.unique(zones)}, expected 1 … {OCEAN_ZONE}")
    filled = zones[nearest_known(known)] - 1
    with replacing(folder / "climate.png") as temporary:
        Image.fromarray(filled.astype(np.uint8)).save(temporary, optimize=True)


def ground(source: Path, folder: Path, land: np.ndarray) -> None:
    """Write the colour of dry land at 8 arc minutes: water filled from the nearest dry pixel."""
    with Image.open(source) as image:
        fine = np.asarray(image.convert("RGB")).astype(np.float32)
    share = land.reshape(2700, 4, 5400, 4).mean(axis=(1, 3), dtype=np.float32)
    red, blue = fine[..., 0], fine[..., 2]
    brightest = fine.max(axis=2)
    watery = ((blue > red) & (brightest < SNOW)) | (brightest < DEEP_LAKE)
    weight = ((share > 0.75) & ~watery).astype(np.float32)
    total = weight.reshape(1350, 2, 2700, 2).sum(axis=(1, 3))
    colours = (fine * weight[..., None]).reshape(1350, 2, 2700, 2, 3).sum(axis=(1, 3))
    colours /= np.maximum(total, 1)[..., None]
    filled = colours[nearest_known(total > 0)]
    with replacing(folder / "ground.jpg") as temporary:
        image = Image.fromarray(np.round(filled).astype(np.uint8))
        image.save(temporary, quality=90, subsampling=0, optimize=True)


def nearest_known(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the nearest known pixel, on the sphere, for every pixel of a world grid."""
    height, width = known.shape
    latitudes = 90 - (np.arange(height) + 0.5) * 180 / height
    longitudes = (np.arange(width) + 0.5) * 360 / width - 180
    rows, columns = np.indices(known.shape, dtype=np.int32)
    # Only pixels at the edge of the known can be nearest to an unknown one.
    edge = known & (distance_transform_edt(np.pad(known, 1, mode="wrap"))[1:-1, 1:-1] < 2)
    edge |= known & np.isin(rows, (0, height - 1))
    candidates, unknown = np.argwhere(edge), np.argwhere(~known)

    def vectors(pixels: np.ndarray) -> np.ndarray:
        return unit_vectors(np.stack([latitudes[pixels[:, 0]], longitudes[pixels[:, 1]]], axis=1))

    _, nearest = cKDTree(vectors(candidates)).query(vectors(unknown))
    rows[~known], columns[~known] = candidates[nearest].T
    return rows, columns


def photo_density(source: Path, folder: Path) -> None:
    """Write the positions of photos in millionths of a degree, as they are, in their order."""
    with open(source) as file:
        if (header := file.readline().strip()) != "LAT,LON":
            raise ValueError(f"{source}: header {header!r}, expected 'LAT,LON'")
        locations = np.loadtxt(file, delimiter=",")
    save_array(folder / "photo_density.npy.xz", np.round(locations * 1e6).astype(np.int32))
