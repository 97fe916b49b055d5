"""The photos of a manifest that are drawn: made by the renderer, known by its source."""

import hashlib
from pathlib import Path

import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray


def draw_rows(
    rows: pd.DataFrame, size: int
) -> tuple[UInt8[ndarray, "n s s 3"], UInt8[ndarray, "n s s"]]:
    """Pictures of some rows of a manifest, and the concept (ADE20K index) of each pixel."""
    # Imported here: a study of real photos never needs the renderer and the atlas behind it.
    from geoutils.photos.scenes import compose, render

    return render(compose(rows), size)


def renderer_hash() -> str:
    """Hash of the renderer's source: pictures drawn by another version are drawn again."""
    here = Path(__file__).parent
    sources = [here / "visibility.py", *sorted((here / "scenes").rglob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
