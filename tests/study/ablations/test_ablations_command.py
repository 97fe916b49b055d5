from pathlib import Path

import pytest

from geoutils.__main__ import main
from geoutils.study.ablations import command
from geoutils.study.run import only_run_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sempp"], "error: sweep: 'sempp'; expected semp, "),
        (["--budget", "huge"], "error: budget: 'huge'; expected small, paper"),
        (["--study", "own_photos"], "error: study: own_photos has no section 03_training"),
        (["--study", "nothing"], "error: study: no file studies/nothing.yaml"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(arguments, message, capsys, tmp_path):
    assert main(["ablations", *arguments, "--out-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(message)
    assert not list(tmp_path.rglob("ablations"))


def test_a_study_that_is_not_trained_is_run_first(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(command, "run_study", lambda *given: asked.append(given) or 1)
    assert main(["ablations", "semp", "--study", "smoke", "--out-dir", str(tmp_path)]) == 1
    assert asked == [(ROOT, "smoke", str(tmp_path))]


def test_sweeps_named_are_run_in_order_while_the_study_is_held(tmp_path, monkeypatch, capsys):
    ran = []

    def run_sweep(study, name, settings):
        with pytest.raises(ValueError, match="already being run"), only_run_of("smoke", tmp_path):
            pass
        ran.append((study.folder, name, settings["seeds"]))
        return []

    executed = tmp_path / "results" / "smoke" / "notebooks" / "03_training.ipynb"
    executed.parent.mkdir(parents=True)
    executed.touch()
    monkeypatch.setattr(command, "run_sweep", run_sweep)
    arguments = ["thesis_c", "semp", "--study", "smoke", "--out-dir", str(tmp_path)]
    assert main(["ablations", *arguments, "--budget", "paper"]) == 0
    folder = tmp_path / "results" / "smoke" / "ablations"
    assert ran == [(folder, "thesis_c", [0, 1, 2]), (folder, "semp", [0])]
    assert "thesis_c: 0 rows" in capsys.readouterr().out
