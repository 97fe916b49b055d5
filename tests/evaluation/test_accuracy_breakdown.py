import numpy as np
import pytest

from geoutils.evaluation.accuracy import RADII_KM, accuracy_at
from geoutils.evaluation.bootstrap import Interval, bootstrap_accuracy
from geoutils.evaluation.breakdown import accuracy_by
from geoutils.evaluation.tables import accuracy_table, percent_cells


def photos(n: int = 300, seed: int = 0):
    rng = np.random.default_rng(seed)
    scenes = rng.choice(["urban", "nature", ""], size=n, p=[0.5, 0.3, 0.2])
    return 10 ** rng.uniform(-1, 4, n), scenes, rng.integers(40, size=n).astype(str)


def test_each_label_is_scored_on_its_own_photos():
    distances, scenes, authors = photos()
    table = accuracy_by(distances, scenes, authors, n_resamples=50)
    for label, rows in table.groupby("label"):
        np.testing.assert_allclose(rows["estimate"], accuracy_at(distances[scenes == label]))
        assert (rows["photos"] == (scenes == label).sum()).all()


def test_unlabelled_photos_are_left_out_and_the_fullest_label_comes_first():
    distances, scenes, _ = photos()
    table = accuracy_by(distances, scenes, n_resamples=50)
    assert table["label"].unique().tolist() == ["urban", "nature"]
    assert len(table) == 2 * len(RADII_KM)


def test_labels_must_fit_the_photos():
    with pytest.raises(ValueError, match="labels: 1 for 2 photos"):
        accuracy_by(np.ones(2), np.array(["urban"]))
    with pytest.raises(ValueError, match="labels: all empty"):
        accuracy_by(np.ones(2), np.array(["", ""]))


def test_table_reads_in_percent():
    table = accuracy_table({"guess": bootstrap_accuracy(np.array([0.5, 30, 3000, 9000]))})
    assert table.columns.tolist() == ["1 km", "25 km", "200 km", "750 km", "2500 km"]
    assert table.loc["guess", "1 km"].startswith("25.0 [0.0, ")


def test_no_bounds_leave_the_estimate_alone():
    interval = Interval(np.array([0.5]), np.array([np.nan]), np.array([np.nan]))
    assert percent_cells(interval) == ["50.0"]
    assert percent_cells(Interval(*np.array([[-0.0001], [-0.01], [0.0]]))) == ["0.0 [-1.0, 0.0]"]
