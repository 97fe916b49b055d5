"""A room being furnished: boxes, discs, windows, pictures, lamps and tables on a wall and floor."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.canvas import Canvas, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import ACCENTS, colours
from geoutils.photos.scenes.random_numbers import choice, uniform
from geoutils.photos.scenes.scene import Scenes

WOODS = colours("6a4630 8a5f3c a87848 4a3a30 c8a070 e8e0d4")


class Room:
    """Paints simple boxes and discs into equal rooms; all positions as fractions of the picture."""

    def __init__(self, canvas: Canvas, scenes: Scenes, rows: ndarray, lamplight: ndarray) -> None:
        self.scenes, self.rows, self.lamplight, self.canvas = scenes, rows, lamplight, canvas
        self.seed, self.edge = scenes.seed, scenes.horizon

    def furnish(self, painter) -> None:
        """Paint the furniture of one kind of room into every picture of the stack."""
        zero = np.zeros(len(self.rows), np.float32)
        for patch in whole(self.canvas, self.rows, zero, zero + 1):
            self.p = patch
            self.k = self.p.item
            self.y = self.p.y - self.edge[self.k, None, None]  # below the foot of the wall
            self.flip = np.where(uniform(self.seed, "flip")[self.k] < 0.5, -1, 1)[:, None, None]
            self.x = (self.p.x - 0.5) * self.flip
            painter(self)

    def pick(self, stream: str, table: ndarray) -> ndarray:
        """A colour of each room, drawn from a table, in its lamplight."""
        return (table[choice(self.seed, stream, len(table))] * self.lamplight)[self.k].astype(
            np.float32
        )

    def fill(self, distance: ndarray, colour: ndarray, concept: str) -> None:
        """Paint a shape in one colour; an empty concept keeps what was there."""
        colour = np.broadcast_to(np.asarray(colour, np.float32), (len(self.k), 3))
        self.p.paint(
            self.p.cover(distance.astype(np.float32)),
            colour,
            concept_index(concept) if concept else 0,
        )

    def box(self, x0: float, x1: float, y0: float, y1: float) -> ndarray:
        """Signed distance of a box."""
        return np.minimum(
            np.minimum(self.x - x0, x1 - self.x), np.minimum(self.y - y0, y1 - self.y)
        )

    def disc(self, x: float, y: float, r: float, flat: float = 1.0) -> ndarray:
        """Signed distance of a disc, `flat` times as high as wide."""
        return r - np.sqrt((self.x - x) ** 2 + ((self.y - y) / flat) ** 2)

    def window(self, x0: float, x1: float, y0: float, y1: float, curtains: bool = True) -> None:
        """A window with the sky outside and perhaps curtains."""
        sky = 0.45 * self.scenes.zenith + 0.55 * self.scenes.haze
        frame = np.array([0.94, 0.93, 0.90]) * self.lamplight[self.k]
        self.fill(self.box(x0 - 0.02, x1 + 0.02, y0 - 0.02, y1 + 0.02), frame, "windowpane")
        self.fill(self.box(x0, x1, y0, y1), sky[self.k], "windowpane")
        bar = np.minimum(0.007 - np.abs(self.x - (x0 + x1) / 2), self.box(x0, x1, y0, y1))
        self.fill(bar, frame, "")
        if curtains:
            cloth = self.pick("curtain", ACCENTS)
            for at, sign in ((x0, -1), (x1, 1)):
                drape = np.minimum(
                    0.045 - np.abs(self.x - at - sign * 0.01 * np.cos(self.y * 9)),
                    np.minimum(self.y - y0 + 0.05, y1 + 0.1 - self.y),
                )
                self.fill(drape, cloth, "curtain")

    def picture(self, x: float, y: float, w: float, h: float) -> None:
        """A framed landscape on the wall."""
        self.fill(self.box(x - w, x + w, y - h, y + h), self.pick("frame", WOODS), "painting")
        self.fill(
            self.box(x - w + 0.02, x + w - 0.02, y - h + 0.02, y + h - 0.02),
            self.pick("canvas", ACCENTS),
            "painting",
        )
        land = np.minimum(
            self.box(x - w + 0.02, x + w - 0.02, y, y + h - 0.02), self.y - y - 0.25 * (self.x - x)
        )
        self.fill(land, self.pick("canvas 2", ACCENTS), "painting")

    def lamp(self, x: float, y: float) -> None:
        """A lampshade and its glow."""
        glow = np.clip(1 - np.sqrt((self.x - x) ** 2 + (self.y - y) ** 2) / 0.26, 0, 1) ** 2
        self.p.paint(
            np.float32(0.5) * glow.astype(np.float32),
            np.array([[1.0, 0.88, 0.6]], np.float32).repeat(len(self.k), 0),
        )
        shade = np.minimum(
            0.05 + 0.45 * (self.y - y + 0.05) - np.abs(self.x - x), 0.05 - np.abs(self.y - y)
        )
        self.fill(shade, np.array([1.0, 0.90, 0.66]), "lamp")

    def table(self, x: float, top: float, half: float, foot: float) -> None:
        """A table with its top at a height and its feet at another."""
        wood = self.pick("table", WOODS)
        legs = np.minimum(
            0.014 - np.abs(np.abs(self.x - x) - half * 0.86),
            np.minimum(self.y - top, foot - self.y),
        )
        self.fill(legs, wood * 0.75, "table")
        self.fill(self.box(x - half, x + half, top - 0.02, top + 0.025), wood, "table")
