"""Several processes, and several pieces of a batch, learn what one process learns at once."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.models import ClassesHead
from geoutils.training import Augmentation, Examples, Preset, read_facts, read_log, train
from geoutils.training.job import Job
from geoutils.training.processes import free_port, train_in_processes

PRESET = Preset(
    epochs=3, batch_size=16, learning_rate=2e-3, warmup_epochs=0, threads=1, loss="sum",
    augmentation=Augmentation(shift=0.1, color_jitter=0.2, flip=True),
)  # fmt: skip
TIMED = ("seconds", "reading_seconds", "learning_seconds", "validation_seconds", "images_per_s")


def toy_examples():
    """50 photos; two levels, of which each asks about another number of photos in every batch."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (50, 32, 32, 3)).astype(np.uint8)
    cells = np.maximum(rng.integers(-3, 4, (50, 2)), -1)
    return Examples.of(pixels, cells, np.zeros((50, 2)))


def toy_run(folder, **settings):
    model = multi_partition("test_convnext", [4, 4])  # no batch statistics
    examples = toy_examples()
    preset = replace(PRESET, **settings)
    return train(model, examples, examples, preset, folder, ["coarse", "fine"])


def toy_head(nan_row=None):
    rng = np.random.default_rng(1)
    features = rng.normal(size=(60, 8)).astype(np.float32)
    if nan_row is not None:
        features[nan_row] = np.nan
    examples = Examples.of(features, rng.integers(0, 5, (60, 1)), np.zeros((60, 2)))
    torch.manual_seed(0)
    return ClassesHead(8, 5), examples, examples, replace(PRESET, batch_size=20)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return toy_run(tmp_path_factory.mktemp("alone"))


# For the processes that run this file, which imports a toy.
TOYS_THERE = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "toys")}


def assert_same_curves(log, expected):
    assert np.ptp(log["train_loss"]) > 0.01
    expected, log = (frame.drop(columns=[*TIMED]) for frame in (expected, log))
    np.testing.assert_allclose(log, expected, rtol=0, atol=1e-5)


def test_two_launched_processes_give_the_same_curves(tmp_path, alone):
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    ended = subprocess.run(
        [*launch, __file__, str(tmp_path)],
        env=TOYS_THERE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert read_facts(tmp_path)["processes"] == 2 and read_facts(tmp_path)["finished"]
    assert_same_curves(read_log(tmp_path), alone)


def test_two_machines_give_the_same_curves(tmp_path, alone):
    """Two launchers that find each other, as on two machines with one disk: this one, twice."""
    # What `accelerate launch` runs; that itself cannot start beside a CPU build of torch.
    launch = [sys.executable, "-c", "import geoutils; from accelerate.commands.launch import main"]
    launch[-1] += "; main()"
    launch += ["--multi_gpu", "--num_machines=2", "--num_processes=2", "--mixed_precision=no"]
    launch += ["--dynamo_backend=no", "--main_process_ip=127.0.0.1"]
    launch += [f"--main_process_port={free_port()}"]
    machines = [
        subprocess.Popen(
            [*launch, f"--machine_rank={rank}", __file__, str(tmp_path)],
            env=TOYS_THERE | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for machine in machines:
        _, said = machine.communicate(timeout=120)
        assert machine.returncode == 0, said[-2000:]
    assert read_facts(tmp_path)["processes"] == 2 and read_facts(tmp_path)["finished"]
    assert_same_curves(read_log(tmp_path), alone)


def test_pieces_of_a_batch_give_the_same_curves(tmp_path, alone):
    assert_same_curves(toy_run(tmp_path, micro_batch=3), alone)


def test_a_notebooks_processes_give_the_same_head(tmp_path):
    model, *rest = toy_head()
    log = train(model, *rest, tmp_path / "one")
    other, *rest = toy_head()
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    again = train_in_processes(2, other, *rest, tmp_path / "two")
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert read_facts(tmp_path / "two")["processes"] == 2
    assert_same_curves(again, log)
    assert not other.training
    torch.testing.assert_close(other.cells.weight, model.cells.weight, rtol=0, atol=1e-5)


def test_a_failure_of_one_process_ends_all(tmp_path):
    """One photo has no features: its process meets a loss that is not finite, and all stop."""
    started = time.monotonic()
    with pytest.raises(RuntimeError, match="of 2 failed: FloatingPointError: loss is nan in epoch"):
        train_in_processes(2, *toy_head(nan_row=33), tmp_path)
    assert time.monotonic() - started < 20
    assert not (tmp_path / "model.safetensors").exists()
    with pytest.raises(RuntimeError, match="ValueError: batch_size: 1 leaves batches of 1 for 2"):
        model, train_examples, val, preset = toy_head()
        train_in_processes(2, model, train_examples, val, replace(preset, batch_size=1), tmp_path)
    with pytest.raises(ValueError, match="n_processes: got 1, expected a whole number from 2"):
        train_in_processes(1, *toy_head(), tmp_path)


@pytest.mark.parametrize("unit", [1, 2])
@pytest.mark.parametrize("micro", [None, 1, 3])
@pytest.mark.parametrize("n_processes", [1, 2, 3])
def test_pieces_are_the_batch_once_and_in_order(unit, micro, n_processes):
    n_photos, covered, sizes = 22, [], []
    for process in range(n_processes):
        place = SimpleNamespace(num_processes=n_processes, process_index=process)
        job = SimpleNamespace(accelerator=place, preset=Preset(micro_batch=micro), unit=unit)
        pieces = Job.pieces(job, n_photos)
        covered += [photo for piece in pieces for photo in range(piece.start, piece.stop)]
        sizes += [(piece.stop - piece.start) / unit for piece in pieces]
        assert n_photos // n_processes - unit <= len(range(pieces[0].start, pieces[-1].stop))
    assert covered == list(range(n_photos))
    assert max(sizes) <= (micro or np.inf) and all(size % 1 == 0 for size in sizes)


if __name__ == "__main__":
    toy_run(sys.argv[1])
