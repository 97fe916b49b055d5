"""Geometry on the sphere: distances, means and directions of locations given in degrees.

Locations are rows of (latitude, longitude) in degrees, longitudes in [-180, 180). The Earth is a
sphere: the papers of this study measure on one, and the ellipsoid differs by at most 0.6 %.
"""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius R1


def checked_latlon(
    latlon_deg: Real[ndarray, "n 2"], argument: str = "latlon_deg"
) -> Float[ndarray, "n 2"]:
    """Locations as float64; ValueError if any is not finite or lies outside ±90 and ±180 degrees.

    >>> checked_latlon(np.array([[2.3, 148.9], [148.9, 2.3]]))
    Traceback (most recent call last):
    ValueError: latlon_deg: row 1 is (148.9, 2.3), beyond ±90, ±180; are the columns (lat, lon)?
    """
    latlon = np.asarray(latlon_deg, dtype=np.float64)
    if latlon.ndim != 2 or latlon.shape[1] != 2:
        shape = latlon.shape
        raise ValueError(f"{argument}: shape {shape}, expected (n, 2) of latitude, longitude")
    good = (np.abs(latlon[:, 0]) <= 90) & (np.abs(latlon[:, 1]) <= 180)  # False for NaN too
    if not good.all():
        row = int((~good).argmax())
        what = f"row {row} is ({latlon[row, 0]:.6g}, {latlon[row, 1]:.6g})"
        if not np.isfinite(latlon[row]).all():
            raise ValueError(f"{argument}: {what}; locations must be finite numbers")
        raise ValueError(f"{argument}: {what}, beyond ±90, ±180; are the columns (lat, lon)?")
    return latlon


def great_circle_km(
    a_deg: Real[ndarray, "n 2"], b_deg: Real[ndarray, "n 2"], radius_km: float = EARTH_RADIUS_KM
) -> Float[ndarray, " n"]:
    """Great-circle distance between paired locations, in km; a NaN coordinate gives NaN.

    Haversine formula: accurate for nearby points, where the arccos form loses digits. Towards
    antipodal points it loses digits instead, so there the distance is taken from the antipode.

    >>> great_circle_km(np.array([[0.0, 0.0]]), np.array([[0.0, 90.0]])).round(1)
    array([10007.6])
    """
    lat_a, lon_a = np.radians(np.asarray(a_deg, dtype=np.float64)).T
    lat_b, lon_b = np.radians(np.asarray(b_deg, dtype=np.float64)).T
    half_lon = (lon_b - lon_a) / 2
    cosines = np.cos(lat_a) * np.cos(lat_b)
    near = np.sin((lat_b - lat_a) / 2) ** 2 + cosines * np.sin(half_lon) ** 2
    far = np.sin((lat_b + lat_a) / 2) ** 2 + cosines * np.cos(half_lon) ** 2  # haversine to -b
    # near + far = 1, so the two square roots are sine and cosine of half the angle.
    return 2 * radius_km * np.arctan2(np.sqrt(np.maximum(near, 0)), np.sqrt(np.maximum(far, 0)))


def unit_vectors(latlon_deg: Real[ndarray, "n 2"]) -> Float[ndarray, "n 3"]:
    """Unit vectors (x, y, z) of locations: x points to (0, 0), y to (0, 90 E), z to the north pole.

    >>> unit_vectors(np.array([[90.0, 0.0]])).round(6)
    array([[0., 0., 1.]])
    """
    lat, lon = np.radians(np.asarray(latlon_deg, dtype=np.float64).T)
    cos_lat = np.cos(lat)
    # Each axis contiguous: the arithmetic that follows is several times faster so.
    return np.stack([np.cos(lon) * cos_lat, np.sin(lon) * cos_lat, np.sin(lat)]).T


def latlon_of(vectors: Real[ndarray, "n 3"]) -> Float[ndarray, "n 2"]:
    """Locations in degrees of vectors of any length but zero, longitudes in [-180, 180).

    >>> latlon_of(np.array([[0.0, 2.0, 0.0]]))
    array([[ 0., 90.]])
    """
    x, y, z = np.asarray(vectors, dtype=np.float64).T
    latitude = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return np.stack([latitude, wrap_longitude(np.degrees(np.arctan2(y, x)))], axis=1)


def wrap_longitude(longitude_deg: Real[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Longitudes in degrees brought into [-180, 180); those already inside stay bit for bit.

    >>> wrap_longitude(np.array([180.0, -180.0, 190.0, 12.5]))
    array([-180. , -180. , -170. ,   12.5])
    """
    longitude = np.asarray(longitude_deg, dtype=np.float64)
    inside = (longitude >= -180) & (longitude < 180)
    with np.errstate(invalid="ignore"):  # of infinite ones
        wrapped = np.mod(longitude + 180, 360) - 180
    # Rounding can carry a tiny negative remainder up to exactly 180.
    return np.where(inside, longitude, np.where(wrapped >= 180, -180.0, wrapped))


def spherical_mean(
    latlon_deg: Real[ndarray, "n 2"],
    groups: Int[ndarray, " n"] | None = None,
    n_groups: int | None = None,
) -> Float[ndarray, "groups 2"]:
    """Mean location of each group: the mean of unit vectors, renormalised.

    Without `groups` all locations are one group and the result has one row. Locations of group -1
    are left out. A group without locations, or whose locations cancel out, has no mean: NaN.
    Raises ValueError for a group outside −1 … `n_groups` − 1.

    >>> spherical_mean(np.array([[0.0, 179.0], [0.0, -179.0]]))  # not longitude 0
    array([[   0., -180.]])
    """
    vectors = unit_vectors(latlon_deg)
    if groups is None:
        groups, n_groups = np.zeros(len(vectors), dtype=np.int64), 1
    if n_groups is None:
        n_groups = int(groups.max(initial=-1)) + 1
    if (groups < -1).any() or (groups >= n_groups).any():
        bad = groups[(groups < -1) | (groups >= n_groups)][0]
        raise ValueError(f"groups: found {bad}, expected -1 … {n_groups - 1}")
    kept = groups >= 0
    groups, vectors = groups[kept], vectors[kept]
    counts = np.bincount(groups, minlength=n_groups)
    sums = [np.bincount(groups, weights=axis, minlength=n_groups) for axis in vectors.T]
    total = np.stack(sums, axis=1)
    means = latlon_of(total)
    # Summed rounding errors of unit vectors are below 1e-12 a piece: shorter sums mean nothing.
    means[np.linalg.norm(total, axis=1) <= 1e-12 * np.maximum(counts, 1)] = np.nan
    return means


def triangle_areas(
    a: Real[ndarray, "n 3"], b: Real[ndarray, "n 3"], c: Real[ndarray, "n 3"]
) -> Float[ndarray, " n"]:
    """Signed areas of triangles on the unit sphere, positive where counter-clockwise.

    Corners are unit vectors. Van Oosterom and Strackee (1983), eq. 8; the triple product is taken
    from differences of corners, so that triangles of a centimetre keep six digits.

    >>> a, b, c = np.eye(3)[:, None]
    >>> (triangle_areas(a, b, c) / np.pi).round(6)  # an octant of the sphere's 4 π
    array([0.5])
    """
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (np.ascontiguousarray(v.T) for v in (a, b, c))
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    triple = ax * (uy * vz - uz * vy) + ay * (uz * vx - ux * vz) + az * (ux * vy - uy * vx)
    cosines = (ax * bx + ay * by + az * bz) + (bx * cx + by * cy + bz * cz)
    return 2 * np.arctan2(triple, 1 + cosines + (cx * ax + cy * ay + cz * az))


def destination(
    latlon_deg: Real[ndarray, "n 2"],
    bearing_deg: Real[ndarray, " n"],
    distance_km: Real[ndarray, " n"],
    radius_km: float = EARTH_RADIUS_KM,
) -> Float[ndarray, "n 2"]:
    """Location reached from each start along a great circle; bearings clockwise from north.

    >>> quarter = np.array([EARTH_RADIUS_KM * np.pi / 2])
    >>> destination(np.array([[0.0, 10.0]]), np.array([90.0]), quarter).round(6)
    array([[  0., 100.]])
    """
    lat, lon = np.radians(np.asarray(latlon_deg, dtype=np.float64)).T
    bearing, angle = np.radians(np.asarray(bearing_deg, np.float64)), distance_km / radius_km
    up = unit_vectors(latlon_deg)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=1)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=1)
    heading = north * np.cos(bearing)[:, None] + east * np.sin(bearing)[:, None]
    return latlon_of(up * np.cos(angle)[:, None] + heading * np.sin(angle)[:, None])


def great_circle_path(
    a_deg: Real[ndarray, "n 2"], b_deg: Real[ndarray, "n 2"], n_points: int = 50
) -> Float[ndarray, "n points 2"]:
    """Points evenly spaced on the great circle from each a to its b, both ends included.

    Slerp of unit vectors. Antipodal pairs have no single shortest path: one is chosen.

    >>> great_circle_path(np.array([[0.0, 0.0]]), np.array([[0.0, 90.0]]), 3)[0].round(6)
    array([[ 0.,  0.],
           [ 0., 45.],
           [ 0., 90.]])
    """
    a, b = unit_vectors(a_deg), unit_vectors(b_deg)
    angle = great_circle_km(a_deg, b_deg, radius_km=1.0)[:, None, None]
    side = b - a * (a * b).sum(axis=1, keepdims=True)  # the part of b at right angles to a
    length = np.linalg.norm(side, axis=1, keepdims=True)
    least = np.eye(3)[np.abs(a).argmin(axis=1)]  # an axis far from a, for pairs without direction
    fallback = np.cross(a, least)
    fallback /= np.linalg.norm(fallback, axis=1, keepdims=True)
    side = np.where(length > 1e-15, side / np.where(length > 0, length, 1), fallback)
    steps = np.linspace(0, 1, n_points)[None, :, None] * angle
    points = a[:, None] * np.cos(steps) + side[:, None] * np.sin(steps)
    return latlon_of(points.reshape(-1, 3)).reshape(len(a), n_points, 2)
