"""S2 cells, vectorised: the sphere as six cube faces, each cut into four again and again.

A cell id is a 64-bit number: 3 bits of face, two bits per level along the Hilbert curve, then a
single 1 that marks the level, then zeros. So ids sort along the curve, a cell's descendants are
one range of numbers around its own, and every function here is arithmetic on whole arrays.
Faces, projection and curve are those of Google's S2 (quadratic projection): ids are identical.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int, Real, UInt64
from numpy import ndarray

from geoutils.cube import (
    SIZE,
    face_coordinate,
    face_uv,
    face_xyz,
    leaf_coordinate,
    on_next_face,
)
from geoutils.hilbert import MAX_LEVEL, curve_cell, curve_position
from geoutils.rings import latlon_rings
from geoutils.sphere import (
    EARTH_RADIUS_KM,
    checked_latlon,
    latlon_of,
    triangle_areas,
    unit_vectors,
)
from geoutils.whole import checked_whole

FACES = (np.arange(6, dtype=np.uint64) << np.uint64(61)) | np.uint64(1 << 60)

_ONE = np.uint64(1)
_CHUNK = 1 << 14  # points at a time: intermediate arrays stay in the cache


def cell_ids(latlon_deg: Real[ndarray, "n 2"], level: int = MAX_LEVEL) -> UInt64[ndarray, " n"]:
    """Id of the cell of the given level (0 … 30) that holds each location.

    Longitude 180 is -180. Raises ValueError for locations that are not finite or out of range.

    >>> tokens(cell_ids(np.array([[48.8584, 2.2945]]), level=12))  # the Eiffel Tower
    ['47e66ff']
    """
    latlon_deg, mark = checked_latlon(latlon_deg), _mark_of(_checked_level(level))
    ids = np.empty(len(latlon_deg), dtype=np.uint64)
    for part in _parts(len(ids)):
        face, u, v = face_uv(unit_vectors(latlon_deg[part]))
        ids[part] = _with_mark(_leaf_ids(face, leaf_coordinate(u), leaf_coordinate(v)), mark)
    return ids


def levels(ids: UInt64[ndarray, "*shape"]) -> Int[ndarray, "*shape"]:
    """Level of each cell, 0 (a cube face) … 30 (about a centimetre)."""
    zeros = np.bitwise_count(_lowest_bit(ids) - _ONE)
    return MAX_LEVEL - zeros.astype(np.int64) // 2


def parents(ids: UInt64[ndarray, " n"], level: int) -> UInt64[ndarray, " n"]:
    """Ancestor of each cell at a level; a cell of that level is its own.

    Raises ValueError if a cell is itself coarser than the level.
    """
    finest_allowed = levels(ids).min(initial=MAX_LEVEL)
    level = _checked_level(level)
    if level > finest_allowed:
        raise ValueError(f"level: {level} is finer than a cell of level {finest_allowed} in ids")
    return _with_mark(ids, _mark_of(level))


def children(ids: UInt64[ndarray, " n"]) -> UInt64[ndarray, "n 4"]:
    """Four children of each cell, in the order of the curve; leaf cells have none: ValueError."""
    if (ids & _ONE).any():
        raise ValueError("ids: a leaf cell (level 30) has no children")
    quarter = _lowest_bit(ids) >> np.uint64(2)
    offsets = np.array([-3, -1, 1, 3]).astype(np.uint64)  # wraps around, as does the sum
    return ids[:, None] + offsets * quarter[:, None]


def neighbors(ids: UInt64[ndarray, " n"]) -> UInt64[ndarray, "n 4"]:
    """Four cells of the same level across the edges of each: its face's -v, +u, +v and -u side.

    At a cube edge the neighbour lies on the next face. Order as in S2's GetEdgeNeighbors.

    >>> tokens(neighbors(from_tokens(["47e67"]))[0])
    ['47e61', '47e65', '47e69', '47e5d']
    """
    neighbors = np.empty((len(ids), 4), dtype=np.uint64)
    for part in _parts(len(ids)):
        face, i, j, size = _squares(ids[part])
        i = (i[:, None] + size[:, None] * [0, 1, 0, -1]).ravel()
        j = (j[:, None] + size[:, None] * [-1, 0, 1, 0]).ravel()
        face, mark = np.repeat(face, 4), np.repeat(_lowest_bit(ids[part]), 4)
        beyond = (i < 0) | (i >= SIZE) | (j < 0) | (j >= SIZE)
        face[beyond], i[beyond], j[beyond] = on_next_face(face[beyond], i[beyond], j[beyond])
        neighbors[part] = _with_mark(_leaf_ids(face, i, j), mark).reshape(-1, 4)
    return neighbors


def id_ranges(ids: UInt64[ndarray, " n"]) -> tuple[UInt64[ndarray, " n"], UInt64[ndarray, " n"]]:
    """Smallest and largest leaf id inside each cell; every descendant lies between them."""
    reach = _lowest_bit(ids) - _ONE
    return ids - reach, ids + reach


def tokens(ids: UInt64[ndarray, " n"]) -> list[str]:
    """Ids as S2 tokens: hexadecimal without the zeros at the end."""
    digits = ids.astype(">u8").tobytes().hex()
    return [digits[start : start + 16].rstrip("0") for start in range(0, len(digits), 16)]


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
    locations = np.empty((len(ids), 2))
    for part in _parts(len(ids)):
        face, i, j, size = _squares(ids[part])
        u, v = face_coordinate(i + size / 2), face_coordinate(j + size / 2)
        locations[part] = latlon_of(face_xyz(face, u, v))
    return locations


def areas_km2(
    ids: UInt64[ndarray, " n"], radius_km: float = EARTH_RADIUS_KM
) -> Float[ndarray, " n"]:
    """Exact area of each cell on the sphere, in km²: two spherical triangles.

    Solid angle by Van Oosterom and Strackee (1983), eq. 8; the triple product is taken from
    differences of corners, so that cells of a centimetre keep six digits.
    """
    areas = np.empty(len(ids))
    for part in _parts(len(ids)):
        corners = _edge_points(ids[part], 1)
        corners /= np.sqrt(np.einsum("nki,nki->nk", corners, corners))[:, :, None]
        a, b, c, d = np.moveaxis(corners, 1, 0)
        areas[part] = triangle_areas(a, b, c) + triangle_areas(a, c, d)
    return areas * radius_km**2


def boundaries(
    ids: UInt64[ndarray, " n"], points_per_edge: int = 8
) -> list[Float[ndarray, "points 2"]]:
    """Outline of each cell: a closed ring of locations, counter-clockwise, edges as geodesics.

    An outline that meets the antimeridian is cut there into rings with a row of NaN between
    them, each within [-180, 180]; around a pole it runs along latitude ±90, so that it encloses
    the right area on a map too.
    """
    parts = (_edge_points(ids[part], points_per_edge) for part in _parts(len(ids)))
    return [ring for outlines in parts for ring in latlon_rings(outlines)]


def boundary(cell_id: int | np.uint64, points_per_edge: int = 8) -> Float[ndarray, "points 2"]:
    """Outline of one cell; see `boundaries`."""
    return boundaries(np.array([cell_id], dtype=np.uint64), points_per_edge)[0]


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, start + _CHUNK) for start in range(0, n, _CHUNK))


def _checked_level(level: int) -> int:
    return checked_whole(level, "level", 0, MAX_LEVEL)


def _lowest_bit(ids):
    return ids & (~ids + _ONE)


def _mark_of(level: int):
    return np.uint64(1 << 2 * (MAX_LEVEL - level))


def _with_mark(ids, mark):
    """Ancestor of each cell at the level that a lowest bit stands for."""
    return (ids & (~mark + _ONE)) | mark


def _leaf_ids(face, i, j):
    position = curve_position(face, i, j).view(np.uint64)
    return (face.astype(np.uint64) << np.uint64(61)) | (position << _ONE) | _ONE


def _token_number(text: str) -> int:
    if not (1 <= len(text) <= 16 and set(text.lower()) <= set("0123456789abcdef")):
        raise ValueError(f"tokens: {text!r} is no S2 cell (1 to 16 hexadecimal digits expected)")
    return int(text.ljust(16, "0"), 16)


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
    low_u, high_u = (face_coordinate(k.astype(np.float64))[:, None] for k in (i, i + size))
    low_v, high_v = (face_coordinate(k.astype(np.float64))[:, None] for k in (j, j + size))
    step = np.arange(points_per_edge) / points_per_edge
    up, flat = step[None], np.zeros((1, points_per_edge))
    along_u = np.concatenate([up, flat + 1, 1 - up, flat], axis=1)
    along_v = np.concatenate([flat, up, flat + 1, 1 - up], axis=1)
    u = np.where(along_u == 1, high_u, low_u + (high_u - low_u) * along_u)
    v = np.where(along_v == 1, high_v, low_v + (high_v - low_v) * along_v)
    return face_xyz(np.broadcast_to(face[:, None], u.shape), u, v)
