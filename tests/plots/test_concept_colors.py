import numpy as np

from geoutils.photos.scenes import CONCEPTS
from geoutils.plots.concept_colors import NATURAL, concept_colors


def test_every_concept_has_a_colour_of_its_own_and_none_is_white():
    colors = concept_colors(("none", *CONCEPTS))
    assert len(np.unique(colors.round(6), axis=0)) == 151
    np.testing.assert_array_equal(colors[0], 1)
    assert set(NATURAL) <= set(CONCEPTS)


def test_pale_colours_keep_their_order_and_leave_room_for_labels():
    strong, pale = (concept_colors(("none", "sea", "car"), pale=share) for share in (0, 0.45))
    np.testing.assert_allclose(pale, strong + 0.45 * (1 - strong))
    assert pale.min() > 0.45
