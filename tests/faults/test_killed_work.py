"""SIGKILL while photos are checked, drawn, decoded, learned from, and while pages are written.

Each is done again by the same call, and ends as if nothing had happened. Training (to the bit),
features and the check of a folder have such tests beside their own.
"""

import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import psutil
import pytest
from small_root import contents, gone, run
from town_study import COUNTRIES, SECTION, s2_cells, town_photos

from geoutils.photos import check_photos, read_checked, stored_pixels
from geoutils.photos.pixels import concepts_path, open_pixels
from geoutils.photos.positions import rendered_manifest
from geoutils.photos.stored_pixels import write_pixels
from geoutils.study.ablations import AblationStudy, run_sweep
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

pytestmark = pytest.mark.faults


def killed(script, *arguments, **options):
    """Run a script that kills itself."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-3000:]


RECHECK = """
import os, signal, sys
from geoutils import files
from geoutils.photos.sources import check_photos

def kill(*arguments, original=os.replace):
    original(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

files.os.replace = kill
check_photos(sys.argv[1], sys.argv[2], workers=1)
"""


def test_a_check_between_its_two_files(tmp_path):
    """One is new, the other is of the check before: nobody may take them for a pair."""
    listing, out = tmp_path / "list.csv", tmp_path / "out"
    listing.write_text("id,lat,lon\na,1,2\nb,3,4\n")
    check_photos(listing, out, say=str)
    listing.write_text("id,lat,lon\na,1,2\nb,93,4\nc,5,6\n")
    killed(RECHECK, listing, out)
    with pytest.raises(ValueError, match="has not ended; the same photos check goes on with it"):
        read_checked(out)
    assert check_photos(listing, out, say=str) == (2, 1)
    manifest, rejected = read_checked(out)
    assert manifest["photo"].tolist() == ["a", "c"] and rejected["photo"].tolist() == ["b"]
    assert sorted(os.listdir(out)) == ["checked.json", "manifest.parquet", "rejected.csv"]


DRAW = """
import os, signal, sys
import pandas as pd
from geoutils.photos import check_photos, read_checked, stored_pixels

def kill(path, start, rows, write=stored_pixels.write_rows):
    if start == 16:  # within the third block, in a worker: half of its photos are written
        write(path, start, rows[:4])
        print(os.getpid(), file=open(sys.argv[2] + "/worker", "w"))
        os.kill(os.getppid(), signal.SIGKILL)
        while True:
            pass
    write(path, start, rows)

stored_pixels.BLOCK, stored_pixels.write_rows = 8, kill
path = sys.argv[2] + "/photos/16px.npy"
stored_pixels.write_pixels(pd.read_parquet(sys.argv[1]), path, 16, workers=1)
"""


@pytest.mark.parametrize("block", [8, 256])
def test_drawing_photos(tmp_path, monkeypatch, block):
    """By the same program, and by another that draws in larger blocks."""
    manifest = rendered_manifest(n_train=24, n_val=3, n_test=3, n_seen=0, seed=0, test_seed=1)
    manifest.to_parquet(tmp_path / "manifest.parquet")
    killed(DRAW, tmp_path / "manifest.parquet", tmp_path)
    assert gone(int((tmp_path / "worker").read_text())), "it would write where the next run does"
    path, whole = tmp_path / "photos" / "16px.npy", tmp_path / "whole" / "16px.npy"
    assert not path.exists()
    lines = (path.parent / ".16px.progress").read_text().splitlines()
    assert lines[1:] == ["0", "8"]
    monkeypatch.setattr(stored_pixels, "BLOCK", block)
    write_pixels(manifest, path, 16)
    write_pixels(manifest, whole, 16)
    for name in (path.name, concepts_path(path).name):
        a, b = open_pixels(path.with_name(name)), open_pixels(whole.with_name(name))
        np.testing.assert_array_equal(a, b)
    assert sorted(os.listdir(path.parent)) == sorted(os.listdir(whole.parent))


SETTINGS = SECTION | {"stages": {"countries": COUNTRIES}}
SWEEP = {
    "seeds": [0, 1],
    "thresholds": [[1, 12], [1, 45]],
    "recipe": {"head": "classes", "preset": COUNTRIES["preset"] | {"epochs": 2}},
}
ABLATE = f"""
import os, signal, sys
from pathlib import Path
from geoutils.study.ablations import AblationStudy, run_sweep, sweep
from geoutils.training.recipes.study_training import StudyTraining

def kill(*arguments, original=sweep.replacing, calls=[]):
    calls.append(1)
    if len(calls) == 2:  # the first variant is there, the second is being written
        with original(*arguments) as temporary:
            temporary.write_bytes(b"PAR1 half")
            os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments)

sweep.replacing = kill
base = AblationStudy(StudyTraining.of(sys.argv[1], {SETTINGS!r}), Path(sys.argv[2]))
run_sweep(base, "thesis_c", {SWEEP!r})
"""


def test_a_sweep(tmp_path):
    split = np.array(["train"] * 45 + ["val"] * 15 + ["test"] * 20)
    base = tmp_path / "base"
    base.mkdir()
    s2_cells(base, town_photos(base, split)[split == "train"])
    train_recipe(StudyTraining.of(base, SETTINGS), "countries")
    folder = tmp_path / "ablations"
    killed(ABLATE, base, folder)
    assert sorted(path.name for path in folder.glob("thesis_c/*_0.parquet"))
    assert list(folder.glob("thesis_c/.*.parquet")), "no trace of the file being written"
    before = {path: path.stat().st_mtime_ns for path in folder.glob("thesis_c/[0-9]*.parquet")}
    resumed = run_sweep(AblationStudy(StudyTraining.of(base, SETTINGS), folder), "thesis_c", SWEEP)
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    whole = AblationStudy(StudyTraining.of(base, SETTINGS), tmp_path / "whole")
    expected = run_sweep(whole, "thesis_c", SWEEP)
    scores = [column for column in expected if column.startswith(("a_", "d_", "median"))]
    pd.testing.assert_frame_equal(resumed[scores], expected[scores])
    assert not list(folder.glob("thesis_c/.*"))


PAGES = """
import os, signal, sys
from geoutils.__main__ import main
from geoutils.study.report import build

def kill(path, original=build.replacing, calls=[]):
    calls.append(path)
    if len(calls) == 2:  # one page is new, the next is half written
        with original(path) as temporary:
            temporary.write_text("<html>half")
            os.kill(os.getpid(), signal.SIGKILL)
    return original(path)

build.replacing = kill
main(["report", "--study", "tiny", "--out-dir", sys.argv[1]])
"""


def marked(process, path):
    """Whether a process was started with this path."""
    return str(path) in (process.info["cmdline"] or [])


def test_the_report(root, tmp_path):
    where = ("--study", "tiny", "--out-dir", str(tmp_path))
    results, report = tmp_path / "results" / "tiny", ("report", *where)
    for name in ("01_photos", "02_partitions"):
        assert run(root, "notebook", name, *where)[0] == 0
    assert run(root, *report)[0] == 0
    undisturbed = contents(results)
    pages = {path: path.read_bytes() for path in (results / "report").iterdir()}
    first = (results / "report" / "index.html").stat().st_mtime_ns
    killed(PAGES, tmp_path, cwd=root)
    workers = [found.pid for found in psutil.process_iter(["cmdline"]) if marked(found, tmp_path)]
    assert (results / "report" / "index.html").stat().st_mtime_ns == first, "index comes last"
    assert all(path.read_bytes()[-8:] == page[-8:] for path, page in pages.items())
    assert run(root, *report)[0] == 0
    assert contents(results) == undisturbed
    assert {path.name for path in (results / "report").iterdir()} == {p.name for p in pages}
    assert all(gone(process) for process in workers), "nobody reads what they make"
