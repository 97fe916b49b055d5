import signal
import subprocess
import sys

import pytest

from geoutils.files import replacing


def test_a_file_appears_whole_in_a_new_folder(tmp_path):
    path = tmp_path / "new" / "table.csv"
    with replacing(path) as temporary:
        assert temporary.suffix == ".csv" and temporary.parent == path.parent
        temporary.write_text("a,b\n")
        assert not path.exists()
    assert path.read_text() == "a,b\n"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it(tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    with replacing(tmp_path / "file") as temporary:
        temporary.write_text("")
    assert (tmp_path / "file").stat().st_mode == ordinary.stat().st_mode


KILLED = """
import os, signal, sys
from geoutils.files import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.faults
def test_what_a_killed_writer_left_goes_with_the_next(tmp_path):
    path = tmp_path / "a[1] table.csv"
    path.write_text("old")
    other = tmp_path / ".a1 table.new-half.csv"
    other.write_text("somebody else's")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob("[.]a[[]1[]]*")
    assert left.read_text() == "half" and path.read_text() == "old"
    with replacing(path) as temporary, replacing(path) as second:
        assert not left.exists() and temporary.exists(), "that writer lives"
        temporary.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert sorted(tmp_path.iterdir()) == [other, path]
