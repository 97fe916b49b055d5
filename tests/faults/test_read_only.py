"""Folders that may be read and not written: photos are used all the same, results are refused."""

import os
import sys

import numpy as np
import pytest
from own_mounts import needs_mounts, with_read_only
from PIL import Image
from small_root import contents, run

pytestmark = [pytest.mark.faults, needs_mounts]


def geoutils(*arguments):
    return [sys.executable, "-m", "geoutils", *map(str, arguments)]


USE = """
import sys
from geoutils.photos import check_photos, read_checked, read_folder, write_pixels
album, out = sys.argv[1:]
assert check_photos(album, out + "/checked", workers=1) == (2, 0)
for manifest in (read_checked(out + "/checked")[0], read_folder(album)[0]):
    assert write_pixels(manifest, out + "/16px.npy", 16).empty
try:
    open(album + "/new", "w")
    raise AssertionError("this is no test: the folder can be written")
except OSError:
    pass
"""


def test_photos_on_a_read_only_disk_are_used(tmp_path):
    album = tmp_path / "album"
    album.mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(0, 256, (20, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(album / f"{number}.jpg")
    (album / "photos.csv").write_text("file,lat,lon\n0.jpg,1,2\n1.jpg,3,4\n")
    done = with_read_only(album, [sys.executable, "-c", USE, str(album), str(tmp_path / "out")])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["run", "notebook 01_photos"])
def test_results_that_cannot_be_written_are_refused_in_a_sentence(root, tmp_path, command):
    (tmp_path / "results").mkdir()
    where = ("--study", "tiny", "--out-dir", tmp_path)
    done = with_read_only(tmp_path, geoutils(*command.split(), *where), cwd=root)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path}/results/tiny: results cannot be written (Read-only")


def test_a_check_that_cannot_be_written_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "list.csv").write_text("id,lat,lon\na,1,2\n")
    out = tmp_path / "out"
    out.mkdir()
    command = geoutils("photos", "check", tmp_path / "list.csv", "--out-dir", out)
    done = with_read_only(out, command)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    assert not os.listdir(out)


@pytest.mark.slow
def test_finished_results_stay_as_they_are(root, tmp_path):
    """Nothing is begun, not even a notebook's lock."""
    where = ("--study", "tiny", "--out-dir", tmp_path)
    status, printed = run(root, "run", *map(str, where))
    assert status == 0, printed
    results = tmp_path / "results" / "tiny"
    before = contents(results)
    for command in ("run", "notebook 02_partitions", "report"):
        done = with_read_only(results, geoutils(*command.split(), *where), cwd=root)
        assert done.returncode == 2 and done.stderr.startswith("error: "), done.stderr
        assert "ead-only" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert contents(results) == before
