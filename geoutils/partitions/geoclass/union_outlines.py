"""Outlines of unions of Voronoi regions, as rings of latitude and longitude for flat maps."""

from collections import defaultdict

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoutils.partitions.geoclass.sphere_voronoi import SphereVoronoi
from geoutils.rings import latlon_rings
from geoutils.sphere import latlon_of, triangle_areas

_STEP_RAD = np.radians(1.0)  # between points along a border
_POLE_RAD = 1e-9
_GAP = np.full((1, 2), np.nan)


def union_outlines(
    voronoi: SphereVoronoi | None, unions: Int[ndarray, " sites"], n_unions: int
) -> list[Float[ndarray, "_ 2"]]:
    """Closed rings around each union of regions, with a row of NaN between rings.

    A place belongs to the union if it lies inside an odd number of its rings: holes are rings of
    their own, and where the rings alone would mean the complement (a union around both poles, or
    the whole Earth, `voronoi` None) the whole map is one more ring. Borders are exact arcs with a
    point every degree at most; the straight line of a map leaves them by 0.25 km · tan(latitude).
    """
    if voronoi is None:
        return [_whole_map() for _ in range(n_unions)]
    pieces = _connected_pieces(voronoi, unions)
    rings = _rings_of_pieces(voronoi, pieces)
    of_piece, first_site = np.unique(pieces, return_index=True)
    outlines: list[list] = [[] for _ in range(n_unions)]
    for piece, site in zip(of_piece.tolist(), first_site.tolist(), strict=True):
        outlines[unions[site]] += _flat_rings(rings[piece], latlon_of(voronoi.sites[site, None])[0])
    return [_with_gaps(parts) for parts in outlines]


def _connected_pieces(
    voronoi: SphereVoronoi, unions: Int[ndarray, " sites"]
) -> Int[ndarray, " sites"]:
    """Number of the connected piece of its union that each region belongs to."""
    same = unions[voronoi.left] == unions[voronoi.right]
    ends = voronoi.left[same], voronoi.right[same]
    shape = (len(unions), len(unions))
    return connected_components(coo_array((np.ones(same.sum()), ends), shape), directed=False)[1]


def _rings_of_pieces(
    voronoi: SphereVoronoi, pieces: Int[ndarray, " sites"]
) -> dict[int, list[Float[ndarray, "_ 3"]]]:
    """Rings of vectors around each piece, the piece on the left of all of them."""
    borders = np.flatnonzero(pieces[voronoi.left] != pieces[voronoi.right])
    points, counts = voronoi.arcs(borders, _STEP_RAD)
    arcs = np.split(points, np.cumsum(counts)[:-1])
    ends = voronoi.corners[voronoi.end[borders]]
    # At a corner three regions meet, so a piece leaves it by one border only.
    following: dict[tuple[int, int], tuple[int, int, bool]] = {}
    columns = [voronoi.left, voronoi.right, voronoi.start, voronoi.end]
    left, right, start, end = (column[borders].tolist() for column in columns)
    of_site = pieces.tolist()
    for number in range(len(borders)):
        following[of_site[left[number]], start[number]] = (end[number], number, True)
        following[of_site[right[number]], end[number]] = (start[number], number, False)
    rings: dict[int, list] = defaultdict(list)
    while following:
        (piece, first_corner), step = following.popitem()
        ring, (corner, number, forward) = [], step
        while True:
            ring.append(arcs[number] if forward else _backwards(arcs[number], ends[number]))
            if corner == first_corner:
                break
            corner, number, forward = following.pop((piece, corner))
        rings[piece].append(_around_poles(np.concatenate(ring)))
    return rings


def _around_poles(ring: Float[ndarray, "points 3"]) -> Float[ndarray, "_ 3"]:
    """A ring with a corner on a pole passes it on its own side, a few millimetres away.

    On a map a pole is a line: the ring has to run along it from one longitude to another.
    """
    on_pole = np.flatnonzero(np.hypot(ring[:, 0], ring[:, 1]) < _POLE_RAD)
    longitude = np.arctan2(ring[:, 1], ring[:, 0])
    detours = []
    for corner in on_pole:
        north = np.sign(ring[corner, 2])
        before, after = longitude[corner - 1], longitude[(corner + 1) % len(ring)]
        turn = -north * np.mod(north * (before - after), 2 * np.pi)  # westwards in the north
        angle = before + np.linspace(0, turn, 5)
        x, y = _POLE_RAD * np.cos(angle), _POLE_RAD * np.sin(angle)
        detours.append(np.stack([x, y, np.full(5, north)], axis=1))
    kept = np.split(ring, on_pole)
    pieces = [kept[0]]
    for detour, following in zip(detours, kept[1:], strict=True):
        pieces += [detour, following[1:]]
    return np.concatenate(pieces)


def _backwards(arc: Float[ndarray, "points 3"], end: Float[ndarray, " 3"]):
    """The same points from the border's end, which stands in front now, to its start, left out."""
    return np.concatenate([end[None], arc[:0:-1]])


def _flat_rings(
    rings: list[Float[ndarray, "_ 3"]], inside_deg: Float[ndarray, " 2"]
) -> list[Float[ndarray, "_ 2"]]:
    """Rings on the map of a piece that holds one given location, by the odd-number rule."""
    sizes = [_left_area(ring) for ring in rings]
    outer = int(np.argmin(sizes)) if rings else 0
    # Holes the other way round: so they close around the hole, not around the rest of the map.
    turned = [ring if number == outer else ring[::-1] for number, ring in enumerate(rings)]
    flat = [latlon_rings(ring[None])[0] for ring in turned]
    if sum(_crossings_north(ring, inside_deg) for ring in flat) % 2 == 0:
        flat.append(_whole_map())
    return flat


def _left_area(ring: Float[ndarray, "points 3"]) -> float:
    """Area on the left of a ring, 0 … 4π."""
    a, b, c = ring[:1], ring, np.roll(ring, -1, axis=0)
    corners = np.broadcast_to(a, b.shape)
    return float(np.mod(triangle_areas(corners, b, c).sum(), 4 * np.pi))


def _crossings_north(ring: Float[ndarray, "points 2"], at_deg: Float[ndarray, " 2"]) -> int:
    """How often a ring crosses the meridian north of a location (rows of NaN cross nothing)."""
    (latitude, longitude), (a, b) = at_deg, (ring[:-1], ring[1:])
    spans: Bool[ndarray, " edges"] = (a[:, 1] <= longitude) != (b[:, 1] <= longitude)
    spans &= np.isfinite(a[:, 1]) & np.isfinite(b[:, 1])
    a, b = a[spans], b[spans]
    share = (longitude - a[:, 1]) / (b[:, 1] - a[:, 1])
    return int((a[:, 0] + share * (b[:, 0] - a[:, 0]) > latitude).sum())


def _whole_map() -> Float[ndarray, "points 2"]:
    """Ring around the map, with points along the meridian at its sides."""
    up = np.linspace(-90, 90, 91)
    sides = [np.stack([up, np.full(91, 180.0)], 1), np.stack([up[::-1], np.full(91, -180.0)], 1)]
    return np.concatenate([*sides, sides[0][:1]])


def _with_gaps(rings: list[Float[ndarray, "_ 2"]]) -> Float[ndarray, "_ 2"]:
    parts = [part for ring in rings for part in (ring, _GAP)]
    return np.concatenate(parts[:-1]) if parts else np.empty((0, 2))
