import numpy as np

from geoutils.evaluation import Interval
from geoutils.evaluation.gains import gain_table, verdict

RADII = np.array([1, 25, 200])
MIXED = Interval(
    np.array([0.021, -0.03, 0.01]), np.array([0.011, -0.05, -0.01]), np.array([0.03, -0.01, 0.03])
)
UNKNOWN = Interval(np.array([0.1, 0.2, 0.3]), *np.full((2, 3), np.nan))


def test_uncertain_differences_stand_in_parentheses():
    table = gain_table({"A": MIXED, "B": UNKNOWN}, RADII)
    assert table.columns.tolist() == ["1 km", "25 km", "200 km"]
    assert table.loc["A"].tolist() == ["2.1 [1.1, 3.0]", "-3.0 [-5.0, -1.0]", "(1.0 [-1.0, 3.0])"]
    assert table.loc["B"].tolist() == ["(10.0)", "(20.0)", "(30.0)"]


def test_a_table_without_rows():
    assert gain_table({}, RADII).shape == (0, 3)


def test_verdicts_name_the_radii_that_are_certain():
    assert verdict(MIXED, RADII) == "helps at 1 km and hurts at 25 km"
    assert verdict(UNKNOWN, RADII) == "makes no difference that these photos could show"
    better = Interval(*np.array([[0.2] * 3, [0.1] * 3, [0.3] * 3]))
    assert verdict(better, RADII) == "helps at 1, 25, 200 km"
