"""Who says what each pixel shows: told in one word, so that a study file can."""

from pathlib import Path

from geoutils.explanation.segmentation import (
    MaskArray,
    MaskFolder,
    RenderedTruth,
    Segmenter,
    TransformerSegmenter,
)

RENDERED = "rendered"


def find_segmenter(source: str) -> Segmenter:
    """The segmenter that `source` names.

    "rendered": the renderer's truth; a folder: its masks (`MaskFolder`); a file .npz: its masks
    (`MaskArray`); anything else: a network of the Hugging Face hub (`TransformerSegmenter`). Raises
    ValueError for none, and as those do.
    """
    if not source:
        raise ValueError(
            "segmenter: none; expected 'rendered', a folder of masks, an .npz file or a network"
        )
    if source == RENDERED:
        return RenderedTruth()
    if Path(source).is_dir() and (Path(source) / "names.csv").is_file():
        return MaskFolder(source)
    if source.endswith(".npz"):
        return MaskArray(source)
    return TransformerSegmenter(source)
