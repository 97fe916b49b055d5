"""Pairs of photos of one cell: what the retrieval module learns from."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray


@dataclass(frozen=True, eq=False)
class CellPairs:
    """The photos of each cell, from which an epoch draws one pair per cell.

    `rows` are photos sorted by cell, and those of cell i begin at `starts[i]` and are `sizes[i]`,
    two or more. `n_single` cells with one photo are left out, as is what lies in no cell (−1).
    """

    rows: Int[ndarray, " photos"]
    starts: Int[ndarray, " cells"]
    sizes: Int[ndarray, " cells"]
    n_single: int

    @classmethod
    def of(cls, cells: Int[ndarray, " photos"]) -> "CellPairs":
        """The pairs that photos of these cells can make.

        Raises ValueError if no cell has two photos.
        """
        order = np.argsort(cells, kind="stable")
        order = order[np.searchsorted(cells[order], 0) :]
        found = cells[order]
        starts = np.flatnonzero(np.diff(found, prepend=-1))
        sizes = np.diff(starts, append=len(found))
        several = sizes > 1
        if not several.any():
            raise ValueError(f"cells: none of {len(sizes)} cells has two photos to make a pair")
        return cls(order, starts[several], sizes[several], int((~several).sum()))

    def __len__(self) -> int:
        return len(self.sizes)

    def draw(self, generator: np.random.Generator) -> Int[ndarray, " photos"]:
        """One pair per cell, as row numbers: a photo, its partner, the next photo, its partner.

        Cells come in random order, every one once whatever its number of photos; both photos are
        drawn evenly, and are never the same. Kordopatis-Zilos et al., Section 3.3.2.
        """
        cells = generator.permutation(len(self))
        starts, sizes = self.starts[cells], self.sizes[cells]
        photos = generator.integers(sizes)
        partners = generator.integers(sizes - 1)
        partners += partners >= photos  # of the others, the one in this place
        return self.rows[np.stack([starts + photos, starts + partners], axis=1)].ravel()
