import numpy as np
import pytest

from geoutils.whole import checked_whole


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_whole_numbers_become_int(value):
    assert type(checked_whole(value, "n_cells")) is int
    assert checked_whole(value, "n_cells", most=3) == 3


@pytest.mark.parametrize("value", [2.5, 3.0, float("nan"), np.float64(2), 0, -1])
def test_other_numbers_are_refused(value):
    with pytest.raises(ValueError, match=rf"n_cells: got {value}, expected a whole number from 1"):
        checked_whole(value, "n_cells")


def test_range_is_named():
    with pytest.raises(ValueError, match="level: got 31, expected a whole number 0 … 30"):
        checked_whole(31, "level", 0, 30)
