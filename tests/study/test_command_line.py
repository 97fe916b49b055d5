import subprocess
import sys
from pathlib import Path

import pytest

from geoutils.__main__ import main
from geoutils.study.run import only_run_of

ROOT = Path(__file__).parents[2]
OWN = ["run", "--study", "own_photos"]


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--study", "nothing"], "error: study: no file studies/nothing.yaml; known: "),
        (["run", "-p", "01_photos.sise=3"], "error: 01_photos: unknown parameter sise; known: "),
        (["run", "-p", "11_photos.size=3"], "error: -p 11_photos: study default has no such"),
        (["run", "-p", "size=3"], "error: -p size=3: expected notebook.name=value"),
        (["run", "--photos", "."], "error: photos: study default draws its own; try --study own"),
        ([*OWN, "--photos", "nowhere"], "error: photos: nowhere does not exist; expected a"),
        ([*OWN, "--photos", "studies"], "error: photos: no JPEG, PNG or WebP photo below studies"),
        (OWN, "error: photos: study own_photos needs a folder or list; give --photos"),
        (["run", "-p", "04_evaluation.seed=[1"], "error: -p seed=[1: while parsing"),
        (["run", "-p", "04_evaluation.top_k=many"], "error: 04_evaluation: top_k should be a num"),
        (["train", "nothing"], "error: name: 'nothing'; this study trains countries, shared, "),
        (["train", "--study", "own_photos"], "error: study: own_photos has no section 03_train"),
        (["notebook", "99_none"], "error: notebook: study default has no 99_none; it has 01_"),
        (["notebook", "01_photos", "-p", "sise=3"], "error: 01_photos: unknown parameter sise"),
        (["notebook", "01_photos", "-p", "size"], "error: -p size: expected name=value"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(arguments, message, capsys, tmp_path):
    assert main([*arguments, "--out-dir", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists(), "nothing may be written"


def test_someone_elses_predictions_are_scored(tmp_path, capsys):
    truth, predictions = tmp_path / "truth.csv", tmp_path / "predictions.csv"
    truth.write_text("photo,latitude,longitude\na,48.86,2.35\nb,10,11\nc,0,0\n")
    predictions.write_text("photo,latitude,longitude\na,48.85,2.35\nb,10,10\n")
    assert main(["score", str(predictions), str(truth), "--resamples", "50"]) == 0
    printed = capsys.readouterr().out
    assert "1 (33.3%) without a prediction count as wrong" in printed
    assert [line.split()[2] for line in printed.splitlines() if " km  " in line] == [
        *("0.0", "33.3", "66.7", "66.7", "66.7")
    ]
    assert main(["score", str(tmp_path / "none.csv"), str(truth)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_results_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["run", "--study", "smoke", "--out-dir", str(tmp_path / "file")]) == 2
    assert "results cannot be written (Not a directory)" in capsys.readouterr().err


def test_a_second_run_of_the_same_study_is_refused(tmp_path, capsys):
    with only_run_of("smoke", tmp_path):
        assert main(["run", "--study", "smoke", "--out-dir", str(tmp_path)]) == 2
    assert "study smoke is already being run" in capsys.readouterr().err


def test_outside_the_repository_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    assert "run from inside the study's repository" in capsys.readouterr().err


def test_it_is_a_command():
    help_text = subprocess.run(
        [sys.executable, "-m", "geoutils", "run", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--photos" in help_text
