import platform
import sys
from pathlib import Path

import pytest
import run_all
from comparison_table import BEGIN, END
from run_all import ALONE, HELPERS, HERE, ROOT, TOPICS, WITH_A_GPU, collect, machine, main, run

REPORTING = """
import sys
from comparison import compared, report
sys.exit(report([compared("sums", [1], [2], "loop", "Python 3", aim={aim})]))
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))

    def write(text: str, name: str = "gini") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        return path

    return write


def test_every_script_is_a_comparison_or_stands_alone():
    scripts = {path.stem for path in HERE.glob("*.py")}
    named = [*TOPICS, *ALONE, *HELPERS]
    assert scripts == set(named) and len(named) == len(set(named))
    assert set(WITH_A_GPU) < set(TOPICS)


@pytest.mark.parametrize("name", TOPICS)
def test_every_comparison_reports(name):
    text = (HERE / f"{name}.py").read_text()
    assert "from comparison import" in text and "report(" in text and "sys.exit(main())" in text


def test_peers_have_the_versions_of_the_other_packages():
    pins = {
        name: dict(line.split("==") for line in path.read_text().splitlines() if "==" in line)
        for name, path in {
            "peers": HERE / "peers.txt",
            "all": ROOT / "constraints.txt",
        }.items()
    }
    shared = pins["peers"].keys() & pins["all"].keys()
    assert "scikit-learn" in shared
    assert all(pins["peers"][name] == pins["all"][name] for name in shared)


def test_rows_of_a_script(script):
    (row,) = run(script(REPORTING.format(aim=1)))
    assert (row.task, row.ratio, row.met) == ("sums", 2, "yes")


def test_a_missed_aim_is_told_by_its_row_alone(script):
    (row,) = run(script(REPORTING.format(aim=3)))
    assert row.met == "no" and not row.missing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "failed with status 1"),
        ("", "reported nothing"),
        ("import time; time.sleep(60)", "took longer than 0.5 s"),
    ],
)
def test_a_broken_script_is_told(script, text, why, capfd):
    (row,) = run(script(text), longest_s=0.5 if "sleep" in text else 60)
    assert row.missing == why and row.met == "no" and row.task == "gini"


def test_what_a_script_found_before_it_broke_stays(script, capfd):
    text = REPORTING.format(aim=1).replace("sys.exit(", "(") + "\n1 / 0"
    first, second = run(script(text))
    assert first.met == "yes" and second.missing == "failed with status 1"


@pytest.fixture
def two_scripts(script, tmp_path, monkeypatch):
    script(REPORTING.format(aim=1), "gini")
    script(REPORTING.format(aim=3), "hmc")
    monkeypatch.setattr(run_all, "HERE", tmp_path)
    monkeypatch.setattr(run_all, "ROOT", tmp_path)
    monkeypatch.setattr(run_all, "TABLE", tmp_path / "results" / "comparisons.csv")
    monkeypatch.setattr(run_all, "TOPICS", {"gini": "Gini coefficient", "hmc": "scores"})
    monkeypatch.setattr(run_all, "WITH_A_GPU", ())
    (tmp_path / "docs").mkdir()
    for page in ("README.md", "docs/speed.md"):
        (tmp_path / page).write_text(f"{BEGIN}\n{END}\n")
    return tmp_path


def test_all_write_one_table_and_the_pages(two_scripts, monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", ["run_all.py"])
    assert main() == 1
    told = capfd.readouterr().out
    assert "missed: scores, sums, loop: 2 ×, aim ≥ 3 ×" in told
    row = "| Gini coefficient: sums | loop (Python 3) | 2 × | ≥ 1 × | yes |"
    assert row in (two_scripts / "docs" / "speed.md").read_text()
    assert "1 of 2 aims are met; missed: scores: sums" in (two_scripts / "README.md").read_text()
    assert (two_scripts / "results" / "comparisons.csv").read_text().count("sums") == 2


def test_some_write_nothing(two_scripts, monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", ["run_all.py", "gini"])
    assert main() == 0
    assert not (two_scripts / "results").exists()
    assert "written" not in capfd.readouterr().out


def test_an_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run_all.py", "ginni"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2 and "no comparison" in capsys.readouterr().err


def test_the_machine_is_told_without_its_name(two_scripts, capfd):
    about = machine()
    assert platform.node() not in about
    assert "cores" in about and platform.python_version() in about and "torch" in about
    assert collect(["gini"])["machine"].tolist() == [about]
