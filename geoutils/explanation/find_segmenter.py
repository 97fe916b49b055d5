"""Who says what each pixel shows: told in one word, so that a study file can."""

from pathlib import Path

from geoutils.explanation.segmentation import (
    MaskArray,
    MaskFolder,
    PictureParts,
    RenderedTruth,
    Segmenter,
    TransformerSegmenter,
)

RENDERED, PARTS = "rendered", "parts"


def find_segmenter(source: str, root: str | Path = "") -> Segmenter:
    """The segmenter that `source` names.

    "rendered": the renderer's truth; "parts": ninths of the picture, where nobody knows; a folder:
    its masks (`MaskFolder`); a file .npz: its masks (`MaskArray`); anything else: a network of the
    Hugging Face hub, or one in a folder (`TransformerSegmenter`). Folders and files may be given
    from `root`. Raises ValueError for none, and as those do.
    """
    if not source:
        raise ValueError(
            "segmenter: none; expected 'rendered', 'parts', a folder of masks, an .npz file or a "
            "network"
        )
    if source == RENDERED:
        return RenderedTruth()
    if source == PARTS:
        return PictureParts()
    place = Path(root) / source
    if (place / "names.csv").is_file():
        return MaskFolder(place)
    if source.endswith(".npz"):
        return MaskArray(place)
    return TransformerSegmenter(place if place.is_dir() else source)
