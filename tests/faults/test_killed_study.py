"""A study killed at any moment and started again ends as one that was left alone."""

import psutil
import pytest
from small_root import (
    contents,
    finish,
    gone,
    kill,
    lives,
    processes_below,
    run,
    start,
    waiting,
)

pytestmark = pytest.mark.faults
RUN = ("run", "--study", "tiny")


@pytest.fixture(scope="module")
def undisturbed(root, tmp_path_factory):
    return restarted(root, tmp_path_factory.mktemp("undisturbed"))


def restarted(root, out):
    status, printed = run(root, *RUN, "--out-dir", str(out))
    assert status == 0, printed
    return contents(out / "results" / "tiny")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["01_photos", "02_partitions"])
def test_everything_killed_in_a_notebook(root, undisturbed, tmp_path, name):
    """As in a power cut; nothing that was started goes on."""
    results = tmp_path / "results" / "tiny"
    process = start(root, *RUN, "--out-dir", str(tmp_path), WAIT_IN=name)
    kernel = waiting(results, process)
    assert f"notebooks/{name}.ipynb" not in contents(results), "an earlier run's or half a copy"
    kill(processes_below(process))
    finish(process)
    assert gone(kernel)
    assert restarted(root, tmp_path) == undisturbed


def test_the_command_alone_killed(root, tmp_path):
    """What it had started holds its lock: a second run is told so, until all has ended."""
    results = tmp_path / "results" / "tiny"
    process = start(root, *RUN, "--out-dir", str(tmp_path), WAIT_IN="01_photos")
    kernel = waiting(results, process)
    below = processes_below(process)
    kill(below[-1:])
    process.wait()
    status, printed = run(root, *RUN, "--out-dir", str(tmp_path))
    assert status == 2
    assert f"already being run in {results} by process {process.pid} on" in printed
    assert "it has ended, what it started has not" in printed
    kill(below[:-1])
    assert gone(kernel)
    finish(process)


def test_the_scheduler_alone_killed(root, tmp_path):
    """The notebook that outlives it is named; nothing runs beside it."""
    results = tmp_path / "results" / "tiny"
    process = start(root, *RUN, "--out-dir", str(tmp_path), WAIT_IN="01_photos")
    waiting(results, process)
    below = processes_below(process)
    scheduler = [one for one in below[:-1] if "snakemake" in one.cmdline()]
    kill([*scheduler, below[-1]])
    process.wait()
    left = [one for one in below if lives(one.pid) and "notebook" in one.cmdline()]
    status, printed = run(root, *RUN, "--out-dir", str(tmp_path))
    assert status == 2
    assert "01_photos of study tiny is already being run in" in printed
    assert any(f"by process {one.pid} on" in printed for one in left), printed
    kill([one for one in below if lives(one.pid)])
    finish(process)


def test_a_notebook_killed_and_run_again(root, tmp_path):
    command = ("notebook", "01_photos", "--study", "tiny", "--out-dir", str(tmp_path))
    results = tmp_path / "results" / "tiny"
    assert run(root, *command)[0] == 0
    undisturbed = contents(results)
    process = start(root, *command, WAIT_IN="01_photos")
    kernel = waiting(results, process)
    assert not (results / "notebooks" / "01_photos.ipynb").exists(), "of which run is what is here?"
    kill([psutil.Process(process.pid)])
    finish(process)
    assert gone(kernel), "its kernel goes on without it"
    assert run(root, *command)[0] == 0
    assert contents(results) == undisturbed


def test_a_killed_kernel_is_told_in_a_sentence(root, tmp_path):
    command = ("notebook", "01_photos", "--study", "tiny", "--out-dir", str(tmp_path))
    results = tmp_path / "results" / "tiny"
    process = start(root, *command, WAIT_IN="01_photos")
    kill([psutil.Process(waiting(results, process))])
    status, printed = finish(process)
    assert status == 1
    assert "error: 01_photos: its process was killed, as happens when memory runs out" in printed
    assert "Traceback" not in printed
    assert not list((results / "notebooks").glob("*.ipynb"))
    assert run(root, *command)[0] == 0
