import argparse
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from geoutils import __main__ as command_line
from geoutils.__main__ import command_parser, main
from geoutils.study.run import only_run_of, write_settings
from geoutils.study.settings import read_study
from geoutils.version import VERSION

ROOT = Path(__file__).parents[2]
OWN = ["run", "--study", "own_photos"]
FILES = {"photos": "list.csv", "photos_dir": "files"}


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
        (["notebook", "01_photos", "--recorded"], "error: {}/results/default/settings.yaml: no su"),
        (["train", "--recorded"], "error: {}/results/default/settings.yaml: no such file, for stu"),
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
    assert captured.err.startswith(message.format(tmp_path / "out"))
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists(), "nothing may be written"


@pytest.fixture
def started(tmp_path, monkeypatch):
    """A repository of one study whose file names its photos; what its runs are given."""
    section = {"source": "table", "photos": "data/list.csv", "photos_dir": "data/files", "seed": 0}
    for folder in ("studies", "notebooks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "studies" / "named.yaml").write_text(yaml.safe_dump({"01_photos": section}))
    (tmp_path / "notebooks" / "01_photos.ipynb").touch()
    monkeypatch.chdir(tmp_path / "studies")
    runs = []
    monkeypatch.setattr(command_line, "run_study", lambda *given: runs.append(given[-1]) or 0)
    return runs


def test_a_study_file_may_name_its_photos(started, tmp_path, capsys):
    assert main(["run", "--study", "named"]) == 2
    missing = f"photos: study named would read {tmp_path}/data/list.csv, which is not there"
    assert capsys.readouterr().err == f"error: {missing}; give --photos\n"
    (tmp_path / "data" / "files").mkdir(parents=True)
    (tmp_path / "data" / "list.csv").touch()
    assert main(["run", "--study", "named", "-p", "01_photos.seed=3"]) == 0
    whole = {name: f"{tmp_path}/data/{file}" for name, file in FILES.items()}
    assert started == [{"01_photos": {"seed": 3, **whole}}]


def test_parameters_go_before_what_photos_suggest(started, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "files").mkdir(parents=True)
    (elsewhere / "list.csv").write_text("file,lat,lon\na.jpg,10,20\n")
    run = ["run", "--study", "named", "--photos", "../elsewhere/list.csv"]
    assert main(run) == 0
    assert main([*run, "-p", "01_photos.photos_dir=../elsewhere/files"]) == 0
    assert main([*run, "-p", "01_photos.photos_dir=''"]) == 0  # positions alone
    assert [given["01_photos"]["photos_dir"] for given in started] == [
        *(str(elsewhere), str(elsewhere / "files"), "")
    ]
    assert {given["01_photos"]["photos"] for given in started} == {str(elsewhere / "list.csv")}


@pytest.fixture
def seeds(tmp_path, monkeypatch):
    """Seeds by which `train` would train a study whose last run had another than its file has."""
    contents = read_study(ROOT, "smoke")
    contents["03_training"] |= {"seed": 7, "pooling": "max"}
    write_settings(contents, "smoke", tmp_path)
    seen = []

    def trained(training, name):
        seen.append((name, training.settings["seed"]))
        return pd.DataFrame({"val_loss": [1.0]})

    monkeypatch.setattr("geoutils.training.recipes.from_study.train_recipe", trained)
    return seen


def test_training_unlike_the_last_run_says_so(seeds, tmp_path, capsys):
    train = ["train", "--study", "smoke", "--out-dir", str(tmp_path), "countries"]
    assert main(train) == 0
    told = "03_training: the last run of study smoke had pooling=max, seed=7, unlike its file"
    assert capsys.readouterr().err.startswith(told)
    assert main([*train, "-p", "seed=5", "-p", "pooling=avg"]) == 0  # meant to differ
    assert main([*train, "--recorded"]) == 0
    assert main([*train, "--recorded", "-p", "seed=6"]) == 0
    assert capsys.readouterr().err == ""
    assert seeds == [("countries", seed) for seed in (0, 5, 7, 6)]


def test_a_notebook_unlike_the_last_run_says_so(tmp_path, monkeypatch, capsys):
    contents = read_study(ROOT, "smoke")
    contents["04_evaluation"] |= {"top_k": 3}
    write_settings(contents, "smoke", tmp_path)
    sections = []
    monkeypatch.setattr(command_line, "execute_notebook", lambda *given: sections.append(given[3]))
    notebook = ["notebook", "04_evaluation", "--study", "smoke", "--out-dir", str(tmp_path)]
    assert main(notebook) == 0
    assert "04_evaluation: the last run of study smoke had top_k=3" in capsys.readouterr().err
    assert main([*notebook, "--recorded"]) == 0
    assert capsys.readouterr().err == ""
    in_file = read_study(ROOT, "smoke")["04_evaluation"]["top_k"]
    assert [section["top_k"] for section in sections] == [in_file, 3]


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


def test_it_tells_its_version():
    command = [sys.executable, "-m", "geoutils", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == f"geoutils {VERSION}\n"


SPEAKER = """
import sys
from types import SimpleNamespace
from geoutils import __main__ as command_line
options = SimpleNamespace(command=lambda _: print("line\\n" * 100_000))
command_line.command_parser = lambda: SimpleNamespace(parse_args=lambda _: options)
sys.exit(command_line.main())
"""


@pytest.mark.parametrize("arguments", [["-m", "geoutils", "--help"], ["-c", SPEAKER]])
def test_output_that_nobody_reads_ends_a_command_quietly(arguments):
    """A page waits to be written at the very end; long output finds its reader gone before."""
    reading, writing = os.pipe()
    os.close(reading)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=env, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_another_broken_pipe_is_an_error(monkeypatch, capsys):
    def broken(options):
        raise BrokenPipeError("a worker is gone")

    parser = argparse.ArgumentParser()
    parser.set_defaults(command=broken)
    monkeypatch.setattr(command_line, "command_parser", lambda: parser)
    assert main([]) == 2
    assert capsys.readouterr().err == "error: a worker is gone\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["locate"], ["--top-k N", "--out FILE", "--method NAME", "--style NAME"]),
        (["cells"], ["--out-dir FOLDER", "--style NAME"]),
        (["score"], ["GeoScore", "median and mean distance"]),
    ],
)
def test_help_says_what_is_given_and_what_is_printed(command, told, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert [words for words in told if words not in text] == []


def pages(parser):
    """A command's options and arguments, and those of the commands below it, by their pages."""
    below = [action for action in parser._actions if isinstance(action.choices, dict)]
    yield parser.prog, [action for action in parser._actions if action not in below]
    for action in below:
        for command in action.choices.values():
            yield from pages(command)


def test_every_command_and_option_is_explained():
    found = dict(pages(command_parser()))
    known = {f"python -m geoutils {name}" for name in ("run", "budget", "photos check")}
    assert known <= set(found)
    unexplained = [(page, o.dest) for page, options in found.items() for o in options if not o.help]
    assert unexplained == []


def test_ctrl_c_ends_any_command_without_a_traceback(monkeypatch, capsys):
    def stopped(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("geoutils.saved_commands.locate_command", stopped)
    assert main(["locate", "results/default", "photo.jpg"]) == 130
    assert capsys.readouterr().err == "stopped\n"
