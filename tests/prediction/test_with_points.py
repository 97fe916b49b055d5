import numpy as np
import pandas as pd
import pytest

from geoutils.prediction import with_points
from geoutils.sphere import great_circle_km

TABLE = pd.DataFrame(
    {"photo": list("abc"), "cell": [4, 5, 6], "latitude": 0.0, "longitude": 0.0, "distance_km": 1.0}
)
POINTS = np.array([[10.0, 20.0], [np.nan, np.nan], [np.nan, np.nan]])
TRUTH = np.array([[11.0, 20.0], [0.0, 0.0], [np.nan, np.nan]])


def test_points_and_distances_change_and_nothing_else():
    moved = with_points(TABLE, POINTS, TRUTH)
    np.testing.assert_array_equal(moved[["latitude", "longitude"]], POINTS)
    assert moved["distance_km"][0] == great_circle_km(POINTS[:1], TRUTH[:1])[0]
    assert moved["distance_km"][1] == np.inf and np.isnan(moved["distance_km"][2])
    assert moved["cell"].tolist() == [4, 5, 6] and moved.columns.tolist() == [*TABLE.columns]
    assert TABLE["latitude"].tolist() == [0, 0, 0]
    assert with_points(TABLE, POINTS)["distance_km"].isna().all()


def test_unlike_numbers_of_rows_are_refused():
    with pytest.raises(ValueError, match="latlon_deg: 2 rows for 3 photos"):
        with_points(TABLE, POINTS[:2])
    with pytest.raises(ValueError, match="truth_deg: 1 rows for 3 photos"):
        with_points(TABLE, POINTS, TRUTH[:1])
