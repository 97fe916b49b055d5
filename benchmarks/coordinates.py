"""Made-up coordinates as many and as unevenly spread as the photos of MP-16, for the benchmarks.

Run `python benchmarks/coordinates.py` for a summary. Given the finest of ISN's published cell
files (`--cells cells_50_1000.csv`, or its path in the variable GEO_PUBLISHED_CELLS, or where it
lies beside this repository), every cell gets as many photos as the file says; otherwise the
density is that of the atlas's 100,000 photo positions.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.atlas import photo_density
from geoutils.partitions import MP16_PHOTOS, Partition, adaptive_partition

# Of each cell's four children. With it thresholds of 750 and 500 photos give 16,050 and 21,075
# cells; on MP-16 itself they gave 16,150 and 21,673. Lower is more clustered.
CONCENTRATION = 0.5
_FINEST_LEVEL = 24  # photos that are still together here (60 cm) share one coordinate
_BESIDE = Path(__file__).resolve().parents[2] / "shared/data/partitions/cells_50_1000.csv"


def published_cells_path() -> Path | None:
    """Path of the finest published cell file, None where it is not present."""
    path = Path(os.environ.get("GEO_PUBLISHED_CELLS", _BESIDE))
    return path if path.is_file() else None


def mp16_coordinates(
    n: int = MP16_PHOTOS, seed: int = 0, cells: Path | None = None
) -> Float[ndarray, "n 2"]:
    """Draw locations of n photos in degrees, in random order; the same for the same arguments.

    Inside a cell photos cluster as a random cascade: each cell's photos fall into its four
    children with shares drawn from a Dirichlet distribution, again and again. At full size each
    published cell has exactly its published number of photos.
    """
    rng = np.random.default_rng([seed, 16])
    cells = cells or published_cells_path()
    ids, weights = _published_density(cells) if cells else _atlas_density()
    ends = np.rint(np.cumsum(weights) * (n / weights.sum())).astype(np.int64)
    leaves = _cascade(ids, np.diff(ends, prepend=0), rng)
    return s2.centers(rng.permutation(leaves))


def _published_density(path: Path) -> tuple[UInt64[ndarray, " cells"], Float[ndarray, " cells"]]:
    """Published cells with their photos, and small cells in between for the photos dropped."""
    partition = Partition.read_csv(path)
    counts = partition.counts.astype(np.float64)
    outside = photo_density()[partition.assign(photo_density()) == -1]
    ids, shares = np.unique(s2.cell_ids(outside, level=12), return_counts=True)
    dropped = MP16_PHOTOS - counts.sum()
    weights = np.concatenate([counts, shares * (dropped / shares.sum())])
    return np.concatenate([partition.cells.ids, ids]), weights


def _atlas_density() -> tuple[UInt64[ndarray, " cells"], Float[ndarray, " cells"]]:
    """Adaptive cells of the atlas's positions that would hold up to 1,000 of MP-16's photos."""
    t_max = 1000 * len(photo_density()) // MP16_PHOTOS
    partition = adaptive_partition(photo_density(), t_min=1, t_max=t_max)
    return partition.cells.ids, partition.counts.astype(np.float64)


def _cascade(
    ids: UInt64[ndarray, " cells"], counts: Int[ndarray, " cells"], rng: np.random.Generator
) -> UInt64[ndarray, " photos"]:
    """Leaf cells of the photos of given cells, clustered inside them."""
    finished = []
    for level in range(_FINEST_LEVEL + 1):
        # Cells enter at their own level; those with one photo or none are not divided further.
        divided = (s2.levels(ids) == level) & (counts > 1) & (level < _FINEST_LEVEL)
        children = s2.children(ids[divided]).ravel()
        shares = rng.dirichlet(np.full(4, CONCENTRATION), divided.sum())
        split = rng.multinomial(counts[divided], shares).ravel()
        ids = np.concatenate([ids[~divided], children[split > 0]])
        counts = np.concatenate([counts[~divided], split[split > 0]])
        done = (counts == 1) | (s2.levels(ids) >= _FINEST_LEVEL)
        finished.append((ids[done], counts[done]))
        ids, counts = ids[~done], counts[~done]
    ids, counts = (np.concatenate(parts) for parts in zip(*finished, strict=True))
    first, last = s2.id_ranges(ids)
    spot = first + (rng.random(len(ids)) * (last - first)).astype(np.uint64) | np.uint64(1)
    return np.repeat(np.minimum(spot, last), counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=MP16_PHOTOS)
    parser.add_argument("--cells", type=Path, help="the published file cells_50_1000.csv")
    arguments = parser.parse_args()
    start = time.perf_counter()
    latlon_deg = mp16_coordinates(arguments.photos, cells=arguments.cells)
    seconds = time.perf_counter() - start
    source = arguments.cells or published_cells_path()
    print(f"{len(latlon_deg):,} photos in {seconds:.1f} s, density of", end=" ")
    print(source.name if source else "the atlas")
    leaves = s2.cell_ids(latlon_deg)
    print(f"distinct locations {len(np.unique(leaves)):,}")
    for level in (6, 10, 14, 18):
        print(f"S2 cells of level {level:2d} {len(np.unique(s2.parents(leaves, level))):12,}")


if __name__ == "__main__":
    main()
