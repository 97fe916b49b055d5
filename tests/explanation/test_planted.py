import numpy as np
import pytest

from geoutils.explanation import (
    chance_of_first,
    comparable,
    concept_auc,
    pixel_auc,
    ranked_first,
)

NAN = np.nan
SCORES = np.array(
    [
        [NAN, 2.0, 1.0, 0.5],  # planted concept 1 leads
        [NAN, 2.0, 2.0, 0.5],  # it shares the lead
        [NAN, 0.5, 2.0, 0.5],  # it shares the last place
        [NAN, NAN, 2.0, 0.5],  # it is not scored
        [NAN, 2.0, NAN, NAN],  # it stands alone
        [NAN, 2.0, 1.0, 0.5],  # nothing is planted
    ]
)
CARRIERS = np.array([1, 1, 1, 1, 1, 0])


def test_first_place_shares_ties_and_skips_what_is_no_test():
    np.testing.assert_array_equal(comparable(SCORES, CARRIERS), [1, 1, 1, 0, 0, 0])
    np.testing.assert_array_equal(ranked_first(SCORES, CARRIERS), [1, 0.5, 0, NAN, NAN, NAN])
    np.testing.assert_array_equal(
        chance_of_first(SCORES, CARRIERS), [1 / 3, 1 / 3, 1 / 3, NAN, NAN, NAN]
    )
    np.testing.assert_array_equal(concept_auc(SCORES, CARRIERS), [1, 0.75, 0.25, NAN, NAN, NAN])


def test_blind_scores_do_as_well_as_chance():
    rng = np.random.default_rng(0)
    scores = rng.random((4000, 7))
    scores[rng.random(scores.shape) < 0.3] = NAN
    carriers = rng.integers(7, size=4000)
    hits, chance = ranked_first(scores, carriers), chance_of_first(scores, carriers)
    assert abs(np.nanmean(hits) - np.nanmean(chance)) < 0.025
    assert abs(np.nanmean(concept_auc(scores, carriers)) - 0.5) < 0.02


def test_pixel_auc_counts_pairs():
    rng = np.random.default_rng(1)
    maps = rng.integers(5, size=(6, 4, 5)).astype(float)
    masks = rng.random((6, 4, 5)) < 0.3
    masks[4], masks[5] = False, True
    for value, one, mask in zip(pixel_auc(maps, masks)[:4], maps, masks, strict=False):
        pairs = np.sign(one[mask][:, None] - one[~mask][None])
        assert value == pytest.approx((pairs.mean() + 1) / 2, rel=1e-12)
    assert np.isnan(pixel_auc(maps, masks)[4:]).all()
    np.testing.assert_array_equal(pixel_auc(masks[:4] * 1.0, masks[:4]), 1)
