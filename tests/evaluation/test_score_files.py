from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.__main__ import main
from geoutils.evaluation import RADII_KM, bootstrap_accuracy, geoscore, score_files
from geoutils.prediction import write_predictions_csv
from geoutils.sphere import EARTH_RADIUS_KM, destination, great_circle_km

DATA = Path(__file__).parents[3] / "shared/data"
GAME = DATA / "predictions/osv5m_game_select.csv"
IM2GPS3K = DATA / "benchmarks/im2gps3k_places365.csv"


@pytest.fixture
def files(tmp_path):
    """Write truth and predictions as CSV and return the two paths."""

    def write(truth: pd.DataFrame | str, predictions: pd.DataFrame | str):
        paths = tmp_path / "predictions.csv", tmp_path / "truth.csv"
        for path, table in zip(paths, (predictions, truth), strict=True):
            text = table if isinstance(table, str) else table.to_csv(index=False)
            path.write_text(text, encoding="utf-8")
        return paths

    return write


def lists(n=200, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.c_[rng.uniform(-60, 70, n), rng.uniform(-180, 179, n)]
    guess = destination(truth, rng.uniform(0, 360, n), 10 ** rng.uniform(-1, 4, n))
    photo = [f"p{i}.jpg" for i in range(n)]
    authors = rng.choice(["ann", "bob", "cid", "dot", ""], n)
    return (
        pd.DataFrame(
            {"photo": photo, "latitude": truth[:, 0], "longitude": truth[:, 1], "author": authors}
        ),
        pd.DataFrame({"photo": photo, "latitude": guess[:, 0], "longitude": guess[:, 1]}),
    )


def positions(table):
    return table[["latitude", "longitude"]].to_numpy()


def test_a_file_in_any_order_is_scored_as_its_distances(files):
    truth, guess = lists()
    score = score_files(*files(truth, guess.sample(frac=1, random_state=0)), n_resamples=300)
    distances = great_circle_km(positions(truth), positions(guess))
    np.testing.assert_allclose(score.distances_km, distances, rtol=1e-9)
    expected = bootstrap_accuracy(distances, truth["author"].to_numpy(str), 300)
    for name in ("estimate", "low", "high"):
        np.testing.assert_allclose(getattr(score.accuracy, name), getattr(expected, name))
    assert score.unit == "authors" and score.n_units == 4 + (truth["author"] == "").sum()
    assert score.without_prediction == score.without_truth == 0
    np.testing.assert_allclose(score.geoscore.estimate, geoscore(distances).mean())
    assert score.median_km == np.median(distances) and score.mean_km == distances.mean()


def test_without_authors_photos_are_resampled(files):
    truth, guess = lists()
    score = score_files(*files(truth.drop(columns="author"), guess), n_resamples=50)
    assert score.unit == "photos" and score.n_units == 200


def test_missing_predictions_count_as_wrong_and_strangers_do_not_count(files):
    truth, guess = lists()
    guess.loc[5, ["latitude", "longitude"]] = np.nan
    guess = pd.concat([guess.drop(index=[7, 8]), guess.loc[[0]].assign(photo="stranger")])
    score = score_files(*files(truth, guess), n_resamples=50)
    assert np.flatnonzero(np.isinf(score.distances_km)).tolist() == [5, 7, 8]
    assert score.without_prediction == 3 and score.without_truth == 1
    whole = great_circle_km(positions(truth), positions(lists()[1]))
    whole[[5, 7, 8]] = np.inf
    hits = (whole[:, None] < RADII_KM).sum(axis=0)
    np.testing.assert_allclose(score.accuracy.estimate, hits / 200)
    assert "3 (1.5%) without a prediction count as wrong" in score.text
    assert "1 predictions of photos that are not in the truth" in score.text


def test_text_shows_the_table_in_percent(files):
    truth = "photo,latitude,longitude\n" + "".join(f"p{i},0,0\n" for i in range(8))
    guess = "photo,latitude,longitude\n" + "".join(f"p{i},0,{i // 3}\n" for i in range(8))
    score = score_files(*files(truth, guess), n_resamples=100)
    lines = score.text.splitlines()
    assert lines[0] == "8 photos in the truth; all have a prediction"
    assert lines[2] == "95 % intervals by bootstrap over 8 photos"
    row = next(line for line in lines if line.strip().startswith("200 km"))
    assert row.split()[2] == "75.0" and row.endswith("]")
    assert score.table["estimate"].tolist() == [0.375, 0.375, 0.75, 1, 1]
    assert "median error 111.2 km" in score.text


def test_nobody_answered_more_than_half(files):
    truth = "photo,latitude,longitude\na,0,0\nb,0,0\nc,0,0\n"
    score = score_files(*files(truth, "photo,latitude,longitude\na,,\nb,0,1\n"), n_resamples=20)
    assert score.median_km == np.inf and "half have no prediction" in score.text
    none = score_files(*files(truth, "photo,latitude,longitude\na,,\n"), n_resamples=20)
    assert np.isnan(none.mean_km) and none.accuracy.estimate.max() == 0


def test_distances_exactly_at_a_radius_do_not_count(files):
    paths = files("photo,lat,lon\na,0,0\nb,0,0\n", "photo,lat,lon\na,0,1\nb,0,1\n")
    exactly = score_files(*paths, n_resamples=20).distances_km[:1]
    score = score_files(*paths, radii_km=exactly, n_resamples=20)
    assert score.accuracy.estimate == [0]


def test_parquet_other_names_and_delimiters_are_read(files, tmp_path):
    truth, guess = lists()
    expected = score_files(*files(truth, guess), n_resamples=20)
    guess.to_parquet(tmp_path / "p.parquet")
    renamed = truth.rename(columns={"photo": "IMG_ID", "latitude": "LAT", "longitude": "LON"})
    renamed.to_csv(tmp_path / "t.csv", sep=";", index=False, encoding="utf-8-sig")
    score = score_files(tmp_path / "p.parquet", tmp_path / "t.csv", n_resamples=20)
    np.testing.assert_allclose(score.distances_km, expected.distances_km, rtol=1e-12)
    numbered = guess.assign(photo=np.arange(200))
    numbered.to_parquet(tmp_path / "n.parquet")
    numbered.assign(photo=[f" {i}" for i in range(200)]).to_csv(tmp_path / "n.csv", index=False)
    score = score_files(tmp_path / "n.parquet", tmp_path / "n.csv", n_resamples=20)
    assert score.distances_km.max() < 1e-6


HEAD = "photo,latitude,longitude\n"


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ("", "predictions.csv: an empty file"),
        (HEAD, "predictions.csv: no row in this table"),
        ("latitude,longitude\n1,2\n", "no column for the photo; found latitude, longitude"),
        ("photo,x,y\na,1,2\n", "no column for the latitude; found photo, x, y"),
        (HEAD + "a,1,2\nb,north,3\n", r"latitude: 1 unreadable, first 'north' in row 2"),
        (HEAD + "a,95,2\n", r"latitude: 1 unreadable, first '95' in row 1; expected degrees from"),
        (HEAD + "a,5,-181\n", "longitude: 1 unreadable, first '-181'"),
        (HEAD + "a,5,inf\n", "longitude: 1 unreadable, first 'inf'"),
        (HEAD + "a,5,\n", "only one of two coordinates in 1 rows, first row 1, photo 'a'"),
        (HEAD + "a,5\n", "only one of two coordinates in 1 rows"),
        (HEAD + "a,1,2\na,1,2\n", "the same photo more than once in 1 rows, first row 2"),
        (HEAD + ",1,2\n", "no name of the photo in 1 rows, first row 1"),
        (HEAD + "a,1,2,3\n", "cannot be read"),
        (HEAD + "a,1,2\nb,1,2,3\n", "cannot be read"),
        (HEAD + "z,1,2\n", "none of its photos is in .*; the names look like 'z' and 'a'"),
    ],
)
def test_files_that_are_unclear_are_refused_in_a_sentence(files, predictions, message):
    with pytest.raises(ValueError, match=message) as error:
        score_files(*files(HEAD + "a,1,2\n", predictions))
    assert "\n" not in str(error.value)


def test_a_truth_without_coordinates_and_absent_files_are_refused(files, tmp_path, capsys):
    with pytest.raises(ValueError, match=r"truth\.csv: 1 photos without coordinates, first 'b'"):
        score_files(*files(HEAD + "a,1,2\nb,,\n", HEAD + "a,1,2\n"))
    paths = files(HEAD + "a,1,2\n", HEAD + "a,1,2\n")
    with pytest.raises(ValueError, match=r"nowhere\.csv: no such file"):
        score_files(tmp_path / "nowhere.csv", paths[1])
    (tmp_path / "p.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"p\.parquet: cannot be read"):
        score_files(tmp_path / "p.parquet", paths[1])
    for radius in (0, np.inf, np.nan):
        with pytest.raises(ValueError, match=f"radius_km: {radius}; expected the Earth's radius"):
            score_files(*paths, radius_km=radius)
    for n_resamples in (0, -1):
        with pytest.raises(ValueError, match=f"n_resamples: got {n_resamples}, expected a whole"):
            score_files(*paths, n_resamples=n_resamples)
        assert main(["score", *map(str, paths), "--resamples", str(n_resamples)]) == 2
        assert f"--resamples: got {n_resamples}, expected" in capsys.readouterr().err


@pytest.mark.skipif(not GAME.exists(), reason="the file of OSV-5M's game is not at hand")
def test_distances_and_scores_of_osv5m_are_reproduced(files):
    game = pd.read_csv(GAME)
    truth, guess = (
        game[["id", f"{kind}_lat", f"{kind}_lon"]].set_axis(["photo", "lat", "lon"], axis=1)
        for kind in ("true", "pred")
    )
    paths = files(truth, guess)
    theirs = score_files(*paths, n_resamples=50, radius_km=6371)
    np.testing.assert_allclose(theirs.distances_km, game["distance"], rtol=1e-6)
    np.testing.assert_allclose(theirs.geoscore.estimate, game["score"].mean(), rtol=1e-6)
    ours = score_files(*paths, n_resamples=50)
    ratio = ours.distances_km / theirs.distances_km - 1
    np.testing.assert_allclose(ratio, EARTH_RADIUS_KM / 6371 - 1, rtol=1e-4)
    np.testing.assert_allclose(ratio, 1.4e-6, rtol=0.03)


@pytest.mark.skipif(not IM2GPS3K.exists(), reason="the list of Im2GPS3k is not at hand")
def test_a_real_list_has_its_authors(files, tmp_path):
    truth = pd.read_csv(IM2GPS3K)
    guess = truth[["IMG_ID", "LAT", "LON"]].assign(LAT=truth["LAT"].clip(-89, 89) * 0.999)
    guess.iloc[100:].to_csv(tmp_path / "guess.csv", index=False)
    score = score_files(tmp_path / "guess.csv", IM2GPS3K, n_resamples=100)
    assert (len(score.photos), score.unit, score.n_units) == (2997, "authors", 198)
    assert score.without_prediction == 100
    assert 0.9 < score.accuracy.estimate[-1] <= 2897 / 2997


@pytest.mark.parametrize("style", ["isn", "osv5m"])
def test_a_file_with_both_is_scored_by_the_true_positions(files, tmp_path, style):
    truth, guess = lists()
    expected = score_files(*files(truth, guess), n_resamples=10).distances_km
    path = tmp_path / "both.csv"
    write_predictions_csv(guess.assign(cell=0), path, style, positions(truth))
    found = score_files(path, path, n_resamples=10)
    np.testing.assert_allclose(found.distances_km, expected)
    others = pd.read_csv(path).assign(latitude=5.0, LON=5.0)  # of neither
    others.to_csv(path, index=False)
    np.testing.assert_allclose(score_files(path, path, n_resamples=10).distances_km, expected)


def test_predictions_are_no_truth(files, tmp_path):
    truth, guess = lists(20)
    alone = guess.rename(columns={"latitude": "pred_lat", "longitude": "pred_lon"})
    message = "no column for the true position; found pred_lat, pred_lon, which are predictions"
    with pytest.raises(ValueError, match=message):
        score_files(*files(alone, guess))
    beside = truth.assign(pred_lat=0.0, pred_lon=0.0)  # of somebody else, beside the truth
    expected = score_files(*files(truth, guess), n_resamples=5).distances_km
    found = score_files(*files(beside, guess), n_resamples=5).distances_km
    np.testing.assert_array_equal(found, expected)


def test_a_swapped_truth_is_refused(files):
    cities = [(48.9, 2.4), (52.5, 13.4), (41.9, 12.5), (40.4, -3.7), (50.1, 8.7), (45.5, 9.2)]
    cities += [(39.9, 32.9), (30.0, 31.2), (9.0, 38.7), (-1.3, 36.8), (28.6, 77.2), (-26.2, 28.0)]
    right = pd.DataFrame(cities, columns=["latitude", "longitude"])
    right = right.assign(photo=[f"p{i}" for i in range(len(cities))])
    swapped = right.rename(columns={"latitude": "longitude", "longitude": "latitude"})
    with pytest.raises(ValueError, match=r"truth\.csv: latitude and longitude look swapped"):
        score_files(*files(swapped, right))
    assert score_files(*files(right, swapped), n_resamples=5).without_prediction == 0


def test_names_that_differ_by_a_suffix_are_hinted_at(files):
    truth, guess = lists(10)
    names = guess["photo"].where(guess.index < 6, guess["photo"].str.removesuffix(".jpg"))
    score = score_files(*files(truth, guess.assign(photo=names)), n_resamples=5)
    assert score.without_prediction == 4
    assert (
        "4 of those without differ by the suffix of their name alone: 'p6.jpg' in the truth, 'p6' "
        "in the predictions"
    ) in score.text.splitlines()
    strangers = guess.assign(photo=names.where(guess.index < 9, "x"))
    strangers.loc[6:7, "photo"] = ["y", "z.1"]  # most of those missed are others
    score = score_files(*files(truth, strangers), n_resamples=5)
    assert score.without_prediction == 4 and score.hint == ""


@pytest.mark.parametrize("style", ["isn", "isn_classes", "osv5m"])
def test_predictions_as_other_groups_write_them_are_scored(files, tmp_path, style):
    truth, guess = lists()
    expected = score_files(*files(truth, guess), n_resamples=10)
    path = tmp_path / "theirs.csv"
    write_predictions_csv(guess.assign(cell=0), path, style, positions(truth))
    _, truth_path = files(truth, guess)
    found = score_files(path, truth_path, n_resamples=10)
    np.testing.assert_array_equal(found.distances_km, expected.distances_km)
