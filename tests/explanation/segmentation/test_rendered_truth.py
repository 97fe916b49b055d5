import numpy as np
import pandas as pd
import pytest

from geoutils.explanation import concept_influences
from geoutils.explanation.segmentation import ADE20K_NAMES, RenderedTruth
from geoutils.photos.scenes import compose, render


@pytest.fixture(scope="module")
def manifest():
    return pd.DataFrame(
        {
            "photo": ["a", "b", "c"],
            "latitude": [48.8, 35.6, -33.9],
            "longitude": [2.3, 139.7, 18.4],
            "author": ["x", "x", "y"],
            "scene": ["urban", "urban", "natural"],
            "seed": [1, 2, 3],
        }
    )


def test_truth_is_what_was_painted(manifest):
    pixels, concepts = render(compose(manifest), 32)
    segment = RenderedTruth()
    maps = segment(manifest, pixels)
    np.testing.assert_array_equal(maps, concepts)
    assert segment.names == ADE20K_NAMES
    ci = concept_influences(pixels.max(axis=3), maps, k=20, n_concepts=len(segment.names) - 1)
    assert ci.shape == (3, 151) and not np.isnan(ci).all()


def test_refuses_what_it_did_not_paint(manifest):
    with pytest.raises(ValueError, match="manifest: 3 rows for 2 pictures"):
        RenderedTruth()(manifest, np.zeros((2, 32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match="pixels: 32 × 48; rendered photos are square"):
        RenderedTruth()(manifest, np.zeros((3, 32, 48, 3), np.uint8))
    files = manifest.drop(columns="seed").assign(path="x.jpg")
    with pytest.raises(ValueError, match="manifest: the photos are files"):
        RenderedTruth()(files, np.zeros((3, 32, 32, 3), np.uint8))
