"""Two commands at the same study: the second says who is at it, and touches nothing."""

import os
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from small_root import run

from geoutils.locks import check_free, held, holding
from geoutils.models import Backbone
from geoutils.study.execute import execute_notebook
from geoutils.study.run import only_run_of, run_study
from geoutils.training import cache_features

pytestmark = pytest.mark.faults
HOLD = """
import sys
from geoutils.locks import held
with held(sys.argv[1], "taken"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock `tmp_path / "lock"` until its input ends."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process


def test_who_holds_a_lock_is_named(other, tmp_path):
    by = rf"taken by process {other.pid} on {socket.gethostname()} since 2\d\d\d-.*python.* -c "
    with pytest.raises(ValueError, match=by), held(tmp_path / "lock", "taken"):
        pass
    with pytest.raises(ValueError, match=by), held(tmp_path / "lock", "taken", shared=True):
        pass
    with pytest.raises(ValueError, match=by):
        check_free(tmp_path / "lock", "taken")
    other.kill()
    other.wait()
    check_free(tmp_path / "lock", "taken")
    with held(tmp_path / "lock", "taken"):
        assert (tmp_path / "lock").read_text().startswith(f"{os.getpid()}\n")


def test_those_who_share_a_lock_keep_the_others_out(tmp_path):
    path = tmp_path / "lock"
    with held(path, "taken", shared=True), held(path, "taken", shared=True):
        check_free(path, "taken")
        with pytest.raises(ValueError, match=r"^taken$"), held(path, "taken"):
            pass
    with held(path, "taken"):
        pass


def test_a_lock_that_says_nothing_yet_is_a_lock(tmp_path):
    with held(tmp_path / "lock", "taken"):
        for text in ("", "12\n", "no number\nhost\nsince\n", "1\n2\n"):
            (tmp_path / "lock").write_text(text)
            with pytest.raises(ValueError, match=r"^taken$"), held(tmp_path / "lock", "taken"):
                pass


def test_a_run_is_refused_while_a_run_or_a_notebook_is_on(root, tmp_path):
    results = tmp_path / "results" / "tiny"
    with only_run_of("tiny", tmp_path):
        with pytest.raises(ValueError, match=f"study tiny is already being run in {results} by"):
            run_study(root, "tiny", str(tmp_path))
        status, printed = run(
            *(root, "notebook", "01_photos", "--study", "tiny", "--out-dir", str(tmp_path))
        )
        assert status == 2 and f"in {results} by process {os.getpid()} on" in printed
    (results / "notebooks").mkdir()
    taken = "01_photos of study tiny is already being run in .* by process"
    with held(results / "notebooks" / ".01_photos.lock", ""):
        with pytest.raises(ValueError, match=taken):
            run_study(root, "tiny", str(tmp_path))
        with pytest.raises(ValueError, match=taken):
            execute_notebook(root, "01_photos", "tiny", {}, str(tmp_path))
        with only_run_of("tiny", tmp_path, shared=True):
            pass  # another notebook of the study, by hand
    assert sorted(path.name for path in results.rglob("*")) == [
        *(".01_photos.lock", ".lock", "notebooks")
    ]


def test_two_that_want_the_same_features_compute_them_once(tmp_path, capsys):
    """The second waits: each would else count on what the other had just deleted."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3)).astype(np.uint8)
    seen, backbones = [], [Backbone("test_resnet").eval() for _ in range(2)]
    for backbone in backbones:
        backbone.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    found = []

    def compute(backbone):
        found.append(cache_features(backbone, pixels, tmp_path / "plain.npy", "key"))

    threads = [threading.Thread(target=compute, args=(backbone,)) for backbone in backbones]
    with holding(tmp_path):
        for thread in threads:
            thread.start()
        threads[0].join(0.5)
        assert all(thread.is_alive() for thread in threads) and not seen
    for thread in threads:
        thread.join()
    assert seen == [40]
    np.testing.assert_array_equal(*found)
    assert "waiting for another process that writes in" in capsys.readouterr().out


def test_a_folder_is_held_or_waited_for(tmp_path):
    with holding(tmp_path / "new", "taken"):
        assert (tmp_path / "new").is_dir()
        with pytest.raises(ValueError, match=r"^taken$"), holding(tmp_path / "new", "taken"):
            pass
    with holding(tmp_path / "new", "taken"):
        pass
    assert not list((tmp_path / "new").iterdir())
