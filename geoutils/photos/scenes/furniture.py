"""Six rooms and what stands in them; they look alike in every country."""

import numpy as np

from geoutils.photos.scenes.canvas import pulses
from geoutils.photos.scenes.cultures import ACCENTS
from geoutils.photos.scenes.room import WOODS, Room


def _kitchen(r: Room) -> None:
    r.window(-0.16, 0.14, -0.50, -0.24, curtains=False)
    doors, metal = r.pick("cabinet", ACCENTS) * 0.55 + 0.38, np.array([0.80, 0.82, 0.83])
    for x0, x1 in ((-0.48, -0.21), (0.19, 0.33)):
        r.fill(r.box(x0, x1, -0.60, -0.30), doors, "cabinet")
        r.fill(
            np.minimum(0.004 - np.abs(r.x - (x0 + x1) / 2), r.box(x0, x1, -0.60, -0.30)),
            doors * 0.6,
            "",
        )
    tile = np.maximum(
        pulses(r.p.x * 18, np.float32(0.1), np.float32(r.p.pixel * 18)),
        pulses(r.y * 18, np.float32(0.1), np.float32(r.p.pixel * 18)),
    )
    back = r.p.cover(r.box(-0.6, 0.34, -0.22, -0.10).astype(np.float32))
    r.p.paint(back, np.array([[0.93, 0.93, 0.90]], np.float32).repeat(len(r.k), 0))
    r.p.paint(back * tile * np.float32(0.35), r.pick("cabinet", ACCENTS))
    r.fill(r.box(-0.6, 0.34, -0.08, 0.10), doors * 0.92, "cabinet")
    for at in (-0.36, -0.20, -0.03):
        r.fill(
            np.minimum(0.004 - np.abs(r.x - at), r.box(-0.6, 0.34, -0.08, 0.10)), doors * 0.55, ""
        )
    r.fill(r.box(-0.6, 0.35, -0.11, -0.07), r.pick("counter", WOODS), "counter")
    r.fill(r.box(0.06, 0.24, -0.07, 0.10), np.array([0.22, 0.22, 0.24]), "stove")
    r.fill(r.box(0.09, 0.21, -0.02, 0.06), np.array([0.42, 0.34, 0.28]), "stove")
    r.fill(r.box(0.10, 0.20, -0.18, -0.11), r.pick("pot", ACCENTS), "pot")
    r.fill(r.box(0.36, 0.52, -0.52, 0.12), metal, "refrigerator")
    r.fill(np.minimum(0.004 - np.abs(r.y + 0.26), r.box(0.36, 0.52, -0.52, 0.12)), metal * 0.6, "")
    r.fill(r.box(0.375, 0.385, -0.22, -0.06), metal * 0.5, "")
    r.table(-0.20, 0.15, 0.22, 0.36)
    r.fill(r.disc(-0.24, 0.115, 0.05, 0.6), r.pick("bowl", ACCENTS), "plate")
    for x in (-0.26, -0.22):
        r.fill(r.disc(x, 0.085, 0.026), r.pick(f"fruit {x}", ACCENTS), "food")
    r.lamp(-0.20, -0.42)


def _living(r: Room) -> None:
    r.window(-0.44, -0.16, -0.55, -0.20)
    r.picture(0.14, -0.38, 0.13, 0.10)
    rug = r.pick("rug", ACCENTS)
    r.fill(r.disc(0.0, 0.20, 0.38, 0.22), rug, "rug")
    r.fill(r.disc(0.0, 0.20, 0.30, 0.20), rug * 0.75 + 0.2, "rug")
    sofa = r.pick("sofa", ACCENTS)
    r.fill(r.box(-0.14, 0.42, -0.17, 0.06), sofa * 0.88, "sofa")
    for at in (-0.18, 0.41):
        r.fill(r.box(at, at + 0.06, -0.10, 0.12), sofa, "sofa")
    r.fill(r.box(-0.14, 0.42, -0.02, 0.09), sofa * 1.08, "sofa")
    r.fill(r.disc(0.0, -0.06, 0.07), r.pick("cushion", ACCENTS), "cushion")
    r.fill(r.disc(0.27, -0.06, 0.07), r.pick("cushion 2", ACCENTS), "cushion")
    r.table(-0.05, 0.17, 0.16, 0.28)
    r.fill(r.box(-0.365, -0.355, -0.20, 0.08), np.array([0.2, 0.2, 0.2]), "lamp")
    r.lamp(-0.36, -0.24)
    r.fill(r.disc(-0.05, 0.10, 0.035, 1.3), r.pick("vase", ACCENTS), "vase")
    for x, y in ((-0.09, 0.02), (-0.04, -0.01), (0.0, 0.03)):
        r.fill(r.disc(x, y, 0.03), r.pick(f"bloom {x}", ACCENTS), "flower")


def _bedroom(r: Room) -> None:
    r.window(0.18, 0.42, -0.55, -0.22)
    r.picture(-0.18, -0.42, 0.10, 0.10)
    wood, cover = r.pick("bed", WOODS), r.pick("blanket", ACCENTS)
    r.fill(r.box(-0.42, 0.10, -0.24, 0.10), wood, "bed")
    r.fill(r.box(-0.40, 0.08, -0.10, 0.06), np.array([0.94, 0.93, 0.90]), "bed")
    for x in (-0.28, -0.04):
        r.fill(r.disc(x, -0.10, 0.10, 0.6), np.array([0.98, 0.97, 0.95]), "pillow")
    quilt = np.minimum(r.box(-0.6, 0.6, -0.03, 0.24), 0.30 + 0.35 * r.y - np.abs(r.x + 0.16))
    r.fill(quilt, cover, "bed")
    check = pulses(r.p.x * 9, np.float32(0.5), np.float32(r.p.pixel * 9)) * pulses(
        r.y * 12, np.float32(0.5), np.float32(r.p.pixel * 12)
    )
    r.p.paint(
        np.float32(0.35) * check * r.p.cover(quilt.astype(np.float32)), r.pick("quilt", ACCENTS)
    )
    r.fill(r.box(0.16, 0.32, -0.06, 0.12), wood * 0.9, "cabinet")
    r.fill(r.box(0.235, 0.245, -0.14, -0.06), np.array([0.3, 0.3, 0.3]), "lamp")
    r.lamp(0.24, -0.17)


def _cafe(r: Room) -> None:
    r.window(-0.42, 0.10, -0.55, -0.16, curtains=False)
    shelf = r.pick("shelf", WOODS)
    r.fill(r.box(0.20, 0.48, -0.58, -0.10), shelf * 0.6, "shelf")
    for row in range(3):
        for j in range(6):
            bottle = np.minimum(
                0.013 - np.abs(r.x - 0.235 - 0.045 * j),
                np.minimum(r.y + 0.50 - 0.14 * row, -0.41 + 0.14 * row - r.y),
            )
            r.fill(bottle, r.pick(f"bottle {row} {j}", ACCENTS), "bottle")
        r.fill(r.box(0.20, 0.48, -0.415 + 0.14 * row, -0.40 + 0.14 * row), shelf, "shelf")
    r.fill(r.box(0.16, 0.6, -0.06, 0.14), shelf * 1.1, "counter")
    for x, foot in ((-0.28, 0.16), (0.02, 0.27)):
        r.fill(r.box(x - 0.015, x + 0.015, foot - 0.16, foot), np.array([0.2, 0.2, 0.2]), "table")
        r.fill(r.disc(x, foot - 0.16, 0.13, 0.28), r.pick("top", WOODS), "table")
        r.fill(r.disc(x - 0.03, foot - 0.19, 0.03, 0.8), np.array([0.96, 0.95, 0.92]), "glass")
        chair = r.pick("chair", ACCENTS)
        r.fill(r.box(x - 0.21, x - 0.18, foot - 0.28, foot), chair * 0.8, "chair")
        r.fill(r.box(x - 0.21, x - 0.10, foot - 0.13, foot - 0.10), chair, "chair")
    for x in (-0.30, -0.02):
        r.fill(r.box(x - 0.004, x + 0.004, -0.9, -0.47), np.array([0.2, 0.2, 0.2]), "lamp")
        r.lamp(x, -0.44)


def _museum(r: Room) -> None:
    for j, x in enumerate((-0.34, 0.02, 0.36)):
        r.picture(x, -0.32 - 0.03 * (j % 2), 0.13 - 0.02 * (j % 2), 0.15)
    r.fill(r.box(-0.14, 0.18, 0.06, 0.12), r.pick("bench", WOODS), "bench")
    for x in (-0.12, 0.14):
        r.fill(r.box(x, x + 0.03, 0.12, 0.18), np.array([0.2, 0.2, 0.2]), "bench")
    r.fill(r.box(0.27, 0.41, -0.05, 0.16), np.array([0.90, 0.88, 0.84]), "base")
    r.fill(r.disc(0.34, -0.12, 0.05, 1.5), r.pick("vase", ACCENTS), "vase")


def _bath(r: Room) -> None:
    tile = np.maximum(
        pulses(r.p.x * 14, np.float32(0.07), np.float32(r.p.pixel * 14)),
        pulses(r.y * 14, np.float32(0.07), np.float32(r.p.pixel * 14)),
    )
    lower = r.p.cover((r.y + 0.34).astype(np.float32)) * r.p.cover((-r.y).astype(np.float32))
    r.p.paint(lower, r.pick("tiles", ACCENTS) * np.float32(0.4) + np.float32(0.52))
    r.p.paint(lower * tile * np.float32(0.6), np.ones((len(r.k), 3), np.float32))
    white = np.array([0.96, 0.96, 0.95])
    r.fill(
        np.minimum(
            r.box(-0.44, 0.08, -0.12, 0.10), 0.28 - 0.4 * np.clip(r.y, 0, 1) - np.abs(r.x + 0.18)
        ),
        white,
        "bathtub",
    )
    r.fill(r.box(-0.46, 0.10, -0.14, -0.10), white * 0.92, "bathtub")
    r.fill(r.disc(0.31, -0.40, 0.11, 1.2), r.pick("mirror frame", WOODS), "mirror")
    r.fill(r.disc(0.31, -0.40, 0.09, 1.2), np.array([0.76, 0.84, 0.88]), "mirror")
    r.fill(r.disc(0.31, -0.13, 0.12, 0.45), white, "sink")
    r.fill(r.box(0.28, 0.34, -0.10, 0.10), white * 0.9, "sink")
    r.fill(r.box(-0.40, -0.30, -0.14, 0.02), r.pick("towel", ACCENTS), "towel")
    r.lamp(0.31, -0.60)


FURNITURE = {
    "kitchen": _kitchen,
    "living": _living,
    "bedroom": _bedroom,
    "cafe": _cafe,
    "museum": _museum,
    "bath": _bath,
}
