"""Clocks that were wrong, or are: nothing stale is taken for new, and little is done twice.

Snakemake goes by the order of files' times, and by the contents of small ones.
"""

import json
import os
import time

import pandas as pd
import pytest
from small_root import contents, finish, kill, processes_below, run, start, waiting

from geoutils.study.clock import bring_back
from geoutils.study.run import bad_input, failed_notebooks
from geoutils.study.stale import notebook_version, tables_version

pytestmark = pytest.mark.faults
DAY_NS = 86400 * 10**9
NAMES = ("01_photos", "02_partitions")


def set_time(path, offset_ns):
    when = time.time_ns() + offset_ns
    os.utime(path, ns=(when, when))


def test_files_from_the_future_keep_their_order_and_the_rest_its_times(tmp_path):
    offsets = {"a": -DAY_NS, "b": 3 * DAY_NS, "c": 2 * DAY_NS, "d/e": DAY_NS, "f": -(10**9)}
    for name, offset in offsets.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        set_time(tmp_path / name, offset)
    (tmp_path / "same").touch()
    os.utime(tmp_path / "same", ns=(1, (tmp_path / "b").stat().st_mtime_ns))
    (tmp_path / "link").symlink_to("nowhere")
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in offsets}
    assert bring_back(tmp_path) == 4
    after = {name: (tmp_path / name).stat().st_mtime_ns for name in [*offsets, "same"]}
    assert {name: after[name] for name in "af"} == {name: before[name] for name in "af"}
    assert after["f"] < after["d/e"] < after["c"] < after["b"] == after["same"] <= time.time_ns()
    assert bring_back(tmp_path) == 0
    assert bring_back(tmp_path / "nowhere") == 0


def test_contents_of_notebooks_and_tables_tell_and_not_their_times(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    first = notebook_version(path), tables_version([path])
    set_time(path, -DAY_NS)
    assert (notebook_version(path), tables_version([path])) == first
    path.write_text("{ }")
    set_time(path, -DAY_NS)
    assert notebook_version(path) != first[0] and tables_version([path]) != first[1]


def test_a_notebook_that_failed_is_told_from_an_earlier_one(tmp_path):
    """Though the clock went back in between."""
    failed = tmp_path / "04.failed.ipynb"
    failed.write_text(json.dumps({"cells": [{"outputs": [{"ename": "ValueError"}]}]}))
    set_time(failed, DAY_NS)
    before = failed_notebooks([tmp_path])
    assert failed_notebooks([tmp_path]) == before
    failed.unlink()
    failed.write_text(json.dumps({"cells": [{"outputs": [{"ename": "ValueError"}]}, {}]}))
    ((path, _),) = failed_notebooks([tmp_path]) - before
    assert path == failed and bad_input(path)


@pytest.fixture(scope="module")
def finished(root, tmp_path_factory):
    """A finished study with a manifest that Snakemake thinks too large to compare by content.

    Its folder stays where it is: results that were moved are made again.
    """
    out = tmp_path_factory.mktemp("clocks")
    assert study(root, out)[0] == 0
    assert (out / "results" / "tiny" / "manifest.parquet").stat().st_size > 10**6
    return out


def study(root, out, n_photos=100_000, **environment):
    given = ("-p", f"01_photos.n_photos={n_photos}")
    return run(root, "run", "--study", "tiny", "--out-dir", str(out), *given, **environment)


def executed(out):
    """When each notebook was executed, by what is in it."""
    found = {}
    for name in NAMES:
        copy = json.loads((out / "results" / "tiny" / "notebooks" / f"{name}.ipynb").read_text())
        found[name] = copy["metadata"]["papermill"]["end_time"]
    return found


@pytest.mark.slow
def test_results_from_the_future_are_taken_as_they_are(root, finished):
    before, results = executed(finished), finished / "results" / "tiny"
    for days, path in enumerate(sorted(results.rglob("*"), key=lambda path: path.stat().st_mtime)):
        set_time(path, (300 + days) * DAY_NS)
    for name in NAMES:
        set_time(root / "notebooks" / f"{name}.ipynb", 400 * DAY_NS)
    for _ in range(2):
        status, printed = study(root, finished)
        assert status == 0, printed
        assert executed(finished) == before
    assert all(path.stat().st_mtime <= time.time() for path in results.rglob("*.*"))


@pytest.mark.slow
def test_a_clock_that_goes_back_in_a_run_does_not_end_it(root, tmp_path):
    status, printed = study(root, tmp_path, AHEAD_IN="02_partitions")
    assert status == 0 and "the clock went back while the study ran" in printed, printed
    before = executed(tmp_path)
    status, printed = study(root, tmp_path)
    assert status == 0 and "the clock went back" not in printed
    assert executed(tmp_path) == before


@pytest.mark.slow
def test_what_follows_a_change_is_done_though_the_clock_went_back(root, finished, tmp_path):
    """A change is begun, the clock is set back a year, and the run is killed in its middle."""
    results = finished / "results" / "tiny"
    for path in results.rglob("*.*"):
        set_time(path, 365 * DAY_NS + path.stat().st_mtime_ns - time.time_ns())
    changed = (
        "run",
        "--study",
        "tiny",
        "--out-dir",
        str(finished),
        "-p",
        "01_photos.n_photos=90000",
    )
    process = start(root, *changed, WAIT_IN="02_partitions")
    waiting(results, process)
    kill(processes_below(process))
    finish(process)
    assert study(root, finished, n_photos=90_000)[0] == 0
    expected = tmp_path / "expected"
    assert study(root, expected, n_photos=90_000)[0] == 0
    assert contents(results) == contents(expected / "results" / "tiny")
    assert len(pd.read_parquet(results / "manifest.parquet")) == 90_000
