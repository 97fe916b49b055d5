import numpy as np
import pandas as pd
import pytest

from geoutils.explanation import concept_sizes
from geoutils.explanation.segmentation import PictureParts, Segmenter


def test_nine_parts_have_their_names_and_share_the_picture():
    parts = PictureParts()
    assert isinstance(parts, Segmenter)
    pixels = np.zeros((2, 7, 64, 3), np.uint8)
    maps = parts(pd.DataFrame(index=range(2)), pixels)
    assert maps.shape == (2, 7, 64) and maps.dtype == np.uint8
    corners = [parts.names[maps[1, row, column]] for row in (0, -1) for column in (0, -1)]
    assert corners == ["upper left", "upper right", "lower left", "lower right"]
    assert parts.names[maps[0, 3, 32]] == "middle centre"
    sizes = concept_sizes(maps, len(parts.names) - 1)[:, 1:]
    np.testing.assert_allclose(sizes.sum(axis=1), 1)
    rows, columns = np.array([3, 2, 2]) / 7, np.array([22, 21, 21]) / 64
    np.testing.assert_allclose(sizes[0].reshape(3, 3), np.outer(rows, columns))


def test_a_picture_of_a_few_pixels_leaves_parts_out():
    maps = PictureParts()(pd.DataFrame(index=range(1)), np.zeros((1, 1, 2, 3), np.uint8))
    assert maps.tolist() == [[[1, 2]]]
    with pytest.raises(ValueError, match="manifest: 1 rows for 2 pictures"):
        PictureParts()(pd.DataFrame(index=range(1)), np.zeros((2, 3, 3, 3), np.uint8))
