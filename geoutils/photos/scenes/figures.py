"""People, cars, animals: company in every picture, evidence in none."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.biomes import BIOMES
from geoutils.photos.scenes.buildings import EYE
from geoutils.photos.scenes.canvas import Canvas, patches
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import ACCENTS, colours
from geoutils.photos.scenes.kinds import KINDS, kind_index
from geoutils.photos.scenes.outlines import ball
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.sea import shore
from geoutils.photos.scenes.street import has_road
from geoutils.photos.scenes.style import Style, night_windows

_PERSON, _CAR, _ANIMAL = (concept_index(n) for n in ("person", "car", "animal"))
_SKIN = colours("f0c8a4 d8a078 a8744f 7a4f36 e8b48c")
_HAIR = colours("2a211c 5a3a24 8a5a30 c8a060 3a3a40")
_PAINT = colours("b8b8bc 3a3f4a f0f0ec a83830 3a5f8f 5a6f5a c8b898 7a7f88")
_COAT = colours("8a5f3f 3a302a c8b090 e8e0d4 6a4a34")
_CROWD = {
    "market": 7,
    "plaza": 5,
    "oldtown": 4,
    "temple": 4,
    "beach": 4,
    "street": 4,
    "harbour": 2,
    "interior": 1,
}


def draw_people(canvas: Canvas, scenes: Scenes) -> None:
    """People on foot, far ones first, in clothes of any colour."""
    most = np.array([_CROWD.get(kind, 1) for kind in KINDS])[scenes.kind]
    count = np.ceil(most * (0.3 + 0.7 * uniform(scenes.seed, "crowd")))
    inside = np.isin(scenes.kind, kind_index("interior"))
    _, water = shore(scenes)
    for k in range(max(_CROWD.values())):
        rank = (k + uniform(scenes.seed, "person depth", k)) / np.maximum(count, 1)
        feet = scenes.horizon + 0.07 + (0.93 - scenes.horizon) * np.clip(rank, 0, 1) ** 2
        feet = np.where(
            np.isin(scenes.kind, kind_index("beach")), np.maximum(feet, water + 0.03), feet
        )
        feet = np.where(np.isin(scenes.kind, kind_index("harbour", "skyline")), 0.99, feet)
        feet = np.where(inside, 1.12, feet)
        tall = (feet - scenes.horizon) / EYE * 0.235 * between(scenes.seed, "tall", 0.85, 1.1, k)
        tall = np.where(inside, 0.62, np.clip(tall, 0.05, 0.62))
        x = uniform(scenes.seed, "person x", k)
        aside = np.where(x < 0.5, 0.40 * x * 2, 1 - 0.40 * (1 - x) * 2)
        x = np.where(tall > 0.2, aside, 0.12 + 0.76 * x)
        rows = np.flatnonzero((k < count) & scenes.shows("people"))
        _person(canvas, scenes, rows, x[rows], feet[rows], tall[rows].astype(np.float32), k)


def _person(canvas: Canvas, scenes: Scenes, rows, x, feet, tall, index: int) -> None:
    seed = scenes.seed[rows]
    skin = scenes.lit(_SKIN[choice(seed, "skin", len(_SKIN), index)], rows)
    hair = scenes.lit(_HAIR[choice(seed, "hair", len(_HAIR), index)], rows)
    shirt = scenes.lit(ACCENTS[choice(seed, "shirt", len(ACCENTS), index)] * 0.92, rows)
    legs = scenes.lit(ACCENTS[choice(seed, "trousers", len(ACCENTS), index)] * 0.5 + 0.06, rows)
    dress, bag, hat = (
        uniform(seed, name, index) < share
        for name, share in (("dress", 0.35), ("bag", 0.4), ("hat", 0.25))
    )
    x, feet = x.astype(np.float32), feet.astype(np.float32)
    for p in patches(
        canvas, rows, x - 0.26 * tall, x + 0.26 * tall, feet - 1.04 * tall, feet + 0.03 * tall
    ):
        k = p.item
        u, v = (p.x - p.of(x)) / p.of(tall), (p.of(feet) - p.y) / p.of(tall)
        shadow = 1 - (u / np.float32(0.22)) ** 2 - (v / np.float32(0.03)) ** 2
        p.paint(np.float32(0.25) * np.clip(shadow * 2, 0, 1), legs[k] * 0.3)
        limbs = np.minimum(np.float32(0.045) - np.abs(np.abs(u) - 0.055), np.minimum(v, 0.5 - v))
        skirt = np.minimum(
            0.05 + 0.30 * (0.62 - v) * 0.8 - np.abs(u), np.minimum(v - 0.20, 0.62 - v)
        )
        torso = np.minimum(0.105 + 0.05 * (v - 0.6) - np.abs(u), np.minimum(v - 0.44, 0.80 - v))
        torso = np.maximum(torso, np.where(p.of(dress), skirt, -1.0))
        arms = np.minimum(
            0.028 - np.abs(np.abs(u) - 0.125 - 0.12 * (0.78 - v)), np.minimum(v - 0.46, 0.79 - v)
        )
        head, cap = (
            ball(u, v, 0, 0.885, 0.082, 1.12),
            np.minimum(ball(u, v, 0, 0.90, 0.092, 1.12), v - 0.90),
        )
        brim = np.where(p.of(hat), np.minimum(0.16 - np.abs(u), 0.022 - np.abs(v - 0.945)), -1.0)
        pack = np.where(
            p.of(bag), np.minimum(0.06 - np.abs(u - 0.11), 0.09 - np.abs(v - 0.56)), -1.0
        )
        for distance, colour in (
            (limbs, legs),
            (arms, skin),
            (torso, shirt),
            (pack, legs),
            (head, skin),
            (cap, hair),
            (brim, shirt),
        ):
            p.paint(p.cover((distance * p.of(tall)).astype(np.float32)), colour[k], _PERSON)


def draw_cars(canvas: Canvas, scenes: Scenes, style: Style, vanish: ndarray, half: ndarray) -> None:
    """Cars on the country's side of the road; the city's taxis among them have its colour."""
    shown = scenes.shows("country")
    left = np.where(shown, scenes.drives_left, uniform(scenes.seed, "side") < 0.4)
    rows = np.flatnonzero(scenes.shows("cars") & has_road(scenes))
    count = 1 + choice(scenes.seed, "cars", 3)
    town = np.isin(scenes.kind, kind_index("street", "suburb"))
    for k in (2, 1, 0):
        z = 1.05 + 1.1 * k + 0.5 * uniform(scenes.seed, "car z", k)
        away = uniform(scenes.seed, "car away", k) < 0.5
        side = np.where(left == away, -1.0, 1.0)
        lane = half * np.where(town, 0.33, 0.25)
        x = (vanish + side * lane / z).astype(np.float32)
        base = (scenes.horizon + EYE / z).astype(np.float32)
        size = (0.19 / z).astype(np.float32)
        paint = _PAINT[choice(scenes.seed, "paint", len(_PAINT), k)]
        taxi = uniform(scenes.seed, "taxi", k) < 0.35
        paint = np.where(taxi[:, None] & town[:, None], style.accent, paint)
        r = rows[(k < count)[rows]]
        _car(canvas, scenes, r, x[r], base[r], size[r], paint[r], away[r], taxi[r] & town[r])


def _car(canvas, scenes: Scenes, rows, x, base, size, paint, away, taxi) -> None:
    body, dark = scenes.lit(paint, rows), scenes.lit(np.array([0.13, 0.13, 0.15]), rows)
    pane = (scenes.lit(np.array([0.34, 0.42, 0.5]), rows) * 0.7 + 0.3 * scenes.haze[rows]).astype(
        np.float32
    )
    night = night_windows(scenes)[rows][:, None]
    lamp = np.where(away[:, None], [[0.85, 0.16, 0.12]], [[1.0, 0.95, 0.75]]).astype(np.float32)
    lamp = lamp * (0.75 + 0.25 * night)
    for p in patches(
        canvas, rows, x - 0.62 * size, x + 0.62 * size, base - 0.95 * size, base + 0.08 * size
    ):
        k = p.item
        u, v = (p.x - p.of(x)) / p.of(size), (p.of(base) - p.y) / p.of(size)
        shadow = 1 - (u / np.float32(0.6)) ** 2 - (v / np.float32(0.07)) ** 2
        p.paint(np.float32(0.4) * np.clip(shadow * 2, 0, 1), dark[k] * 0.5)
        wheels = np.minimum(0.09 - np.abs(np.abs(u) - 0.36), np.minimum(v, 0.2 - v))
        lower = np.minimum(0.50 - np.abs(u), np.minimum(v - 0.08, 0.48 - v))
        cabin = np.minimum(0.38 + 0.35 * (0.44 - v) - np.abs(u), np.minimum(v - 0.40, 0.82 - v))
        screen = np.minimum(0.31 + 0.35 * (0.46 - v) - np.abs(u), np.minimum(v - 0.50, 0.75 - v))
        lights = 0.06 - np.sqrt((np.abs(u) - 0.38) ** 2 + (v - 0.33) ** 2)
        plate = np.minimum(0.10 - np.abs(u), 0.03 - np.abs(v - 0.20))
        sign = np.where(p.of(taxi), np.minimum(0.10 - np.abs(u), 0.04 - np.abs(v - 0.86)), -1.0)
        bumper = np.minimum(0.50 - np.abs(u), 0.022 - np.abs(v - 0.13))
        for distance, colour in (
            (wheels, dark),
            (sign, lamp),
            (cabin, body),
            (lower, body),
            (screen, pane),
            (bumper, dark),
            (lights, lamp),
            (plate, scenes.lit(np.array([0.95, 0.95, 0.9]), rows)),
        ):
            p.paint(p.cover((distance * p.of(size)).astype(np.float32)), colour[k], _CAR)


def draw_animals(canvas: Canvas, scenes: Scenes) -> None:
    """A dog, cow, sheep or horse, a camel in deserts; savannas get elephants and giraffes."""
    rows = np.flatnonzero(scenes.shows("animals") & ~np.isin(scenes.kind, kind_index("closeup")))
    seed = scenes.seed[rows]
    savanna = np.isin(scenes.kind[rows], kind_index("savanna"))
    desert = scenes.biome[rows] == BIOMES.index("desert")
    wild = np.isin(
        scenes.kind[rows], kind_index("fields", "mountain", "desert", "savanna", "terraces")
    )
    legs = np.where(savanna, between(seed, "leg", 0.35, 0.7), np.where(wild, 0.42, 0.34))
    neck = np.where(
        savanna & (uniform(seed, "giraffe") < 0.5), 0.85, np.where(desert & wild, 0.42, 0.2)
    )
    _, water = shore(scenes)
    feet = scenes.horizon[rows] + between(seed, "animal y", 0.12, 0.30)
    feet = np.where(water[rows] < 1, np.maximum(feet, water[rows] + 0.05), 0.97)
    size = np.where(savanna, 0.85, np.where(wild, 0.6, 0.28)) * (feet - scenes.horizon[rows])
    x = between(seed, "animal x", 0.1, 0.9)
    coat = scenes.lit(_COAT[choice(seed, "coat", len(_COAT))], rows)
    face = np.where(uniform(seed, "faces") < 0.5, np.float32(1), np.float32(-1))
    hump, spots = desert & wild, uniform(seed, "spots") < 0.5
    for p in patches(
        canvas, rows, x - 1.1 * size, x + 1.1 * size, feet - 2.0 * size, feet + 0.08 * size
    ):
        k = p.item
        u, v = (p.x - p.of(x)) / p.of(size) * p.of(face), (p.of(feet) - p.y) / p.of(size)
        leg, long = p.of(legs), p.of(neck)
        shadow = 1 - (u / np.float32(0.8)) ** 2 - (v / np.float32(0.07)) ** 2
        p.paint(np.float32(0.25) * np.clip(shadow * 2, 0, 1), coat[k] * 0.3)
        limbs = np.minimum(
            0.055 - np.abs(np.abs(np.abs(u) - 0.34) - 0.07), np.minimum(v, leg + 0.1 - v)
        )
        body = ball(u, v, 0, leg + 0.2, 0.52, 0.46)
        top = leg + 0.25 + long
        throat = np.minimum(
            0.09 - np.abs(u - 0.42 - 0.18 * (v - leg - 0.2) / (long + 0.1)),
            np.minimum(v - leg - 0.15, top - v),
        )
        head = ball(u, v, 0.70, top, 0.17, 0.62)
        tail = np.minimum(0.03 - np.abs(u + 0.52), np.minimum(v - leg + 0.1, leg + 0.32 - v))
        back = np.where(p.of(hump), ball(u, v, -0.03, leg + 0.42, 0.20, 1.0), -1.0)
        whole = np.maximum.reduce([limbs, body, throat, head, tail, back])
        p.paint(p.cover((whole * p.of(size)).astype(np.float32)), coat[k], _ANIMAL)
        patch = np.maximum(ball(u, v, -0.2, leg + 0.25, 0.16), ball(u, v, 0.18, leg + 0.15, 0.12))
        patch = np.where(p.of(spots), np.minimum(patch, body), -1.0)
        p.paint(
            p.cover((patch * p.of(size)).astype(np.float32)), coat[k] * np.float32(0.6), _ANIMAL
        )
