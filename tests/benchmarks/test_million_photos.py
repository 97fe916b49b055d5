"""The list that is drawn, and how the memory of a command and its children is found."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geoutils.photos import read_table

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "million_photos.py"))


def test_the_list_is_read_like_any_other(tmp_path):
    drawn = SCRIPT["photo_list"](5000)
    drawn.to_csv(tmp_path / "photos.csv", index=False)
    manifest, rejected = read_table(tmp_path / "photos.csv")
    assert len(manifest) == 5000 and rejected.empty
    sizes = manifest["author"].value_counts()
    assert sizes.median() <= 3 and sizes.max() > 50  # most have few, some have many
    assert (manifest["latitude"] > 0).mean() == pytest.approx(0.9, abs=0.1)  # as in Flickr
    again = SCRIPT["photo_list"](5000)
    np.testing.assert_array_equal(again["LAT"], drawn["LAT"])


def test_memory_is_that_of_all_children():
    hold = "import time; held = b'x' * 300_000_000; print(1, flush=True); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"1\n"
        held = SCRIPT["memory_gb"](parent.pid)
        for child in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split():
            subprocess.run(["kill", child], check=True)
    assert 0.3 < held < 0.4
