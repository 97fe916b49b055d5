"""A run that is killed at any moment ends with the same weights as one that is left alone."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from geoutils.models import ClassesHead, MultiPartitionClassifier
from geoutils.training import Augmentation, Examples, Preset, preparation, train
from geoutils.training import epoch as epoch_module
from geoutils.training.state.checkpoint import STATE, read_progress

# 12 epochs of 6 steps, a state after every second step.
PRESET = Preset(
    epochs=12, batch_size=16, learning_rate=1e-2, threads=1, checkpoint_steps=2,
    augmentation=Augmentation(shift=0.1, color_jitter=0.1),
)  # fmt: skip
# What else has to survive: momentum, a rate that falls on plateaus, patience, pieces of batches.
HEAD_PRESET = Preset(
    epochs=400, patience=150, batch_size=16, micro_batch=5, optimizer="sgd", learning_rate=0.5,
    schedule="plateau", plateau_patience=4, step_factor=0.8, threads=1, checkpoint_steps=3,
)  # fmt: skip


def toy_run(folder):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (96, 32, 32, 3)).astype(np.uint8)
    examples = Examples.of(pixels, rng.integers(-1, 4, (96, 2)), np.zeros((96, 2)))
    first = Examples.of(pixels, examples.cells[:32], np.zeros((32, 2)), rows=np.arange(32))
    model = MultiPartitionClassifier("test_resnet", [4, 4])
    return train(model, examples, first, PRESET, folder)


def head_run(folder):
    """A head with dropout on features in a file, as a study trains them."""
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(120, 8)).astype(np.float32)
    path = folder.parent / "features.npy"
    if not path.exists():
        np.save(path, drawn)
    features = np.load(path, mmap_mode="r")
    cells = rng.integers(-1, 5, (120, 1))
    train_rows, val_rows = np.arange(90), np.arange(90, 120)
    train_examples, val = (
        Examples.of(features, cells[rows], np.zeros((len(rows), 2)), rows=rows)
        for rows in (train_rows, val_rows)
    )
    torch.manual_seed(0)
    head = ClassesHead(8, 5, hidden=16, dropout=0.5)
    return train(head, train_examples, val, HEAD_PRESET, folder)


RUNS = {"photos": toy_run, "features": head_run}


def killed_run(which, folder, wait_s):
    """Start the same run in another process; SIGKILL it `wait_s` after its first new state."""
    state, before = folder / STATE, _written(folder / STATE)
    process = subprocess.Popen(
        [sys.executable, __file__, which, str(folder)], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while _written(state) == before and process.poll() is None:
        assert time.monotonic() < deadline, "the run wrote no state"
        time.sleep(0.005)
    time.sleep(wait_s)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it was killed"


def _written(path):
    return path.stat().st_mtime_ns if path.exists() else None


def same_tensors(first, second):
    first, second = load_file(first), load_file(second)
    assert first.keys() == second.keys()
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    return folder, toy_run(folder)


def test_killed_and_restarted_gives_the_same_weights(tmp_path, uninterrupted):
    folder, log = uninterrupted
    killed_run("photos", tmp_path, wait_s=0.13)
    progress = read_progress(tmp_path)
    assert (0, 0) < (progress.epoch, progress.step) < (12, 0)
    (tmp_path / ".state.half.safetensors").write_bytes(b"caught while it was written")
    resumed = toy_run(tmp_path)
    for name in ("model.safetensors", STATE):
        assert same_tensors(folder / name, tmp_path / name), name
    timed = [name for name in log if name.endswith("seconds") or name.endswith("per_s")]
    assert resumed.drop(columns=timed).equals(log.drop(columns=timed))
    assert not list(tmp_path.glob(".*"))


def test_a_head_killed_again_and_again_gives_the_same_weights(tmp_path):
    """Random moments, while a state is being written among them: half of the time goes there."""
    log = head_run(tmp_path / "whole")
    assert 150 < len(log) < 400, "patience should have ended this run"
    assert log["learning_rate"].nunique() > 3
    rng, seen = np.random.default_rng(0), []
    for wait_s in rng.uniform(0, 0.3, 2):
        killed_run("features", tmp_path / "killed", wait_s)
        progress = read_progress(tmp_path / "killed")
        seen.append((progress.epoch, progress.step))
    assert seen == sorted(seen) and len(set(seen)) == 2, seen
    resumed = head_run(tmp_path / "killed")
    for name in ("model.safetensors", STATE):
        assert same_tensors(tmp_path / "whole" / name, tmp_path / "killed" / name), name
    assert resumed["learning_rate"].equals(log["learning_rate"])
    assert resumed["train_loss"].equals(log["train_loss"])


def test_resuming_in_the_middle_of_an_epoch(tmp_path, uninterrupted, monkeypatch):
    """The same without a process: stop after the seventh state of a step, in the fourth epoch."""
    written = 0
    save = epoch_module.save_state

    def save_then_stop(*arguments):
        nonlocal written
        save(*arguments)
        written += 1
        if written == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(epoch_module, "save_state", save_then_stop)
    with pytest.raises(KeyboardInterrupt):
        toy_run(tmp_path)
    monkeypatch.undo()
    progress = read_progress(tmp_path)
    assert (progress.epoch, progress.step) == (3, 2)
    # Threads and precision come from the state; nothing is timed again.
    monkeypatch.setattr(preparation, "choose_speed", lambda *arguments: pytest.fail("timed again"))
    torch.rand(5)  # other use of the global random state changes nothing
    toy_run(tmp_path)
    assert same_tensors(uninterrupted[0] / STATE, tmp_path / STATE)


def test_a_damaged_state_is_named(tmp_path):
    (tmp_path / STATE).write_bytes(b"\x07" * 100)
    with pytest.raises(ValueError, match=r"folder: .*state\.safetensors is damaged"):
        toy_run(tmp_path)


if __name__ == "__main__":
    RUNS[sys.argv[1]](Path(sys.argv[2]))
