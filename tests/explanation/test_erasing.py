import numpy as np
import pandas as pd
from torch import nn

from geoutils.explanation import Reader, elsewhere, erased, erased_concepts, excess_losses


def test_a_gap_is_filled_with_the_colours_around_it():
    photo = np.zeros((1, 40, 40, 3), np.uint8)
    photo[:, :, :20], photo[:, :, 20:] = 60, 180
    masks = np.zeros((1, 40, 40), bool)
    masks[0, 18:22, 4:8] = masks[0, 18:22, 32:36] = True
    spoiled = photo.copy()
    spoiled[masks] = 255  # what lies under the mask is never looked at
    filled = erased(spoiled, masks)
    np.testing.assert_array_equal(filled[~masks], photo[~masks])
    assert np.abs(filled[masks].astype(int) - photo[masks]).max() <= 2
    assert filled[0, 20, 6, 0] < 70 < 170 < filled[0, 20, 34, 0]


def test_where_nothing_is_near_the_mean_of_the_rest_is_used():
    photo = np.full((2, 60, 60, 3), 200, np.uint8)
    photo[0, :3] = 100
    masks = np.ones((2, 60, 60), bool)
    masks[0, :3] = False
    filled = erased(photo, masks)
    assert (filled[0, 40:] == 100).all()
    assert (filled[1] == 128).all()  # a mask of the whole photo: mid-grey, rounded to even


def test_elsewhere_keeps_the_area_and_leaves_the_place():
    rng = np.random.default_rng(0)
    masks = np.zeros((3, 32, 32), bool)
    masks[0, 5:12, 3:9] = True
    masks[1, :14] = True  # a sky
    masks[2] = True
    moved = elsewhere(masks, seed=int(rng.integers(9)))
    np.testing.assert_array_equal(moved.sum(axis=(1, 2)), masks.sum(axis=(1, 2)))
    assert not (moved[0] & masks[0]).any()
    assert (moved[1] & masks[1]).sum() < 0.3 * masks[1].sum()
    np.testing.assert_array_equal(elsewhere(masks, seed=1), elsewhere(masks, seed=1))


class LooksAtOneThing(Reader):
    """Confidence is the mean brightness of the left upper corner."""

    def change(self, pixels, changed, cells):
        before, after = (some[:, :8, :8].mean(axis=(1, 2, 3)) / 255 for some in (pixels, changed))
        return pd.DataFrame({"before": before, "after": after, "moved_km": np.zeros(len(cells))})


READER = LooksAtOneThing(nn.Identity(), np.zeros((1, 1), int), np.zeros((1, 2)))


def test_only_the_thing_that_counts_costs_more_than_its_shape_elsewhere():
    photo = np.full((1, 40, 40, 3), 10, np.uint8)
    photo[0, :8, :8] = 250
    segmentation = np.full((1, 40, 40), 2, np.uint8)
    segmentation[0, :8, :8] = 1
    segmentation[0, 20:30, 20:30] = 3
    scored = np.array([[False, True, False, True]])
    table = erased_concepts(
        READER,
        photo,
        np.array([0]),
        segmentation,
        scored,
        np.array(["ann"]),
    )
    assert table[["row", "concept", "author"]].values.tolist() == [[0, 1, "ann"], [0, 3, "ann"]]
    assert table["after"][0] < 0.2 < table["elsewhere"][0]
    np.testing.assert_allclose(table["before"], 250 / 255)
    losses = excess_losses(table, scored.shape)
    assert np.isnan(losses[0, [0, 2]]).all()
    assert losses[0, 1] > 1 and losses[0, 3] <= 0
