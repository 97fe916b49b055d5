"""A run that is killed at any moment ends with the same weights as one that is left alone."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from geoutils.models import MultiPartitionClassifier
from geoutils.training import Preset, loop, train
from geoutils.training import epoch as epoch_module
from geoutils.training.checkpoint import STATE, read_progress

# 12 epochs of 6 steps, a state after every second step.
PRESET = Preset(
    epochs=12, batch_size=16, learning_rate=1e-2, shift=0.1, color_jitter=0.1, threads=1,
    checkpoint_steps=2,
)  # fmt: skip


def toy_run(folder):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (96, 32, 32, 3)).astype(np.uint8)
    cells = rng.integers(-1, 4, (96, 2))
    model = MultiPartitionClassifier("test_resnet", [4, 4])
    return train(model, pixels, cells, pixels[:32], cells[:32], PRESET, folder)


def killed_run(folder, wait_s):
    """Start the same run in another process; SIGKILL it `wait_s` after its first state appears."""
    process = subprocess.Popen([sys.executable, __file__, str(folder)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (folder / STATE).exists() and process.poll() is None:
        assert time.monotonic() < deadline, "the run wrote no state"
        time.sleep(0.005)
    time.sleep(wait_s)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it was killed"


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
    killed_run(tmp_path, wait_s=0.13)
    progress = read_progress(tmp_path)
    assert (0, 0) < (progress.epoch, progress.step) < (12, 0)
    (tmp_path / ".state.half.safetensors").write_bytes(b"caught while it was written")
    resumed = toy_run(tmp_path)
    for name in ("model.safetensors", STATE):
        assert same_tensors(folder / name, tmp_path / name), name
    timed = [name for name in log if name.endswith("seconds") or name.endswith("per_s")]
    assert resumed.drop(columns=timed).equals(log.drop(columns=timed))
    assert not list(tmp_path.glob(".*"))


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
    monkeypatch.setattr(loop, "choose_speed", lambda *arguments: pytest.fail("timed again"))
    torch.rand(5)  # other use of the global random state changes nothing
    toy_run(tmp_path)
    assert same_tensors(uninterrupted[0] / STATE, tmp_path / STATE)


def test_a_damaged_state_is_named(tmp_path):
    (tmp_path / STATE).write_bytes(b"\x07" * 100)
    with pytest.raises(ValueError, match=r"folder: .*state\.safetensors is damaged"):
        toy_run(tmp_path)


if __name__ == "__main__":
    toy_run(sys.argv[1])
