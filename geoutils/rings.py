"""Outlines on the sphere as rings of latitude and longitude that a flat map can draw.

On the sphere an outline just closes. On a map its longitudes may jump by 360 degrees at the
antimeridian, and at a pole they mean nothing. Here such outlines are cut so that every piece is
an ordinary polygon within [-180, 180].
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from geoutils.sphere import latlon_of

_GAP = np.full((1, 2), np.nan)
_STEP_DEG = 2.0  # between points along a cut


def latlon_rings(outlines: Float[ndarray, "n points 3"]) -> list[Float[ndarray, "_ 2"]]:
    """Closed rings of outlines given as vectors, cut at the antimeridian; NaN rows between pieces.

    Outlines run counter-clockwise (the inside on the left) and are not closed: the last point
    joins the first. Edges should be short: between points a map draws straight lines.
    """
    n, points, _ = outlines.shape
    latlon = latlon_of(outlines.reshape(-1, 3)).reshape(n, points, 2)
    jump = np.abs(np.diff(latlon[:, :, 1], axis=1, append=latlon[:, :1, 1])).max(axis=1)
    at_pole = (np.hypot(outlines[:, :, 0], outlines[:, :, 1]) == 0).any(axis=1)
    plain = (jump < 180) & ~at_pole
    closed = np.concatenate([latlon, latlon[:, :1]], axis=1)
    rings = list(closed)
    for k in np.flatnonzero(~plain):
        rings[k] = _cut(outlines[k])
    return rings


def _cut(outline: Float[ndarray, "points 3"]) -> Float[ndarray, "_ 2"]:
    """Rings of an outline that meets the antimeridian or a pole."""
    outline = _with_crossings(outline)
    latlon = _with_both_sides_of_poles(outline)
    on_cut = latlon[:, 1] == -180
    if on_cut.any():  # start there, so that a ring around a pole spans exactly [-180, 180]
        latlon = np.roll(latlon, -int(on_cut.argmax()), axis=0)
    step = np.diff(latlon[:, 1], append=latlon[:1, 1])
    turns = np.where(step > 180, -1, np.where(step < -180, 1, 0))
    unrolled = latlon.copy()
    unrolled[1:, 1] += 360 * np.cumsum(turns[:-1])
    winding = int(turns.sum())
    if winding:  # the longitudes went round once: a pole is inside, and the ring runs along it
        pole = 90.0 * winding  # counter-clockwise around the north pole, longitudes grow
        (latitude, start), end = latlon[0], latlon[0, 1] + 360 * winding
        unrolled = np.concatenate([unrolled, [[latitude, end], [pole, end], [pole, start]]])
    return _pieces(unrolled)


def _with_crossings(outline: Float[ndarray, "points 3"]) -> Float[ndarray, "_ 3"]:
    """Add the points where geodesic edges cross the antimeridian."""
    following = np.roll(outline, -1, axis=0)
    y, next_y = outline[:, 1], following[:, 1]
    changes = y * next_y < 0
    share = np.where(changes, y, 0) / np.where(changes, y - next_y, 1)
    crossing = outline + share[:, None] * (following - outline)
    crossing[:, 1] = 0
    behind = changes & (crossing[:, 0] < 0)
    where = np.flatnonzero(behind) + 1
    return np.insert(outline, where, crossing[behind], axis=0)


def _with_both_sides_of_poles(outline: Float[ndarray, "points 3"]) -> Float[ndarray, "_ 2"]:
    """Locations of an outline; a corner at a pole stands there twice, with both its longitudes."""
    latlon = latlon_of(outline)
    poles = np.flatnonzero(np.hypot(outline[:, 0], outline[:, 1]) == 0)
    doubled = np.insert(latlon, poles + 1, latlon[poles], axis=0)
    for shift, pole in enumerate(poles):
        doubled[pole + shift, 1] = latlon[pole - 1, 1]
        doubled[pole + shift + 1, 1] = latlon[(pole + 1) % len(latlon), 1]
    return doubled


def _pieces(unrolled: Float[ndarray, "points 2"]) -> Float[ndarray, "_ 2"]:
    """Split a ring with running longitudes into one closed ring per turn of the Earth."""
    longitude = unrolled[:, 1]
    first, last = np.floor((longitude.min() + 180) / 360), np.ceil((longitude.max() + 180) / 360)
    rings = []
    for turn in np.arange(first, last):
        # Crossings are among the points, so clipping is no more than choosing points.
        inside = (longitude >= 360 * turn - 180) & (longitude <= 360 * turn + 180)
        ring = unrolled[inside] - [0, 360 * turn]
        rings += [_with_points_along_the_cut(np.concatenate([ring, ring[:1]])), _GAP]
    return np.concatenate(rings[:-1])


def _with_points_along_the_cut(ring: Float[ndarray, "points 2"]) -> Float[ndarray, "_ 2"]:
    """Add points to the edges that a cut made: the antimeridian is a curve on most maps."""
    longitude = ring[:, 1]
    same = (longitude[:-1] == longitude[1:]) & (np.abs(longitude[1:]) == 180)
    pieces = []
    for start, end, along in zip(ring[:-1], ring[1:], same, strict=True):
        count = max(1, int(np.ceil(np.abs(end - start)[0] / _STEP_DEG))) if along else 1
        pieces.append(start + np.arange(count)[:, None] / count * (end - start))
    return np.concatenate([*pieces, ring[-1:]])
