"""Streets and country roads: asphalt, pavement, the country's line markings, lamps, cars."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.buildings import EYE
from geoutils.photos.scenes.canvas import Canvas, patches, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.ground import SNOW, paving_colour
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style, night_windows

_ROAD, _SIDEWALK, _PATH, _LAMP = (
    concept_index(name) for name in ("road", "sidewalk", "path", "streetlight")
)
_WHITE, _YELLOW = np.array([0.93, 0.93, 0.90]), np.array([0.93, 0.74, 0.20])


def has_road(scenes: Scenes) -> ndarray:
    """Whether a road runs through the scene."""
    through = np.isin(scenes.kind, kind_index("street", "oldtown", "suburb"))
    country = np.isin(scenes.kind, kind_index("fields", "village"))
    return through | (country & (uniform(scenes.seed, "road") < 0.6))


def road_lines(scenes: Scenes) -> dict[str, ndarray]:
    """Paint of a country's roads; from the photo's seed where the cue is out of view."""
    shown, key = scenes.shows("country"), scenes.key("country", "country")
    yellow = np.where(shown, scenes.yellow_line, uniform(scenes.seed, "line") < 0.35)
    grey = 0.30 + 0.24 * uniform(key, "asphalt")
    warm = (uniform(key, "asphalt tint") - 0.5) * 0.16
    return {
        "centre": np.where(yellow[:, None], _YELLOW, _WHITE),
        "double": uniform(key, "double") < 0.35,
        "dash": between(key, "dash", 0.35, 0.75),
        "edge": uniform(key, "edge line") < 0.55,
        "edge_yellow": uniform(key, "edge colour") < 0.25,
        "asphalt": np.stack([grey + warm, grey, grey - warm], axis=1),
    }


def draw_road(canvas: Canvas, scenes: Scenes, vanish: ndarray, half: ndarray, end: ndarray) -> None:
    """Road to the vanishing point, between pavements in towns; cobbles in old towns."""
    rows = np.flatnonzero(has_road(scenes))
    if not len(rows):
        return
    paint, horizon = road_lines(scenes), scenes.horizon
    town = np.isin(scenes.kind, kind_index("street", "suburb"))
    old = np.isin(scenes.kind, kind_index("oldtown"))
    lane = np.where(old, half * 0.98, np.where(town, half * 0.66, half * 0.5)).astype(np.float32)
    pavement = paving_colour(scenes)
    cobble = 0.82 * pavement
    surface = np.where(old[:, None], cobble, paint["asphalt"])
    white = scenes.snow[:, None]
    surface = np.where(white, surface + 0.35 * (SNOW - surface), surface)
    pavement = np.where(white, pavement + 0.6 * (SNOW - pavement), pavement)
    road, walk = scenes.lit(surface), scenes.lit(pavement)
    centre, edge = (
        scenes.lit(paint["centre"]),
        scenes.lit(np.where(paint["edge_yellow"][:, None], _YELLOW, _WHITE)),
    )
    bend = np.where(town | old, 0.0, between(scenes.place, "bend", -0.5, 0.5)).astype(np.float32)
    tram = town & (uniform(scenes.key("city", "metro"), "tram") < 0.25)
    for p in whole(canvas, rows, horizon[rows], np.ones(len(rows))):
        i = rows[p.item]
        down = np.maximum(p.y - horizon[i, None, None], np.float32(1e-3))
        z = EYE / down
        swing = (
            bend[i, None, None]
            * np.float32(0.06)
            * np.minimum(z - 0.6, 6)
            * np.clip(z, 0, 3)
            * np.float32(0.3)
        )
        u = (p.x - vanish[i, None, None] + swing * down * 2) * z
        near = p.cover(np.minimum((end[i, None, None] - z) * down, down - np.float32(0.004)))
        scale = 1 / z
        if town[i].any():
            walkway = p.cover((half[i, None, None] - np.abs(u)) * scale) * near
            p.paint(walkway * town[i, None, None], walk[i], _SIDEWALK)
            kerb = p.cover((lane[i, None, None] + np.float32(0.02) - np.abs(u)) * scale) * near
            p.paint(kerb * town[i, None, None], walk[i] * np.float32(0.72), _SIDEWALK)
        cover = p.cover((lane[i, None, None] - np.abs(u)) * scale) * near
        fade = np.float32(0.30) * np.clip(1 - down * 5, 0, 1)
        stones = pulses(u * 9, np.float32(0.82), p.pixel * z * 9) * pulses(
            z * 7, np.float32(0.8), p.pixel * z / down * 7
        )
        tone = np.where(
            old[i, None, None],
            np.float32(0.84) + np.float32(0.18) * stones,
            1 + np.float32(0.05) * np.clip(down * 3, 0, 1),
        )
        field = [
            road[i, c, None, None] * tone * (1 - fade) + scenes.haze[i, c, None, None] * fade
            for c in range(3)
        ]
        p.paint(
            cover,
            np.stack(field).astype(np.float32),
            np.where(old[i], _PATH, _ROAD).astype(np.uint8),
        )
        marked = (~old[i])[:, None, None] * np.where(
            scenes.snow[i], np.float32(0.35), np.float32(0.95)
        )[:, None, None]
        dashes = pulses(
            z * np.float32(1.6), p.of(paint["dash"][rows]), p.pixel * z / down * np.float32(1.6)
        )
        offset = np.where(paint["double"][i], np.float32(0.016), np.float32(0))[:, None, None]
        line = p.cover((np.float32(0.011) - np.abs(np.abs(u) - offset)) * scale)
        line = line * np.where(paint["double"][i, None, None], 1, dashes)
        p.paint(line * cover * marked, centre[i])
        crossing = p.cover(np.minimum(z - np.float32(0.80), np.float32(0.98) - z) * down / z)
        bars = pulses(u * 8, np.float32(0.5), p.pixel * z * 8) * crossing
        zebra = (uniform(scenes.seed, "zebra") < 0.35) & town
        p.paint(bars * cover * marked * zebra[i, None, None], scenes.lit(_WHITE, i))
        rails = p.cover(
            (np.float32(0.008) - np.abs(np.abs(np.abs(u) - np.float32(0.13)) - np.float32(0.06)))
            * scale
        )
        p.paint(rails * cover * tram[i, None, None], road[i] * np.float32(0.55))
        side = p.cover(
            (np.float32(0.009) - np.abs(np.abs(u) - lane[i, None, None] + np.float32(0.035)))
            * scale
        )
        p.paint(side * cover * marked * paint["edge"][i, None, None], edge[i])


def draw_lamps(
    canvas: Canvas, scenes: Scenes, style: Style, vanish: ndarray, half: ndarray
) -> None:
    """Street lamps on the pavement, shaped by the city, shining at night."""
    street = np.isin(scenes.kind, kind_index("street", "oldtown", "plaza"))
    rows = np.flatnonzero(street & (uniform(scenes.seed, "lamps") < 0.7))
    arm = np.where(uniform(style.key, "lamp arm") < 0.5, np.float32(0.06), np.float32(0))
    dark = night_windows(scenes)
    pole = scenes.lit(0.35 * style.second + 0.12)
    for k in (2, 1, 0):
        for side in (-1, 1):
            z = np.float32(0.95 + 0.9 * k)
            x = (vanish + side * (half * 0.72) / z)[rows]
            base, tall = (scenes.horizon + EYE / z)[rows], np.float32(0.62) / z
            head = (x - side * arm[rows] / z).astype(np.float32)
            for p in patches(
                canvas, rows, x - 0.17 / z, x + 0.17 / z, base - tall - 0.11 / z, base + 0.01
            ):
                i = rows[p.item]
                rod = np.minimum(
                    np.float32(0.007) / z - np.abs(p.x - p.of(x)),
                    np.minimum(p.of(base) - p.y, p.y - p.of(base) + tall),
                )
                bar = np.minimum(
                    np.float32(0.006) / z - np.abs(p.y - p.of(base) + tall),
                    np.maximum(arm[i, None, None], 0.01) / z - np.abs(p.x - p.of(x)),
                )
                bar = np.minimum(bar, -(p.x - p.of(x)) * side + np.float32(0.01))
                p.paint(p.cover(np.maximum(rod, bar).astype(np.float32)), pole[i], _LAMP)
                far = np.sqrt((p.x - p.of(head)) ** 2 + (p.y - p.of(base) + tall) ** 2)
                glow = np.clip(1 - far * z / np.float32(0.09), 0, 1) ** 2 * dark[i, None, None]
                warm = np.array([[1.0, 0.85, 0.5]], np.float32) * np.ones((len(i), 1), np.float32)
                p.paint(glow * np.float32(0.75), warm)
                bulb = warm * (0.55 + 0.45 * dark[i, None])
                p.paint(p.cover(np.float32(0.024) / z - far), bulb.astype(np.float32), _LAMP)
