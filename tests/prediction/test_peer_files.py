"""Predictions leave and come back in the formats of others."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import score_files
from geoutils.prediction import read_predictions_csv, write_predictions_csv
from geoutils.prediction.peer_files import FORMATS
from geoutils.sphere import great_circle_km
from geoutils.spreadsheets import STARTS, guarded, unguarded

GAME = Path(__file__).parents[3] / "shared/data/predictions/osv5m_game_select.csv"
# The head of results/im2gps/ISNs_M-fstar-S3.csv as its authors published it.
ISN = """img_id,gt_lat,predicted_lat,gt_long,predicted_long,great_circle_distance
1095548455_f636d22cbb_1277_8576809@N08.jpg,31.893581,30.600370,-85.141124,-89.321708,422.60
247766999_1de867ab93_96_94409333@N00.jpg,36.403107,-33.894805,-93.736736,151.178077,14221.15
"""
NAMES = ["a.jpg", "=HYPERLINK(1)", "+1", "-x", "@y", "'=z", "''", 'é, "q"\n.jpg']


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    points = np.c_[rng.uniform(-90, 90, 8), rng.uniform(-180, 180, 8)]
    points[3] = np.nan  # placed nowhere
    columns = {"photo": NAMES, "cell": [0, 5, 2, -1, 7, 7, 1, 1], "probability": 0.5}
    return pd.DataFrame(columns).assign(latitude=points[:, 0], longitude=points[:, 1])


@pytest.fixture
def truth_deg():
    truth = np.random.default_rng(1).uniform(-80, 80, (8, 2))
    truth[5] = np.nan  # taken nobody knows where
    return truth


@pytest.mark.parametrize("style", FORMATS)
def test_what_is_written_comes_back(table, truth_deg, style, tmp_path):
    path = tmp_path / "new" / "predictions.csv"
    write_predictions_csv(table, path, style, truth_deg, partition="fine", radius_km=6371.0)
    again = read_predictions_csv(path)
    assert sorted(again) == sorted(FORMATS[style].values())
    assert again["photo"].tolist() == NAMES
    for name in ("latitude", "longitude"):
        np.testing.assert_array_equal(again[name], table[name])
    if style == "isn_classes":
        assert (again["partition"] == "fine").all()
        np.testing.assert_array_equal(again["cell"], table["cell"])
        return
    found = again[["true_latitude", "true_longitude"]].to_numpy()
    np.testing.assert_array_equal(found, truth_deg)
    points = table[["latitude", "longitude"]].to_numpy()
    expected = great_circle_km(points, truth_deg, 6371.0)
    np.testing.assert_array_equal(again["distance_km"], expected)
    assert np.isnan(expected).sum() == 2


@pytest.mark.parametrize("style", FORMATS)
def test_others_find_photos_by_their_names(table, style, tmp_path):
    write_predictions_csv(table, tmp_path / "predictions.csv", style)
    with open(tmp_path / "predictions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))  # as a script that knows nothing of us
    name = next(theirs for theirs, ours in FORMATS[style].items() if ours == "photo")
    assert [row[name] for row in rows] == NAMES
    places = table.dropna()
    write_predictions_csv(places, tmp_path / "predictions.csv", style)
    places.to_csv(tmp_path / "truth.csv", index=False)
    score = score_files(tmp_path / "predictions.csv", tmp_path / "truth.csv", n_resamples=5)
    assert len(score.photos) == 7 and score.distances_km.max() < 1e-6


def test_published_results_are_read(tmp_path):
    (tmp_path / "isn.csv").write_text(ISN)
    read = read_predictions_csv(tmp_path / "isn.csv")
    assert read["distance_km"].tolist() == [422.60, 14221.15]
    points = read[["latitude", "longitude"]].to_numpy()
    truth = read[["true_latitude", "true_longitude"]].to_numpy()
    np.testing.assert_allclose(great_circle_km(points, truth), read["distance_km"], rtol=2e-4)
    write_predictions_csv(read.assign(cell=0), tmp_path / "again.csv", "isn", truth)
    assert (tmp_path / "again.csv").read_text().splitlines()[0] == ISN.splitlines()[0]


def test_osv5m_predictions_are_read():
    if not GAME.is_file():
        pytest.skip("the published predictions are not here")
    read = read_predictions_csv(GAME)
    points = read[["latitude", "longitude"]].to_numpy()
    truth = read[["true_latitude", "true_longitude"]].to_numpy()
    assert len(read) == 50
    # Theirs are on the ellipsoid: up to half a percent apart.
    np.testing.assert_allclose(great_circle_km(points, truth), read["distance_km"], rtol=6e-3)


def test_without_a_truth_its_columns_are_empty(table, tmp_path):
    write_predictions_csv(table, tmp_path / "predictions.csv", "osv5m")
    again = read_predictions_csv(tmp_path / "predictions.csv")
    assert again[["true_latitude", "true_longitude", "distance_km"]].isna().all().all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no CSV table"),
        ("img_id,lat\na,1\n", r"has columns \['img_id', 'lat'\]; expected"),
        ("id,pred_lat,pred_lon\na,north,1\n", "pred_lat in row 1 .* 'north', expected a number"),
        ("id,pred_lat,pred_lon\na,91,1\n", r"row 0 is \(91, 1\)"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_predictions_csv(tmp_path / "bad.csv")


def test_wrong_arguments_are_refused(table, tmp_path):
    with pytest.raises(ValueError, match="style: 'isn_'; expected isn, isn_classes, osv5m"):
        write_predictions_csv(table, tmp_path / "x.csv", "isn_")
    with pytest.raises(ValueError, match="truth_deg: 2 rows for 8 photos"):
        write_predictions_csv(table, tmp_path / "x.csv", "isn", np.zeros((2, 2)))
    assert not list(tmp_path.iterdir())


def test_guarding_is_undone():
    texts = pd.Series([*NAMES, "", "'", "'a", "''=", "\tx", "it's"])
    assert unguarded(guarded(texts)).tolist() == texts.tolist()
    assert not guarded(texts).str.startswith(STARTS).any()
