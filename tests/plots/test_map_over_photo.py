import numpy as np

from geoutils.plots.map_over_photo import map_over_photo

PHOTO = np.full((8, 12, 3), 128, dtype=np.uint8)


def test_where_a_map_is_zero_the_photo_stays_grey():
    values = np.zeros((8, 12))
    values[2, 3] = 1
    drawn = map_over_photo(PHOTO, values, strongest=1.0)
    assert drawn.shape == PHOTO.shape and drawn.dtype == np.uint8
    grey = np.ptp(drawn.astype(int), axis=2) == 0
    assert grey.sum() == 8 * 12 - 1 and not grey[2, 3]


def test_signs_have_their_own_colours():
    values = np.zeros((8, 12))
    values[0, 0], values[7, 11] = 1, -1
    drawn = map_over_photo(PHOTO, values, signed=True).astype(int)
    red, _, blue = drawn[0, 0]
    assert red > blue + 50
    red, _, blue = drawn[7, 11]
    assert blue > red + 50
    unsigned = map_over_photo(PHOTO, values)
    assert np.ptp(unsigned[7, 11].astype(int)) == 0  # what speaks against does not glow


def test_a_coarse_map_is_bilinear_between_the_centres_of_its_places():
    values = np.array([[0.0, 1.0]])
    drawn = map_over_photo(PHOTO, values, strongest=1.0)[0].astype(int)
    strength = np.ptp(drawn, axis=1)
    assert (strength[:3] == 0).all()  # left of the first centre
    assert (drawn[9:] == drawn[-1]).all()  # right of the second
    assert strength[5] > 0
    empty = map_over_photo(PHOTO, np.zeros((1, 2)))
    assert (np.ptp(empty.astype(int), axis=2) == 0).all()
