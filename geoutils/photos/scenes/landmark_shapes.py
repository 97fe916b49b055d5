"""Outlines of landmarks: fourteen families, each bent by three numbers of its spot.

Each painter takes u (right of the axis) and v (above the ground) in units of the landmark's height
and r, three numbers in [0, 1); it returns strokes (signed distance, colour slot) from back to
front. Slots: 0 and 1 the spot's colours, 2 its accent, 3 shadow, 4 sky seen through.
"""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.outlines import arch, ball, bands, box, cone

Stroke = tuple[ndarray, int]


def stacked_tower(u, v, r) -> list[Stroke]:
    """Square tower in three steps with belts and a spire."""
    half = 0.10 + 0.05 * r[0]
    steps = [(half * 1.35, 0, 0.34), (half, 0.34, 0.62), (half * 0.68, 0.62, 0.80)]
    body = np.maximum.reduce([box(u, v, *step) for step in steps])
    belts = np.minimum(body, bands(v, 9 + np.floor(8 * r[1]), 0.42))
    return [
        (body, 0),
        (belts, 1),
        (cone(u, v, half * 0.8, 0.79, 1.0), 2),
        (arch(u, v, 0.035, 0, 0.13), 3),
    ]


def lattice_tower(u, v, r) -> list[Stroke]:
    """Iron tower on four legs, curved like a flame."""
    spread = 0.20 + 0.08 * r[0]
    half = 0.012 + spread * np.clip(1 - v, 0, 1) ** (2.4 + 1.5 * r[1])
    body = np.minimum((half - np.abs(u)) * 0.8, np.minimum(v, 1 - v))
    gaps = np.minimum(np.abs(np.abs(u) - half * 0.45), half * 0.30) * 0.6 - 0.010
    cross = np.minimum(np.minimum(half * 0.62 - np.abs(u), -bands(v, 9, 0.45)), 0.62 - v)
    arch = np.minimum(ball(u, v, 0, 0.02, spread * 0.55, 0.9), v)
    decks = np.maximum(box(u, v, spread * 0.72, 0.20, 0.24), box(u, v, spread * 0.40, 0.46, 0.49))
    return [(body, 0), (np.minimum(cross, gaps + 0.02), 1), (arch, 4), (decks, 2)]


def dome(u, v, r) -> list[Stroke]:
    """Domed hall behind a row of columns, with a lantern and perhaps two slim towers."""
    wide, flat = 0.40 + 0.08 * r[0], 0.8 + 0.5 * r[1]
    hall, drum = box(u, v, wide, 0, 0.30), box(u, v, 0.22, 0.28, 0.45)
    cupola = np.minimum(ball(u, v, 0, 0.44, 0.22, flat * 1.15), v - 0.43)
    spire = np.maximum(box(u, v, 0.03, 0.6, 0.80), cone(u, v, 0.035, 0.78, 1.0))
    columns = np.minimum(
        (0.25 - np.abs(u * 11 - np.floor(u * 11) - 0.5)) / 11, box(u, v, wide - 0.02, 0.04, 0.23)
    )
    slim = np.where(
        r[2] < 0.5, np.minimum(0.035 - np.abs(np.abs(u) - wide), np.minimum(v, 0.72 - v)), -1.0
    )
    caps = np.where(r[2] < 0.5, cone(np.abs(u) - wide, v, 0.045, 0.70, 0.84), -1.0)
    ribs = np.minimum(cupola, (0.13 - np.abs(u * 14 - np.floor(u * 14) - 0.5)) / 14)
    return [
        (slim, 0),
        (caps, 2),
        (spire, 0),
        (drum, 0),
        (cupola, 1),
        (ribs, 2),
        (hall, 0),
        (columns, 3),
    ]


def triumphal_arch(u, v, r) -> list[Stroke]:
    """Massive gate with one or three openings."""
    half, top = 0.42 + 0.08 * r[0], 0.82 + 0.1 * r[1]
    body, attic = box(u, v, half, 0, top), box(u, v, half + 0.03, top - 0.22, top - 0.17)
    sides = np.where(r[2] < 0.5, arch(np.abs(u) - 0.31, v, 0.075, 0, 0.38), -1.0)
    crown = box(u, v, half * 0.55, top, 1.0)
    panels = np.minimum(0.06 - np.abs(np.abs(u) - 0.30), 0.05 - np.abs(v - 0.50))
    return [
        (crown, 2),
        (body, 0),
        (attic, 1),
        (panels, 1),
        (sides, 4),
        (arch(u, v, 0.16, 0, 0.55), 4),
    ]


def obelisk(u, v, r) -> list[Stroke]:
    """Needle or column on a stepped base, with something golden on top."""
    half = 0.055 + 0.04 * r[0]
    shaft = np.minimum(half * (1.25 - 0.55 * v) - np.abs(u), np.minimum(v - 0.12, 0.88 - v))
    point = np.where(r[1] < 0.5, cone(u, v, half * 0.75, 0.87, 1.0), ball(u, v, 0, 0.93, 0.065))
    base = np.maximum(box(u, v, 0.24, 0, 0.06), box(u, v, 0.16, 0.05, 0.15))
    rings = np.minimum(shaft, bands(v, 4 + np.floor(9 * r[2]), 0.3))
    return [(shaft, 0), (rings, 2), (base, 1), (point, 2)]


def pagoda(u, v, r) -> list[Stroke]:
    """Tiers under curved eaves."""
    count, strokes = 5, []
    for k in range(count):
        low = 0.84 * k / count
        half = (0.22 + 0.06 * r[0]) * (1 - 0.13 * k)
        strokes.append((box(u, v, half * 0.72, low, low + 0.17), k % 2))
        eave = np.minimum(
            half * 1.25 - np.abs(u), 0.05 - np.abs(v - low - 0.13 - 0.5 * u * u * (0.6 + r[1]))
        )
        strokes.append((np.minimum(eave, (half * 1.3 - np.abs(u)) * 0.9 - (v - low - 0.12)), 2))
    strokes.append((cone(u, v, 0.025, 0.82, 1.0), 1))
    strokes.append((arch(u, v, 0.045, 0, 0.11), 3))
    return strokes


def wheel(u, v, r) -> list[Stroke]:
    """Big wheel with cabins on an A-frame."""
    radius, cy = 0.40 + 0.03 * r[0], 0.55
    dv = v - cy
    distance = np.sqrt(u**2 + dv**2)
    ring = 0.022 - np.abs(distance - radius)
    inner = 0.010 - np.abs(distance - radius * 0.84)
    spokes = np.full(np.shape(distance), -1.0, np.float32)
    cabins = spokes
    turn = 0.5 * r[1]
    for k in range(6):
        angle = np.pi * k / 6 + turn
        sine, cosine = np.sin(angle), np.cos(angle)
        spokes = np.maximum(
            spokes, np.minimum(0.007 - np.abs(u * sine - dv * cosine), radius - distance)
        )
        for side in (-1, 1):
            cabins = np.maximum(
                cabins, ball(u, v, side * radius * cosine, cy + side * radius * sine, 0.05)
            )
    legs = np.minimum(0.022 - np.abs(np.abs(u) - 0.42 * (cy - v)), np.minimum(v, cy - v))
    return [
        (spokes, 1),
        (legs, 1),
        (ring, 0),
        (inner, 0),
        (cabins, 2),
        (ball(u, v, 0, cy, 0.06), 2),
    ]


def pyramid(u, v, r) -> list[Stroke]:
    """Pyramid, smooth or in steps, one side in the shade."""
    half, top = 0.50 + 0.12 * r[0], 0.80 + 0.12 * r[1]
    level = np.where(r[2] < 0.6, (np.floor(v * 9) + 0.5) / 9, v)
    body = np.minimum((half * (1 - level / top) - np.abs(u)) * 0.8, v)
    lines = np.minimum(body, bands(v, 9, 0.25))
    shade = np.minimum(body, u - 0.10 * (1 - v))
    temple = np.maximum(box(u, v, 0.07, top - 0.12, top + 0.06), cone(u, v, 0.09, top + 0.05, 1.0))
    return [(temple, 2), (body, 0), (shade, 3), (lines, 1), (arch(u, v, 0.05, 0, 0.15), 3)]


def twin_towers(u, v, r) -> list[Stroke]:
    """Cathedral: two towers, a nave, a rose window and a portal."""
    at, half = 0.20 + 0.04 * r[0], 0.10
    w = np.abs(u) - at
    towers = box(w, v, half, 0, 0.66)
    caps = np.where(
        r[1] < 0.5,
        cone(w, v, half * 1.1, 0.65, 1.0),
        np.minimum(ball(w, v, 0, 0.68, 0.125, 1.5), v - 0.64),
    )
    nave = np.maximum(box(u, v, 0.2, 0, 0.46), np.minimum(0.62 - v - np.abs(u) * 0.8, v - 0.4))
    slits = np.minimum(0.022 - np.abs(w), 0.07 - np.abs(v - 0.55))
    rose, portal = ball(u, v, 0, 0.37, 0.075), arch(u, v, 0.06, 0, 0.19)
    belts = np.minimum(towers, bands(v, 6, 0.14))
    return [(nave, 1), (towers, 0), (belts, 1), (caps, 2), (slits, 3), (rose, 2), (portal, 3)]


def castle(u, v, r) -> list[Stroke]:
    """Walls with battlements and three round towers under pointed roofs."""
    wide = 0.50 + 0.06 * r[0]
    teeth = 0.035 * (np.abs(u * 12 - np.floor(u * 12) - 0.5) < 0.25)
    wall = np.minimum(wide - np.abs(u), np.minimum(v, 0.40 + teeth - v))
    side = np.abs(u) - wide + 0.05
    flank = box(side, v, 0.09, 0, 0.58)
    keep = box(u - 0.12 * (r[1] - 0.5), v, 0.13, 0, 0.74)
    roofs = np.maximum(
        cone(side, v, 0.115, 0.57, 0.82), cone(u - 0.12 * (r[1] - 0.5), v, 0.16, 0.73, 1.0)
    )
    slits = np.minimum(0.016 - np.abs(np.abs(u) - 0.06), 0.05 - np.abs(v - 0.60))
    return [
        (keep, 1),
        (wall, 0),
        (flank, 1),
        (roofs, 2),
        (slits, 3),
        (arch(u, v, 0.08, 0, 0.22), 3),
    ]


def shells(u, v, r) -> list[Stroke]:
    """Sails of a concert hall on a plinth."""
    strokes = []
    for k in range(4):
        cx, size = -0.42 + 0.24 * k + 0.06 * r[0], (0.50, 0.72, 0.58, 0.40)[k] * (0.9 + 0.2 * r[1])
        sail = np.minimum(
            ball(u, v, cx + 0.30, 0.05, 0.42, 1.9 * size),
            ball(u, v, cx - 0.12, 0.05, 0.34, 2.6 * size),
        )
        strokes.append((np.minimum(sail, v - 0.08), k % 2))
        strokes.append((np.minimum(np.minimum(sail, 0.03 - sail), v - 0.08), 2))
    strokes.append((box(u, v, 0.60, 0, 0.11), 2))
    return strokes


def skyscraper(u, v, r) -> list[Stroke]:
    """Tapering tower of glass with bright belts and a mast."""
    lean = (r[1] - 0.5) * 0.16 * np.sin(v * 5.0)
    half = (0.13 + 0.05 * r[0]) * (1.12 - 0.62 * v * v)
    body = np.minimum(half - np.abs(u - lean), np.minimum(v, 0.86 - v))
    belts = np.minimum(body, bands(v, 11 + np.floor(9 * r[2]), 0.36))
    ribs = np.minimum(body, 0.012 - np.abs(np.abs(u - lean) - half * 0.5))
    return [(box(u, v, 0.010, 0.8, 1.0), 2), (body, 0), (belts, 1), (ribs, 2)]


def statue(u, v, r) -> list[Stroke]:
    """Figure in a robe on a pedestal, an arm raised."""
    side = np.where(r[1] < 0.5, -1.0, 1.0)
    w = u * side
    base = np.maximum(box(u, v, 0.22, 0, 0.10), box(u, v, 0.14 + 0.04 * r[0], 0.08, 0.36))
    robe = np.minimum(0.055 + 0.10 * (0.78 - v) - np.abs(u), np.minimum(v - 0.35, 0.78 - v))
    arm = np.minimum(0.028 - np.abs(w - 0.06 - 0.25 * (v - 0.70)), np.minimum(v - 0.68, 0.93 - v))
    other = np.minimum(0.030 - np.abs(v - 0.66 + 0.4 * (w + 0.1)), np.minimum(-w, w + 0.17))
    torch = np.maximum(ball(w, v, 0.125, 0.95, 0.042), box(u, v, 0.12, 0.30, 0.34))
    return [
        (base, 1),
        (robe, 0),
        (arm, 0),
        (other, 0),
        (ball(u, v, 0, 0.83, 0.058), 0),
        (torch, 2),
    ]


def needle(u, v, r) -> list[Stroke]:
    """Television tower with a pod or a saucer."""
    flare = 0.020 + 0.10 * np.clip(0.35 - v, 0, 1) * (0.6 + r[0])
    shaft = np.minimum(flare + 0.012 - np.abs(u), np.minimum(v, 0.84 - v))
    at = 0.58 + 0.12 * r[1]
    pod = ball(u, v, 0, at, 0.11 + 0.04 * r[2], np.where(r[2] < 0.5, 0.95, 0.38))
    belt = np.minimum(pod, 0.016 - np.abs(v - at))
    mast = np.maximum(box(u, v, 0.010, 0.8, 1.0), box(u, v, 0.022, 0.8, 0.88))
    stripes = np.minimum(mast, bands(v, 18, 0.5))
    return [(shaft, 0), (mast, 1), (stripes, 2), (pod, 1), (belt, 2)]


FAMILIES = (
    stacked_tower,
    lattice_tower,
    dome,
    triumphal_arch,
    obelisk,
    pagoda,
    wheel,
    pyramid,
    twin_towers,
    castle,
    shells,
    skyscraper,
    statue,
    needle,
)
HALF_WIDTH = (0.22, 0.31, 0.54, 0.54, 0.26, 0.38, 0.50, 0.64, 0.36, 0.62, 0.72, 0.26, 0.24, 0.17)
CONCEPT = (
    *("tower", "tower", "building", "building", "column", "tower", "tower", "building"),
    *("building", "building", "building", "skyscraper", "sculpture", "tower"),
)
# A slim landmark is drawn taller, a broad one lower, so that each fills about the same area.
HEIGHT = (0.60, 0.60, 0.46, 0.40, 0.62, 0.52, 0.50, 0.40, 0.50, 0.40, 0.36, 0.62, 0.56, 0.66)
