"""A stack of composed scenes: everything the painters need to know, one entry per photo."""

from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt64
from numpy import ndarray

from geoutils.photos.scenes.kinds import CUES, KINDS


@dataclass(frozen=True)
class Scenes:
    """Struct of arrays: what stands at each place, how it is lit, and which cues are in view.

    Keys are 64-bit hashes from which painters draw their own random numbers: `seed` belongs to the
    photo, `trip` to an author's stay in a metropolitan cell, the others to the world.
    Heights and widths are fractions of the picture, angles degrees, colours sRGB in [0, 1].
    """

    seed: UInt64[ndarray, " n"]
    author: UInt64[ndarray, " n"]
    trip: UInt64[ndarray, " n"]
    place: UInt64[ndarray, " n"]
    metro: UInt64[ndarray, " n"]
    admin: UInt64[ndarray, " n"]
    country: UInt64[ndarray, " n"]
    spot: Int64[ndarray, " n"]  # index of the popular spot, -1 elsewhere
    kind: Int64[ndarray, " n"]
    biome: Int64[ndarray, " n"]
    culture: Int64[ndarray, " n"]
    americas: Bool[ndarray, " n"]
    drives_left: Bool[ndarray, " n"]
    yellow_line: Bool[ndarray, " n"]
    density: Float32[ndarray, " n"]  # 0 wilderness … 1 centre of a metropolis
    latitude: Float32[ndarray, " n"]
    winter: Float32[ndarray, " n"]  # -1 high summer ... +1 deep winter
    heading_deg: Float32[ndarray, " n"]
    skyline_deg: Float32[ndarray, "n azimuths"]  # elevation of the true horizon across the view
    altitude_m: Float32[ndarray, " n"]
    peak_m: Float32[ndarray, " n"]
    ground: Float32[ndarray, "n 3"]
    leaves: Float32[ndarray, "n 3"]
    snow: Bool[ndarray, " n"]
    bare: Bool[ndarray, " n"]  # broad-leaved trees without leaves
    sun_deg: Float32[ndarray, " n"]  # elevation of the sun
    sun_x: Float32[ndarray, " n"]
    clouds: Float32[ndarray, " n"]
    zenith: Float32[ndarray, "n 3"]
    haze: Float32[ndarray, "n 3"]
    light: Float32[ndarray, "n 3"]
    horizon: Float32[ndarray, " n"]
    tilt: Float32[ndarray, " n"]
    tint: Float32[ndarray, "n 3"]
    shown: Bool[ndarray, "n cues"]  # in the order of CUES

    def __len__(self) -> int:
        return len(self.seed)

    def __repr__(self) -> str:
        names, counts = np.unique(np.array(KINDS)[self.kind], return_counts=True)
        kinds = ", ".join(f"{c:,} {n}" for n, c in zip(names, counts, strict=True))
        return f"<Scenes: {len(self):,} ({kinds})>"

    def __getitem__(self, rows: ndarray | slice) -> "Scenes":
        return Scenes(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def shows(self, cue: str) -> Bool[ndarray, " n"]:
        """Whether a cue is in view, photo by photo."""
        return self.shown[:, CUES.index(cue)]

    def without(self, hide: tuple[str, ...]) -> "Scenes":
        """The same scenes with some cues out of view; every other random number stays."""
        unknown = sorted(set(hide) - set(CUES))
        if unknown:
            raise ValueError(f"hide: unknown cue {unknown[0]!r}; known are {', '.join(CUES)}")
        shown = self.shown.copy()
        shown[:, [CUES.index(cue) for cue in hide]] = False
        return replace(self, shown=shown)

    def lit(self, colour: ndarray, rows: ndarray | slice = slice(None)) -> ndarray:
        """A colour (k, 3) or (3,) as it looks in the light of the hour."""
        return (np.asarray(colour, np.float32) * self.light[rows]).astype(np.float32)

    def key(self, cue: str, name: str) -> UInt64[ndarray, " n"]:
        """A world key where its cue is in view, else the photo's own seed, which says nothing."""
        return np.where(self.shows(cue), getattr(self, name), self.seed)
