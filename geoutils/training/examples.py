"""Examples to learn from: photos or their features, with the right answers."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Real, UInt8
from numpy import ndarray
from torch import Tensor

from geoutils.models.truth import Truth
from geoutils.sphere import unit_vectors


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs of a model with the answers, row by row.

    `inputs` are photos (uint8, for a whole model) or cached features (float32, for a head alone),
    as arrays or memory maps; `rows` chooses among them, so that nothing is copied. `cells` has a
    column per level (-1 outside), `scenes` the scene group of each photo (-1 unknown).
    """

    inputs: UInt8[ndarray, "all h w 3"] | Float32[ndarray, "all ..."]
    rows: Int[ndarray, " photos"]
    cells: Int[ndarray, "photos levels"]
    latlon_deg: Float[ndarray, "photos 2"]
    scenes: Int[ndarray, " photos"]

    def __post_init__(self):
        sizes = {name: len(getattr(self, name)) for name in ("cells", "latlon_deg", "scenes")}
        for name, size in sizes.items():
            if size != len(self.rows):
                raise ValueError(f"{name}: {size} rows for {len(self.rows)} photos")

    @classmethod
    def of(
        cls,
        inputs: ndarray,
        cells: Int[ndarray, "photos levels"],
        latlon_deg: Real[ndarray, "photos 2"],
        scenes: Int[ndarray, " photos"] | None = None,
        rows: Int[ndarray, " photos"] | None = None,
    ) -> "Examples":
        """Examples of these rows of `inputs` (all of them if None), scenes unknown if None."""
        rows = np.arange(len(inputs)) if rows is None else rows
        scenes = np.full(len(rows), -1) if scenes is None else scenes
        return cls(inputs, rows, cells, np.asarray(latlon_deg, dtype=np.float64), scenes)

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, chosen: Int[ndarray, " batch"]) -> Tensor:
        """Inputs of some examples, copied."""
        return torch.from_numpy(np.array(self.inputs[self.rows[chosen]]))

    def truth(self, chosen: Int[ndarray, " batch"]) -> Truth:
        """Answers of some examples."""
        directions = unit_vectors(self.latlon_deg[chosen]).astype(np.float32)
        return Truth(
            cells=torch.from_numpy(self.cells[chosen]),
            directions=torch.from_numpy(np.ascontiguousarray(directions)),
            scenes=torch.from_numpy(self.scenes[chosen]),
        )
