"""Examples to learn from: photos or their features, with the right answers."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int, Real, UInt8
from numpy import ndarray
from torch import Tensor

from geoutils.models.truth import Truth
from geoutils.photos.live_pixels import LivePixels, Pixels
from geoutils.sphere import unit_vectors


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs of a model with the answers, row by row.

    `inputs` are photos (uint8, for a whole model) or cached features (float32, for a head alone),
    as arrays, memory maps or `LivePixels`; `rows` chooses among them, so that nothing is copied.
    `cells` has a column per level (-1 outside), `scenes` each photo's scene group (-1 unknown).
    Raises ValueError where these have another number of rows, or `inputs` has no such row.
    """

    inputs: UInt8[Pixels, "all h w 3"] | Float32[ndarray, "all ..."]
    rows: Int[ndarray, " photos"]
    cells: Int[ndarray, "_ levels"]
    latlon_deg: Float[ndarray, "_ 2"]
    scenes: Int[ndarray, " _"]

    def __post_init__(self):
        sizes = {name: len(getattr(self, name)) for name in ("cells", "latlon_deg", "scenes")}
        for name, size in sizes.items():
            if size != len(self.rows):
                raise ValueError(f"{name}: {size} rows for {len(self.rows)} photos")
        if len(self.rows) and not 0 <= self.rows.min() <= self.rows.max() < len(self.inputs):
            reach = f"{self.rows.min()} … {self.rows.max()}"
            raise ValueError(f"rows: {reach}; expected 0 … {len(self.inputs) - 1}")

    @classmethod
    def of(
        cls,
        inputs: Pixels,
        cells: Int[ndarray, "_ levels"],
        latlon_deg: Real[ndarray, "_ 2"],
        scenes: Int[ndarray, " _"] | None = None,
        rows: Int[ndarray, " photos"] | None = None,
    ) -> "Examples":
        """Examples of these rows of `inputs` (all of them if None), scenes unknown if None."""
        rows = np.arange(len(inputs)) if rows is None else rows
        scenes = np.full(len(rows), -1) if scenes is None else scenes
        return cls(inputs, rows, cells, np.asarray(latlon_deg, dtype=np.float64), scenes)

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, chosen: Int[ndarray, " batch"]) -> tuple[Tensor, Bool[ndarray, " batch"]]:
        """Inputs of some examples, copied, and which of them are lost: photos that turned out grey.

        They lie in memory that torch allocated: it starts at multiples of 64 bytes, as numpy's
        does not, and the last digit of a matrix product depends on that.
        """
        kind = torch.float32 if self.inputs.dtype == np.float32 else torch.uint8
        copied = torch.empty((len(chosen), *self.inputs.shape[1:]), dtype=kind)
        rows = self.rows[chosen]
        if isinstance(self.inputs, LivePixels):
            return copied, self.inputs.read(rows, copied.numpy())
        np.take(self.inputs, rows, axis=0, out=copied.numpy(), mode="clip")  # "raise" copies twice
        return copied, np.zeros(len(chosen), dtype=bool)

    def truth(
        self, chosen: Int[ndarray, " batch"], lost: Bool[ndarray, " batch"] | None = None
    ) -> Truth:
        """Answers of some examples; those `lost` count as outside all cells, of unknown scene."""
        cells, scenes = self.cells[chosen], self.scenes[chosen]
        if lost is not None:
            cells[lost], scenes[lost] = -1, -1
        directions = unit_vectors(self.latlon_deg[chosen]).astype(np.float32)
        return Truth(
            cells=torch.from_numpy(cells),
            directions=torch.from_numpy(np.ascontiguousarray(directions)),
            scenes=torch.from_numpy(scenes),
        )
