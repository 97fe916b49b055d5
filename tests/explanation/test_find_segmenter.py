import numpy as np
import pytest

from geoutils.explanation import find_segmenter
from geoutils.explanation.segmentation import (
    MaskArray,
    MaskFolder,
    PictureParts,
    RenderedTruth,
)


def test_one_word_names_a_segmenter(tmp_path):
    assert isinstance(find_segmenter("rendered"), RenderedTruth)
    assert isinstance(find_segmenter("parts"), PictureParts)
    (tmp_path / "names.csv").write_text("value,name\n1,tree\n")
    assert isinstance(find_segmenter(str(tmp_path)), MaskFolder)
    masks = {"photo": np.array(["a"]), "masks": np.zeros((1, 2, 2), np.uint8)}
    np.savez(tmp_path / "masks.npz", **masks, names=np.array(["none", "tree"]))
    assert isinstance(find_segmenter(str(tmp_path / "masks.npz")), MaskArray)
    assert isinstance(find_segmenter("masks.npz", tmp_path), MaskArray)
    assert isinstance(find_segmenter(tmp_path.name, tmp_path.parent), MaskFolder)


def test_none_and_what_cannot_be_loaded_is_refused(tmp_path):
    with pytest.raises(ValueError, match="segmenter: none; expected 'rendered'"):
        find_segmenter("")
    with pytest.raises(ValueError, match=r"masks: .* cannot be used"):
        find_segmenter(str(tmp_path / "nothing.npz"))
