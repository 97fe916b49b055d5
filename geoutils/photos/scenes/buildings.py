"""Buildings in a row: street walls in perspective, and façades seen from the front."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.canvas import Canvas, patches, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.facades import paint_wall
from geoutils.photos.scenes.ground import SNOW
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style

_BUILDING, _SKYSCRAPER, _HOUSE = (concept_index(n) for n in ("building", "skyscraper", "house"))
EYE = np.float32(0.30)  # height of the camera above the street, in street units


def draw_street_walls(
    canvas: Canvas,
    scenes: Scenes,
    style: Style,
    rows: ndarray,
    vanish: ndarray,
    half: ndarray,
    end: ndarray,
) -> None:
    """Two walls of houses along a street of half width `half`, from the edges to distance `end`.

    In street units a point at distance z, height e appears at y = horizon − (e − EYE) / z.
    """
    horizon = scenes.horizon
    storey = np.float32(0.21)
    roof_rise = np.where(style.flat, 0.03, 0.13).astype(np.float32)
    roof = np.where(scenes.snow[:, None], 0.3 * style.roof + 0.7 * SNOW, style.roof)
    roof_lit = scenes.lit(roof)
    for side in (-1, 1):
        stream = f"wall {side}"
        length = between(style.key, stream, 0.75, 1.5)
        nearest = half / np.float32(0.75)
        x_far = vanish + side * half / end
        x_edge = np.full(len(scenes), 0.0 if side < 0 else 1.0, np.float32)
        low, high = np.minimum(x_far, x_edge)[rows], np.maximum(x_far, x_edge)[rows]
        wall_top = horizon - (style.storeys[:, 1] * storey + 0.2) / nearest
        sunny = (np.sign(scenes.sun_x - 0.5) != side).astype(np.float32)
        tone_side = np.float32(0.80) + np.float32(0.24) * sunny
        for p in patches(canvas, rows, low - 0.01, high + 0.01, wall_top[rows], np.ones(len(rows))):
            i = rows[p.item]
            dx = np.maximum(side * (p.x - vanish[i, None, None]), np.float32(0.004))
            z = half[i, None, None] / dx
            along = z / length[i, None, None]
            number = np.floor(along).astype(np.int64)
            seed = scenes.seed[i, None, None]
            pick = uniform(seed, stream, number)
            floors = style.storeys[i, 0][:, None, None]
            floors = floors + pick * (style.storeys[i, 1] - style.storeys[i, 0])[:, None, None]
            floors = np.maximum(np.round(floors), 1)
            height = floors * storey + np.float32(0.05)
            rise = roof_rise[i, None, None]
            flat_y = p.y - horizon[i, None, None]
            e = EYE - flat_y * z
            scale = 1 / z
            ends = p.cover(dx - (half / end)[i, None, None])
            base = p.cover(EYE * scale - flat_y)
            wall = p.cover((height - e) * scale) * base * ends
            gap = (uniform(seed, stream + " gap", number) < 0.06) & (
                scenes.density[i, None, None] < 0.6
            )
            solid = np.where(gap, np.float32(0), np.float32(1))
            everything = p.cover((height + rise - e) * scale) * base * ends * solid
            tiles = 1 - np.float32(0.16) * pulses(e * 30, np.float32(0.5), p.pixel * z * 30)
            tiles = tiles * tone_side[i, None, None]
            field = np.stack([roof_lit[i, c, None, None] * tiles for c in range(3)])
            p.paint(everything, field.astype(np.float32), _BUILDING)
            bays = np.float32(5.0)
            t = (along - number) * bays
            edge = np.float32(0.06) * np.clip(1.2 - np.abs(along - number - 0.5) * 2.2, 0, 1)
            tone = tone_side[i, None, None] * (np.float32(0.96) + edge)
            du = np.float32(p.pixel) * z * z / half[i, None, None] / length[i, None, None] * bays
            v, dv = e / storey, np.float32(p.pixel) * z / storey
            paint_wall(
                p,
                i,
                scenes,
                style,
                wall * solid,
                number,
                (t, du),
                (v, dv + 0 * v),
                floors,
                _BUILDING,
                tone,
            )


def draw_front_row(
    canvas: Canvas,
    scenes: Scenes,
    style: Style,
    rows: ndarray,
    stream: str,
    base: ndarray,
    width: ndarray,
    storey: ndarray,
    floors: tuple[ndarray, ndarray],
    haze: float = 0.0,
    gap: float = 0.0,
    towers: bool = False,
    opening: ndarray | None = None,
) -> None:
    """A row of façades seen from the front, standing on the line `base` of the picture.

    `width` of a house and `storey` height are fractions of the picture; `opening` (n, 2) leaves a
    view free between two x positions.
    """
    concept = _SKYSCRAPER if towers else _BUILDING
    highest = (floors[1] + 0.6) * storey + (0.03 if towers else 0.13)
    roof = np.where(scenes.snow[:, None], 0.25 * style.roof + 0.75 * SNOW, style.roof)
    roof = scenes.lit(roof)
    roof = roof + haze * (scenes.haze - roof)
    for p in whole(canvas, rows, (base - highest)[rows], base[rows]):
        i = rows[p.item]
        seed = scenes.seed[i, None, None]
        number, local, wide = _houses(p.x / width[i, None, None], seed, stream)
        pick = uniform(seed, stream + " floors", number)
        if towers:
            middle = np.clip(1.15 - 1.5 * np.abs(p.x - 0.5), 0.35, 1)
            pick = pick * pick * middle
        count = floors[0][i, None, None] + pick * (floors[1] - floors[0])[i, None, None]
        count = np.maximum(np.round(count), 1)
        present = uniform(seed, stream + " gap", number) >= gap
        v = (base[i, None, None] - p.y) / storey[i, None, None]
        size = storey[i, None, None]
        shape = uniform(seed, stream + " roof", number)
        house_width = wide * width[i, None, None]
        if towers:
            rise = np.where(
                shape < 0.25, 0.25 * np.minimum(local, 1 - local) * house_width / size, 0
            )
        else:
            rise = _gable(local, shape, style.flat[i, None, None]) * house_width / size
        gabled = (shape < 0.38) & ~style.flat[i, None, None]
        top = count + rise
        body = np.where(gabled | towers, top, count)
        inside = p.cover(np.minimum(local, 1 - local) * house_width - np.float32(0.0015))
        free = np.ones_like(inside)
        if opening is not None:
            span = opening[i]
            free = 1 - p.cover(np.minimum(p.x - span[:, :1, None], span[:, 1:, None] - p.x))
        keep = inside * present * free * p.cover(base[i, None, None] - p.y)
        tiles = np.float32(0.93) + np.float32(0.10) * pulses(
            v * 7, np.float32(0.5), p.pixel / size * 7
        )
        field = np.stack([roof[i, c, None, None] * tiles for c in range(3)])
        p.paint(keep * p.cover((top - v) * size), field.astype(np.float32), concept)
        bays = np.maximum(np.round(house_width / size * np.float32(1.05)), 2)
        du = np.float32(p.pixel) / house_width * bays
        dv = np.float32(p.pixel) / size
        trim = np.where(gabled, np.float32(0.012), 0) / size
        wall = keep * p.cover((body - trim - v) * size)
        tone = np.float32(1.02) - np.float32(0.12) * local
        paint_wall(
            p,
            i,
            scenes,
            style,
            wall,
            number,
            (local * bays, du),
            (v, dv + 0 * v),
            count,
            concept,
            tone,
            haze,
            not towers,
        )


def _houses(u: ndarray, seed: ndarray, stream: str) -> tuple[ndarray, ndarray, ndarray]:
    """House number, position within the house and its relative width, for uneven houses."""
    number = np.floor(u).astype(np.int64)
    start = uniform(seed, stream + " start", number) * np.float32(0.45)
    number = number - (u - number < start)
    start = number + uniform(seed, stream + " start", number) * np.float32(0.45)
    wide = number + 1 + uniform(seed, stream + " start", number + 1) * np.float32(0.45) - start
    return number, ((u - start) / wide).astype(np.float32), wide.astype(np.float32)


def _gable(local: ndarray, shape: ndarray, flat: ndarray) -> ndarray:
    """Roof height over the house's width: a gable, a stepped gable, eaves or a flat roof."""
    slope = np.minimum(local, 1 - local)
    stepped = np.floor(slope * 8) / 8
    eaves = np.minimum(np.float32(0.30), slope * 3.0)
    rise = np.where(shape < 0.13, 0.95 * stepped, np.where(shape < 0.38, 0.85 * slope, eaves))
    return np.where(flat, np.float32(0.03), rise)
