import numpy as np
import pytest

from geoutils.explanation import Variant, concept_influences, ranked_first, sensitivity_table


@pytest.fixture
def scene():
    """Ten photos of three concepts; the map burns on the planted one, edges on another."""
    segmentations = np.ones((10, 16, 16), np.uint8)
    segmentations[:, :8] = 2
    segmentations[:, 12:, :2] = 3  # 3 % of the photo
    rng = np.random.default_rng(0)
    maps = rng.random((10, 16, 16)) + 5 * (segmentations == 1)
    edges = rng.random((10, 16, 16)) + 5 * (segmentations == 2)
    return segmentations, maps, edges, np.ones(10, dtype=int), np.arange(10).astype(str)


def test_each_variant_is_scored_in_its_own_setting(scene):
    segmentations, maps, edges, carriers, authors = scene
    variants = [
        Variant("k", "20", maps, 20, is_reference=True),
        Variant("s̄ min", "2 %", maps, 20, min_size=0.02),
        Variant("s̄ min", "60 %", maps, 20, min_size=0.6),  # the planted concept is no longer scored
        Variant("sign", "negative", -maps, 20),
        Variant("β", "4", maps, 20, dilation=4),
    ]
    table = sensitivity_table(variants, edges, segmentations, carriers, authors, 3, n_resamples=50)
    assert table["value"].tolist() == ["20", "2 %", "negative", "4"]
    assert table["is_reference"].tolist() == [True, False, False, False]
    np.testing.assert_allclose(table["chance"], [1 / 2, 1 / 3, 1 / 2, 1 / 2])
    np.testing.assert_allclose(table["hit_rate"], [1, 1, 0, 1])
    np.testing.assert_allclose(table["edge_hit_rate"], 0)
    np.testing.assert_allclose(table["lead"], [1, 1, 0, 1])
    np.testing.assert_allclose(table["auc"], [1, 1, 0, 1])
    assert (table["n_photos"] == 10).all()


def test_it_agrees_with_its_parts(scene):
    segmentations, _, edges, carriers, authors = scene
    maps = np.random.default_rng(1).random(edges.shape)
    [row] = sensitivity_table(
        [Variant("k", "9", maps, 9, 0.02, 1)],
        *(edges, segmentations, carriers, authors, 3, 50),
    ).to_dict("records")
    ci = concept_influences(maps, segmentations, 9, 0.02, 1, 3)
    assert row["hit_rate"] == pytest.approx(np.nanmean(ranked_first(ci, carriers)))
    assert row["hit_rate_low"] <= row["hit_rate"] <= row["hit_rate_high"]
