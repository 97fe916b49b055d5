"""The smoke study, from photos to report, run as a user would; then what it must have made."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from geoutils.study.settings import notebooks_of, read_study

ROOT = Path(__file__).parents[1]
NOTEBOOKS = notebooks_of(read_study(ROOT, "smoke"))


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "geoutils", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke")
    result = run("run", "--study", "smoke", "--out-dir", str(folder))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_ran_to_its_answer(out, name):
    results = out / "results" / "smoke"
    executed = nbformat.read(results / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code if cell.source.strip())
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error"]
    answer = json.loads((results / "answers" / f"{name}.json").read_text())
    assert answer["answer"].strip()
    assert (results / "report" / f"{name}.html").stat().st_size > 10_000


def test_the_report_shows_every_answer(out):
    index = (out / "results" / "smoke" / "report" / "index.html").read_text()
    for name in NOTEBOOKS:
        assert f"{name}.html" in index


def test_a_second_run_does_nothing_in_seconds(out):
    before = {path: path.stat().st_mtime_ns for path in (out / "results").rglob("*.ipynb")}
    start = time.monotonic()
    assert run("run", "--study", "smoke", "--out-dir", str(out)).returncode == 0
    assert time.monotonic() - start < 30
    after = {path: path.stat().st_mtime_ns for path in (out / "results").rglob("*.ipynb")}
    assert after == before


def test_a_changed_parameter_reruns_its_notebook_and_no_earlier_one(out):
    notebooks = out / "results" / "smoke" / "notebooks"
    before = {path.stem: path.stat().st_mtime_ns for path in notebooks.glob("*.ipynb")}
    arguments = ("-p", "06_calibration.n_bins=10")
    assert run("run", "--study", "smoke", "--out-dir", str(out), *arguments).returncode == 0
    after = {path.stem: path.stat().st_mtime_ns for path in notebooks.glob("*.ipynb")}
    assert [name for name in after if after[name] != before[name]] == ["06_calibration"]


def test_papermill_alone_runs_a_notebook(out, tmp_path):
    command = [
        *(sys.executable, "-m", "papermill"),
        *("notebooks/09_dataset_geography.ipynb", str(tmp_path / "out.ipynb")),
        *("-p", "study", "smoke", "-p", "out_dir", str(out)),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]


def test_papermill_alone_is_told_of_an_unknown_parameter(out, tmp_path):
    command = [
        *(sys.executable, "-m", "papermill"),
        *("notebooks/09_dataset_geography.ipynb", str(tmp_path / "out.ipynb")),
        *("-p", "study", "smoke", "-p", "out_dir", str(out), "-p", "sead", "1"),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "09_dataset_geography: unknown parameter sead" in result.stderr
