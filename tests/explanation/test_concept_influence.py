import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from geoutils.explanation import concept_influence, concept_influences, concept_sizes, paper_k
from geoutils.explanation.concept_influence import dilate, top_k_weights


def slow_concept_influence(explanation, segmentation, k, min_size, dilation=0):
    """The definition, pixel by pixel (Theiner et al., equations 1 and 2; ties share places)."""
    height, width = explanation.shape
    values = sorted(explanation.ravel(), reverse=True)
    kth = values[k - 1]
    above = sum(value > kth for value in values)
    tied = sum(value == kth for value in values)
    ci = {}
    for concept in np.unique(segmentation[segmentation > 0]):
        mask = segmentation == concept
        if mask.mean() < min_size:
            continue
        tki = size = 0.0
        for row in range(height):
            for column in range(width):
                rows = slice(max(0, row - dilation), row + dilation + 1)
                columns = slice(max(0, column - dilation), column + dilation + 1)
                if not mask[rows, columns].any():
                    continue
                size += 1 / (height * width)
                if explanation[row, column] > kth:
                    tki += 1 / k
                elif explanation[row, column] == kth:
                    tki += (k - above) / tied / k
        ci[int(concept)] = tki / size
    return ci


def random_photo(rng, height=12, width=17, n_concepts=6, levels=40):
    explanation = rng.integers(levels, size=(height, width)).astype(np.float32)
    blocks = rng.integers(n_concepts + 1, size=(4, 5))
    return explanation, np.kron(blocks, np.ones((3, 4), int))[:height, :width].astype(np.uint8)


@pytest.mark.parametrize("dilation", [0, 1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_equals_slow_reference(seed, dilation):
    rng = np.random.default_rng(seed)
    photos = [random_photo(rng, levels=levels) for levels in (3, 40, 10_000)]
    batch = concept_influences(
        np.stack([explanation for explanation, _ in photos]),
        np.stack([segmentation for _, segmentation in photos]),
        k=20,
        dilation=dilation,
        n_concepts=6,
    )
    for (explanation, segmentation), row in zip(photos, batch, strict=True):
        slow = slow_concept_influence(explanation, segmentation, 20, 0.05, dilation)
        one = concept_influence(explanation, segmentation, k=20, dilation=dilation)
        assert list(one) == sorted(slow)
        np.testing.assert_allclose([one[c] for c in slow], list(slow.values()), rtol=1e-12)
        np.testing.assert_allclose(row[list(slow)], list(slow.values()), rtol=1e-12)
        assert np.isnan(row).sum() == 7 - len(slow)


@pytest.mark.parametrize("dilation", [0, 2])
def test_constant_map_favours_no_concept(dilation):
    segmentation = random_photo(np.random.default_rng(0))[1]
    ci = concept_influence(np.full((12, 17), 0.3), segmentation, k=7, dilation=dilation)
    np.testing.assert_allclose(list(ci.values()), 1, rtol=1e-12)


def test_tied_pixels_share_the_remaining_places():
    explanation = np.array([[[5.0, 3.0, 3.0, 3.0, 1.0]]])
    np.testing.assert_allclose(top_k_weights(explanation, 3)[0, 0], [1, 2 / 3, 2 / 3, 2 / 3, 0])
    np.testing.assert_array_equal(top_k_weights(explanation, 4)[0, 0], [1, 1, 1, 1, 0])
    np.testing.assert_array_equal(top_k_weights(explanation, 5)[0, 0], 1)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is
@given(
    hnp.arrays(np.float32, (2, 6, 7), elements=st.floats(-2, 2, width=32)),
    hnp.arrays(np.uint8, (2, 6, 7), elements=st.integers(0, 4)),
    st.integers(1, 42),
    st.sampled_from([0.02, 0.05, 0.3]),
    st.integers(0, 2),
)
def test_stays_between_zero_and_one_over_min_size(maps, segmentations, k, min_size, dilation):
    ci = concept_influences(maps, segmentations, k, min_size, dilation, n_concepts=4)
    scored = ci[~np.isnan(ci)]
    assert (scored >= 0).all() and (scored <= 1 / min_size + 1e-9).all()
    np.testing.assert_allclose(top_k_weights(maps, k).sum(axis=(1, 2)), k, rtol=1e-9)


def test_area_weighted_influence_is_one():
    # The strongest pixels lie somewhere: weighted by size, the influences of all concepts sum to 1.
    rng = np.random.default_rng(1)
    maps = rng.random((5, 12, 17))
    segmentations = rng.integers(1, 5, size=maps.shape)
    ci = concept_influences(maps, segmentations, 30, min_size=1e-6, n_concepts=4)
    total = np.nansum(ci * concept_sizes(segmentations, 4), axis=1)
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_all_strongest_pixels_in_the_smallest_concept_give_the_upper_bound():
    segmentation = np.ones((10, 10), int)
    segmentation[0, :5] = 2
    ci = concept_influence((segmentation == 2) * 1.0, segmentation, k=5)
    assert ci == {1: 0.0, 2: pytest.approx(20)}


def test_small_concepts_are_omitted():
    segmentation = np.ones((10, 10), int)
    segmentation[0, :4] = 2
    assert list(concept_influence(np.ones((10, 10)), segmentation, k=3)) == [1]
    # The enlarged shape would be large enough, but the original one decides.
    assert list(concept_influence(np.ones((10, 10)), segmentation, k=3, dilation=3)) == [1]


def test_segmentation_without_concepts_gives_nothing():
    assert concept_influence(np.ones((4, 4)), np.zeros((4, 4), int), k=2) == {}


@pytest.mark.parametrize("pixels", [0, 1, 3])
def test_dilation_equals_scipys_and_is_symmetric(pixels):
    masks = np.random.default_rng(0).random((4, 20, 13)) < 0.02
    larger = dilate(masks, pixels)
    square = np.ones((3, 3), bool)
    for mask, got in zip(masks, larger, strict=True):
        if pixels:
            mask = ndimage.binary_dilation(mask, square, iterations=pixels)
        np.testing.assert_array_equal(got, mask)
    np.testing.assert_array_equal(dilate(masks[:, ::-1, ::-1], pixels)[:, ::-1, ::-1], larger)
    np.testing.assert_array_equal(dilate(masks.mT, pixels).mT, larger)
    assert larger.dtype == bool


def test_k_keeps_the_papers_share():
    assert paper_k(224, 224) == 1000
    assert paper_k(64, 64) == 82
    assert paper_k(448, 448) == 4000
    assert paper_k(2, 2) == 1


@pytest.mark.parametrize("k", [0, 17])
def test_refuses_impossible_k(k):
    with pytest.raises(ValueError, match=rf"k: {k} pixels, expected 1 to 16"):
        concept_influence(np.ones((4, 4)), np.ones((4, 4), int), k)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_maps_that_are_not_numbers(value):
    maps = np.ones((3, 4, 4))
    maps[2, 1, 1] = value
    with pytest.raises(ValueError, match=r"explanation_maps: NaN or infinite values in 1 maps.* 2"):
        concept_influences(maps, np.ones((3, 4, 4), int), k=2)


def test_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="concepts from 0 to 151, expected 0"):
        concept_sizes(np.array([[[1, 151]]]))
    with pytest.raises(ValueError, match="concepts from -1"):
        concept_sizes(np.array([[[-1, 3]]]))
    with pytest.raises(ValueError, match="min_size: 0,"):
        concept_influence(np.ones((4, 4)), np.ones((4, 4), int), 2, min_size=0)
    with pytest.raises(ValueError, match="dilation: -1"):
        concept_influence(np.ones((4, 4)), np.ones((4, 4), int), 2, dilation=-1)
