"""Concept influence: does a kind of thing hold more of the strongest pixels than its area would?"""

import numpy as np
from jaxtyping import Bool, Float, Integer, Real
from numpy import ndarray
from scipy import ndimage

N_CONCEPTS = 150  # ADE20K's object classes; 0 in a segmentation map means none of them
PAPER_SHARE = 1000 / (224 * 224)  # k = 1000 pixels of a photo of 224 × 224
MIN_SIZE = 0.05
PIXELS_AT_ONCE = 1 << 17  # what is worked on together should fit into the processor's cache


def paper_k(height: int, width: int) -> int:
    """Number of strongest pixels that is the paper's share (≈ 2 %) of a photo of another size.

    The paper takes k = 1000 at 224 × 224 (Theiner et al., Section 3.2).

    >>> paper_k(224, 224), paper_k(64, 64)
    (1000, 82)
    """
    return max(1, round(PAPER_SHARE * height * width))


def concept_influence(
    explanation_map: Real[ndarray, "h w"],
    segmentation_map: Integer[ndarray, "h w"],
    k: int,
    min_size: float | int = MIN_SIZE,
    dilation: int = 0,
) -> dict[int, float]:
    """Influence ci = tki / s̄ of every concept that covers at least `min_size` of one photo.

    Keys are the segmentation map's numbers (0, no concept, is left out). Values lie in
    [0, 1 / min_size]; 1 means no more and no less than the concept's area lets one expect.
    Source: Theiner et al., Section 3.2, equations (1) and (2).

    >>> explanation = np.array([[9.0, 8.0, 1.0, 0.0], [7.0, 2.0, 0.0, 0.0]])
    >>> segmentation = np.array([[2, 2, 3, 3], [3, 3, 3, 3]])
    >>> concept_influence(explanation, segmentation, k=2)
    {2: 4.0, 3: 0.0}
    """
    n_concepts = max(1, int(segmentation_map.max(initial=0)))
    [ci] = concept_influences(
        explanation_map[None], segmentation_map[None], k, min_size, dilation, n_concepts
    )
    return {int(concept): float(ci[concept]) for concept in np.flatnonzero(~np.isnan(ci))}


def concept_influences(
    explanation_maps: Real[ndarray, "photos h w"],
    segmentation_maps: Integer[ndarray, "photos h w"],
    k: int,
    min_size: float | int = MIN_SIZE,
    dilation: int = 0,
    n_concepts: int = N_CONCEPTS,
) -> Float[ndarray, "photos concepts"]:
    """Influence ci of every concept in every photo; NaN where it covers less than `min_size`.

    Column c belongs to concept c; column 0 (no concept) is NaN throughout. `dilation` is the
    paper's β in pixels: tki and s̄ then use the enlarged shape, `min_size` the original one. Raises
    ValueError for maps of different shapes, or a `min_size` that is not between 0 and 1.
    """
    if not 0 < min_size < 1:
        raise ValueError(f"min_size: {min_size}, expected a share of the photo between 0 and 1")
    if explanation_maps.shape != segmentation_maps.shape:
        raise ValueError(
            f"segmentation_maps: shape {segmentation_maps.shape}, "
            f"but the explanation maps have {explanation_maps.shape}"
        )
    n_photos, height, width = explanation_maps.shape
    ci = np.full((n_photos, n_concepts + 1), np.nan)
    at_once = max(1, PIXELS_AT_ONCE // (height * width))
    for start in range(0, n_photos, at_once):
        part = slice(start, start + at_once)
        weights, segmentations = top_k_weights(explanation_maps[part], k), segmentation_maps[part]
        sizes = concept_sizes(segmentations, n_concepts)
        present = sizes >= min_size
        present[:, 0] = False
        if dilation:
            tki, sizes = _dilated_shares(weights / k, segmentations, present, dilation)
        else:
            tki = _sums(segmentations, n_concepts, weights / k)
        np.divide(tki, sizes, out=ci[part], where=present)
    return ci


def concept_sizes(
    segmentation_maps: Integer[ndarray, "photos h w"], n_concepts: int = N_CONCEPTS
) -> Float[ndarray, "photos concepts"]:
    """Relative size s̄ of every concept: its share of the photo's pixels (equation 2).

    Raises ValueError for a concept below 0 or above `n_concepts`.
    """
    low, high = segmentation_maps.min(initial=0), segmentation_maps.max(initial=0)
    if low < 0 or high > n_concepts:
        raise ValueError(
            f"segmentation_maps: concepts from {low} to {high}, expected 0 (none) to {n_concepts}"
        )
    pixels = segmentation_maps.shape[1] * segmentation_maps.shape[2]
    return _sums(segmentation_maps, n_concepts) / pixels


def top_k_weights(
    explanation_maps: Real[ndarray, "photos h w"], k: int
) -> Float[ndarray, "photos h w"]:
    """Mask e_k of each photo's k strongest pixels; those tied at the k-th value share its places.

    A pixel above the k-th value weighs 1, a tied one (k − number above) / number tied, so each
    photo's weights sum to k and a constant map favours no pixel.
    """
    n_photos, height, width = explanation_maps.shape
    pixels = height * width
    if not 1 <= k <= pixels:
        raise ValueError(f"k: {k} pixels, expected 1 to {pixels} (the photo is {height} × {width})")
    values = explanation_maps.reshape(n_photos, pixels)
    kth = np.partition(values, pixels - k, axis=1)[:, pixels - k, None]
    # NaN sorts behind every number: it would count as strongest, or drop out of both comparisons.
    if not np.isfinite(values).all():
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
        raise ValueError(
            f"explanation_maps: NaN or infinite values in {len(bad)} maps, e.g. number {bad[0]}"
        )
    above, tied = values > kth, values == kth
    share = (k - above.sum(axis=1)) / tied.sum(axis=1)
    weights = np.where(tied, share[:, None], above)
    return weights.reshape(explanation_maps.shape)


def dilate(masks: Bool[ndarray, "*n h w"], pixels: int) -> Bool[ndarray, "*n h w"]:
    """Each shape enlarged by β pixels: whatever lies within β rows and β columns of it joins it."""
    if pixels < 0:
        raise ValueError(f"dilation: {pixels} pixels, expected 0 or more")
    size = (1,) * (masks.ndim - 2) + (2 * pixels + 1, 2 * pixels + 1)
    return ndimage.maximum_filter(masks, size=size, mode="constant", cval=0)


def _sums(
    segmentation_maps: Integer[ndarray, "photos h w"],
    n_concepts: int,
    weights: Float[ndarray, "photos h w"] | None = None,
) -> Float[ndarray, "photos concepts"]:
    """Sum of the pixels' weights (their number if None) per photo and concept, in one pass."""
    n_photos, n_columns = len(segmentation_maps), n_concepts + 1
    bins = segmentation_maps.reshape(n_photos, -1) + n_columns * np.arange(n_photos)[:, None]
    flat = None if weights is None else weights.ravel()
    sums = np.bincount(bins.ravel(), weights=flat, minlength=n_photos * n_columns)
    return sums.reshape(n_photos, n_columns).astype(float)


def _dilated_shares(
    weights: Float[ndarray, "photos h w"],
    segmentation_maps: Integer[ndarray, "photos h w"],
    present: Bool[ndarray, "photos concepts"],
    dilation: int,
) -> tuple[Float[ndarray, "photos concepts"], Float[ndarray, "photos concepts"]]:
    """Share of the strongest pixels and of all pixels under each present concept's larger shape."""
    tki, sizes = np.zeros(present.shape), np.zeros(present.shape)
    pixels = weights[0].size
    for photo, concepts in enumerate(present):
        boxes = ndimage.find_objects(segmentation_maps[photo].astype(np.int32))
        for concept in np.flatnonzero(concepts):
            box = tuple(
                slice(max(0, side.start - dilation), side.stop + dilation)
                for side in boxes[concept - 1]
            )
            shape = dilate(segmentation_maps[photo][box] == concept, dilation)
            tki[photo, concept] = weights[photo][box][shape].sum()
            sizes[photo, concept] = shape.sum() / pixels
    return tki, sizes
