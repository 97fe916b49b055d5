"""Locations become paths of an SVG: projected to Equal Earth, thinned, and written in few letters.

The map is `WIDTH` units wide and `HEIGHT` high, Greenwich in its middle, north at the top. The
projection is that of the static maps, on the sphere: Šavrič, Patterson and Jenny 2019, "The Equal
Earth map projection", equation 9.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from jaxtyping import Float, Real
from numpy import ndarray

A = (1.340264, -0.081106, 0.000893, 0.003796)
WIDTH = 1000.0
_FULL_X, _FULL_Y = 2.7066299836960748, 1.3173627591574133  # the equator's end and the pole
SCALE = WIDTH / 2 / _FULL_X  # map units per Earth radius
COARSEST = 0.2  # map units, or 7 km, that an outline may move where it is thinned
HEIGHT = 2 * _FULL_Y * SCALE


def map_points(latlon_deg: Real[ndarray, "n 2"]) -> Float[ndarray, "n 2"]:
    """Positions x (right) and y (down) of locations on the map.

    >>> map_points(np.array([[0.0, -180.0], [0.0, 0.0], [90.0, 0.0]])).round(1)
    array([[  0. , 243.4],
           [500. , 243.4],
           [500. ,   0. ]])
    """
    latitude, longitude = np.radians(np.asarray(latlon_deg, dtype=np.float64)).T
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(latitude))
    t2 = theta**2
    t6 = t2**3
    slope = A[0] + 3 * A[1] * t2 + t6 * (7 * A[2] + 9 * A[3] * t2)
    x = 2 * np.sqrt(3) / 3 * longitude * np.cos(theta) / slope
    y = theta * (A[0] + A[1] * t2 + t6 * (A[2] + A[3] * t2))
    return np.stack([WIDTH / 2 + SCALE * x, HEIGHT / 2 - SCALE * y], axis=1)


def rings_path(rings: Sequence[Float[ndarray, "_ 2"]], detail: int = 800) -> str:
    """Path data of closed rings of locations; inside is what an odd number of them encloses.

    Thinned so that nothing moves by more than a `detail`-th of the whole outline's extent or
    COARSEST, and rounded finer than that. Rings too small to matter at that detail are left out.
    """
    if not rings:
        return ""
    placed = [map_points(ring) for ring in rings]
    corners = np.concatenate(placed)
    step = np.clip(float(np.ptp(corners, axis=0).max()) / detail, 1e-4, COARSEST)
    return path_data(placed, step, closed=True)


def line_path(latlon_deg: Float[ndarray, "points 2"]) -> str:
    """Path data of a line through locations, broken where it passes the antimeridian."""
    over = np.flatnonzero(np.abs(np.diff(latlon_deg[:, 1])) > 180) + 1
    pieces = [map_points(piece) for piece in np.split(latlon_deg, over) if len(piece) > 1]
    return path_data(pieces, 0.01, closed=False)


def dot_path(place: Float[ndarray, " 2"]) -> str:
    """Path data of a line without length: with round caps it is a dot as large as it is wide."""
    x, y = place.tolist()
    return f"M{_short(x, 4)} {_short(y, 4)}h0"


def path_data(
    lines: Sequence[Float[ndarray, "_ 2"]], step: float, closed: bool, unit: float | int = 1
) -> str:
    """Path data of lines on the map, thinned to within `step` map units and written relatively.

    Numbers count `unit`s. Closed lines smaller than a step are left out.
    """
    decimals = int(np.clip(np.ceil(-np.log10(step / unit)), 0, 5))
    if closed:
        lines = [line for line in lines if np.ptp(line, axis=0).max() > step]
    shapes = shapely.simplify([shapely.LineString(line) for line in lines], step)
    texts = []
    for shape in shapes:
        whole = np.round(shapely.get_coordinates(shape) / unit * 10**decimals).astype(np.int64)
        whole = whole[np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1))]
        if len(whole) < (4 if closed else 2):
            continue
        steps = np.diff(whole, axis=0)[: -1 if closed else None]
        start = _joined(whole[0], decimals)
        texts.append(f"M{start}l{_joined(steps.ravel(), decimals)}{'z' if closed else ''}")
    return "".join(texts)


def _joined(numbers: Real[ndarray, " n"], decimals: int) -> str:
    """Whole numbers of 10^-decimals, with no more between them than SVG needs."""
    text = " ".join(_short(number / 10**decimals, decimals) for number in numbers.tolist())
    return text.replace(" -", "-")


def _short(number: float | int, decimals: int) -> str:
    """A number without the zeros that say nothing.

    >>> [_short(x, 2) for x in (0.5, -0.25, 3.0, -0.001, 10.0)]
    ['.5', '-.25', '3', '0', '10']
    """
    text = f"{number:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
