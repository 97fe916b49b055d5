"""Arrays that are being made block by block, and what an interrupted run has left of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoutils.array_files import create_array


@dataclass(frozen=True)
class HalfMade:
    """An array of photos in the making: under a hidden name until it is whole."""

    final: Path
    photo_shape: tuple[int, ...]

    @property
    def partial(self) -> Path:
        """Where it lies meanwhile: 64px.npy -> .64px.partial.npy."""
        return self.final.with_name(f".{self.final.stem}.partial{self.final.suffix}")


def finished_blocks(progress: Path, heading: str, targets: Sequence[HalfMade]) -> list[int] | None:
    """First rows of the blocks that a run of the same heading finished; None without such a run.

    The progress file has the heading, then a line for every block that is on disk.
    """
    if not progress.is_file() or not all(target.partial.is_file() for target in targets):
        return None
    first, *lines = progress.read_text().split("\n")
    if first != heading:
        return None
    return [int(line) for line in lines[:-1]]  # what follows the last line break is half a line


def start_anew(
    progress: Path, heading: str, targets: Sequence[HalfMade], n_photos: int
) -> list[int]:
    """Fresh hidden arrays of full length and a progress file without any block."""
    progress.unlink(missing_ok=True)
    for target in targets:
        create_array(target.partial, np.uint8, (n_photos, *target.photo_shape))
    progress.write_text(heading + "\n")
    return []
