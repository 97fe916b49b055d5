"""A run that is killed at any moment ends with the same weights as one that is left alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from multi_partition import multi_partition
from safetensors.torch import load_file

from geoutils.models import ClassesHead, saving
from geoutils.training import Augmentation, Examples, Preset, preparation, train
from geoutils.training import epoch as epoch_module
from geoutils.training.state import checkpoint
from geoutils.training.state.checkpoint import STATE, read_progress

pytestmark = pytest.mark.faults
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
    model = multi_partition("test_resnet", [4, 4])
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
MOMENTS = {
    "pass": (epoch_module, "run_learner"),
    "state": (checkpoint, "save_tensors"),
    "weights": (saving, "save_tensors"),
}


def killed_run(which, folder, moment, call):
    """The same run in another process, which kills itself at the `call`-th such moment."""
    command = [sys.executable, __file__, which, str(folder), moment, str(call)]
    toys = str(Path(__file__).parents[1] / "toys")  # which the process imports one of
    ended = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": toys}, stderr=subprocess.PIPE, text=True
    )
    assert ended.returncode == -signal.SIGKILL, f"not killed: {ended.stderr[-2000:]}"


def die_at(moment, call):
    """SIGKILL this process after the `call`-th forward pass, or when half of a file is written."""
    module, name = MOMENTS[moment]
    function, calls = getattr(module, name), 0

    def deadly(*arguments, **options):
        nonlocal calls
        calls += 1
        result = function(*arguments, **options)
        if calls == call:
            if name == "save_tensors":
                os.truncate(arguments[1], os.path.getsize(arguments[1]) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, deadly)


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
    killed_run("photos", tmp_path, "state", 11)
    progress = read_progress(tmp_path)
    assert (progress.epoch, progress.step) == (3, 2)  # the tenth state; three are written per epoch
    assert list(tmp_path.glob(".state*")), "no trace of the state that was being written"
    resumed = toy_run(tmp_path)
    for name in ("model.safetensors", STATE):
        assert same_tensors(folder / name, tmp_path / name), name
    timed = [name for name in log if name.endswith("seconds") or name.endswith("per_s")]
    assert resumed.drop(columns=timed).equals(log.drop(columns=timed))
    assert not list(tmp_path.glob(".*"))


def test_a_head_killed_again_and_again_gives_the_same_weights(tmp_path):
    """While better weights are written, and in a step between two states."""
    log = head_run(tmp_path / "whole")
    assert 150 < len(log) < 400, "patience should have ended this run"
    assert log["learning_rate"].nunique() > 3
    seen = []
    for moment, call in (("weights", 3), ("pass", 401)):
        killed_run("features", tmp_path / "killed", moment, call)
        progress = read_progress(tmp_path / "killed")
        seen.append((progress.epoch, progress.step))
    assert seen == sorted(set(seen)), seen
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
    die_at(sys.argv[3], int(sys.argv[4]))
    RUNS[sys.argv[1]](Path(sys.argv[2]))
