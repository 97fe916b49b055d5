"""S2 cells, vectorised: the sphere as six cube faces, each cut into four again and again.

A cell id is a 64-bit number: 3 bits of face, two bits per level along the Hilbert curve, then a
single 1 that marks the level, then zeros. So ids sort along the curve, a cell's descendants are
one range of numbers around its own, and every function here is arithmetic on whole arrays.
Faces, projection and curve are those of Google's S2 (quadratic projection): ids are identical.
"""

import numpy as np
from jaxtyping import Float, Int, Real, UInt64
from numpy import ndarray

from geoutils.hilbert import MAX_LEVEL, curve_cell, curve_position
from geoutils.rings import latlon_rings
from geoutils.sphere import EARTH_RADIUS_KM, checked_latlon, latlon_of, unit_vectors

FACES = (np.arange(6, dtype=np.uint64) << np.uint64(61)) | np.uint64(1 << 60)

_SIZE = 1 << MAX_LEVEL  # leaf cells along the side of a face
_ONE = np.uint64(1)
_CHUNK = 1 << 13  # points at a time: intermediate arrays stay in the cache


def cell_ids(latlon_deg: Real[ndarray, "n 2"], level: int = MAX_LEVEL) -> UInt64[ndarray, " n"]:
    """Id of the cell of the given level (0 … 30) that holds each location.

    Longitude 180 is -180. Raises ValueError for locations that are not finite or out of range.

    >>> tokens(cell_ids(np.array([[48.8584, 2.2945]]), level=12))  # the Eiffel Tower
    ['47e66ff']
    """
    latlon_deg = checked_latlon(latlon_deg)
    ids = np.empty(len(latlon_deg), dtype=np.uint64)
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        face, u, v = _face_uv(*unit_vectors(latlon_deg[part]).T)
        position = curve_position(face, _leaf_coordinate(u), _leaf_coordinate(v))
        ids[part] = (face.astype(np.uint64) << np.uint64(61)) | (position.view(np.uint64) << _ONE)
    return _at_level(ids | _ONE, _checked_level(level))


def levels(ids: UInt64[ndarray, "*shape"]) -> Int[ndarray, "*shape"]:
    """Level of each cell, 0 (a cube face) … 30 (about a centimetre)."""
    zeros = np.bitwise_count(_lowest_bit(ids) - _ONE)
    return MAX_LEVEL - zeros.astype(np.int64) // 2


def parents(ids: UInt64[ndarray, " n"], level: int) -> UInt64[ndarray, " n"]:
    """Ancestor of each cell at a level; a cell of that level is its own.

    Raises ValueError if a cell is itself coarser than the level.
    """
    finest_allowed = levels(ids).min(initial=MAX_LEVEL)
    if _checked_level(level) > finest_allowed:
        raise ValueError(f"level: {level} is finer than a cell of level {finest_allowed} in ids")
    return _at_level(ids, level)


def children(ids: UInt64[ndarray, " n"]) -> UInt64[ndarray, "n 4"]:
    """Four children of each cell, in the order of the curve; leaf cells have none: ValueError."""
    if (ids & _ONE).any():
        raise ValueError("ids: a leaf cell (level 30) has no children")
    quarter = _lowest_bit(ids) >> np.uint64(2)
    offsets = np.array([-3, -1, 1, 3]).astype(np.uint64)  # wraps around, as does the sum
    return ids[:, None] + offsets * quarter[:, None]


def id_ranges(ids: UInt64[ndarray, " n"]) -> tuple[UInt64[ndarray, " n"], UInt64[ndarray, " n"]]:
    """Smallest and largest leaf id inside each cell; every descendant lies between them."""
    reach = _lowest_bit(ids) - _ONE
    return ids - reach, ids + reach


def tokens(ids: UInt64[ndarray, " n"]) -> list[str]:
    """Ids as S2 tokens: hexadecimal without the zeros at the end."""
    return [f"{cell:016x}".rstrip("0") for cell in ids.tolist()]


def from_tokens(texts: list[str]) -> UInt64[ndarray, " n"]:
    """Ids of S2 tokens; a ValueError names the first token that is no S2 cell.

    >>> from_tokens(["47e66ff", "9"])
    array([ 5180951497919168512, 10376293541461622784], dtype=uint64)
    """
    numbers = [_token_number(text) for text in texts]
    ids = np.array(numbers, dtype=np.uint64)
    mark = _lowest_bit(ids)
    valid = ((ids >> np.uint64(61)) < 6) & ((mark & np.uint64(0x1555555555555555)) != 0)
    if not valid.all():
        raise ValueError(f"tokens: {texts[int((~valid).argmax())]!r} is no S2 cell")
    return ids


def centers(ids: UInt64[ndarray, " n"]) -> Float[ndarray, "n 2"]:
    """Location of each cell's center, in degrees."""
    face, i, j, size = _squares(ids)
    u, v = _st_to_uv((i + size / 2) / _SIZE), _st_to_uv((j + size / 2) / _SIZE)
    return latlon_of(_face_xyz(face, u, v))


def areas_km2(
    ids: UInt64[ndarray, " n"], radius_km: float = EARTH_RADIUS_KM
) -> Float[ndarray, " n"]:
    """Exact area of each cell on the sphere, in km²: two spherical triangles.

    Solid angle by Van Oosterom and Strackee (1983), eq. 8; the triple product is taken from
    differences of corners, so that cells of a centimetre keep six digits.
    """
    a, b, c, d = np.moveaxis(_edge_points(ids, 1), 1, 0)
    a, b, c, d = (corner / np.linalg.norm(corner, axis=1, keepdims=True) for corner in (a, b, c, d))
    return (_solid_angle(a, b, c) + _solid_angle(a, c, d)) * radius_km**2


def boundaries(
    ids: UInt64[ndarray, " n"], points_per_edge: int = 8
) -> list[Float[ndarray, "points 2"]]:
    """Outline of each cell: a closed ring of locations, counter-clockwise, edges as geodesics.

    An outline that meets the antimeridian is cut there into rings with a row of NaN between
    them, each within [-180, 180]; around a pole it runs along latitude ±90, so that it encloses
    the right area on a map too.
    """
    return latlon_rings(_edge_points(ids, points_per_edge))


def boundary(cell_id: int | np.uint64, points_per_edge: int = 8) -> Float[ndarray, "points 2"]:
    """Outline of one cell; see `boundaries`."""
    return boundaries(np.array([cell_id], dtype=np.uint64), points_per_edge)[0]


def _checked_level(level: int) -> int:
    if not 0 <= level <= MAX_LEVEL:
        raise ValueError(f"level: got {level}, expected 0 … {MAX_LEVEL}")
    return int(level)


def _lowest_bit(ids):
    return ids & (~ids + _ONE)


def _at_level(ids, level):
    mark = np.uint64(1 << 2 * (MAX_LEVEL - level))
    return (ids & (~mark + _ONE)) | mark


def _token_number(text: str) -> int:
    if not (1 <= len(text) <= 16 and set(text.lower()) <= set("0123456789abcdef")):
        raise ValueError(f"tokens: {text!r} is no S2 cell (1 to 16 hexadecimal digits expected)")
    return int(text.ljust(16, "0"), 16)


def _face_uv(x, y, z):
    """Face of the cube that each vector passes through, and where (u, v in [-1, 1])."""
    size_x, size_y = np.abs(x), np.abs(y)
    on_z = np.abs(z) >= np.maximum(size_x, size_y)  # ties on the cube's edges as in S2
    on_x = (size_x > size_y) & ~on_z
    main = np.where(on_x, x, np.where(on_z, z, y))
    first, second = np.where(on_x, y, -x), np.where(on_z, -y, z)
    back = main < 0  # the three faces behind have u and v exchanged
    face = np.where(on_x, 0, np.where(on_z, 2, 1)) + 3 * back
    return face, np.where(back, second, first) / main, np.where(back, first, second) / main


def _face_xyz(face, u, v) -> Float[ndarray, "*shape 3"]:
    """Vectors (not of unit length) through the points u, v of the cube's faces."""
    one = np.ones_like(u)
    x = np.choose(face, [one, -u, -u, -one, v, v])
    y = np.choose(face, [u, one, -v, -v, -one, u])
    z = np.choose(face, [v, v, one, -u, -u, -one])
    return np.stack([x, y, z], axis=-1)


def _leaf_coordinate(u):
    """Leaf column (or row) of a face coordinate, by S2's quadratic projection."""
    root = 0.5 * np.sqrt(1 + 3 * np.abs(u))
    st = np.where(u >= 0, root, 1 - root)
    return np.minimum((st * _SIZE).astype(np.int64), _SIZE - 1)


def _st_to_uv(st):
    upper = (1 / 3) * (4 * st * st - 1)
    lower = (1 / 3) * (1 - 4 * (1 - st) * (1 - st))
    return np.where(st >= 0.5, upper, lower)


def _squares(ids):
    """Face, lowest leaf column and row, and side in leaf cells of each cell."""
    face = (ids >> np.uint64(61)).astype(np.int64)
    first_leaf = id_ranges(ids)[0] >> _ONE & np.uint64((1 << 60) - 1)
    i, j = curve_cell(face, first_leaf.astype(np.int64))
    size = np.int64(1) << (MAX_LEVEL - levels(ids))
    return face, i & -size, j & -size, size


def _edge_points(ids: UInt64[ndarray, " n"], points_per_edge: int) -> Float[ndarray, "n points 3"]:
    """Points along the four edges, counter-clockwise, corner first: straight lines on the cube."""
    face, i, j, size = _squares(ids)
    low_u, high_u = _st_to_uv(i / _SIZE)[:, None], _st_to_uv((i + size) / _SIZE)[:, None]
    low_v, high_v = _st_to_uv(j / _SIZE)[:, None], _st_to_uv((j + size) / _SIZE)[:, None]
    step = np.arange(points_per_edge) / points_per_edge
    up, flat = step[None], np.zeros((1, points_per_edge))
    along_u = np.concatenate([up, flat + 1, 1 - up, flat], axis=1)
    along_v = np.concatenate([flat, up, flat + 1, 1 - up], axis=1)
    u = np.where(along_u == 1, high_u, low_u + (high_u - low_u) * along_u)
    v = np.where(along_v == 1, high_v, low_v + (high_v - low_v) * along_v)
    return _face_xyz(np.broadcast_to(face[:, None], u.shape), u, v)


def _solid_angle(a, b, c):
    triple = (a * np.cross(b - a, c - a)).sum(axis=1)
    return 2 * np.arctan2(triple, 1 + (a * b).sum(1) + (b * c).sum(1) + (c * a).sum(1))
