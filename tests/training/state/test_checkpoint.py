"""The optimizer's state, on the device where the optimizer wants it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from geoutils.models import ClassesHead
from geoutils.training import Examples, Preset, epoch, train
from geoutils.training.optimization import build_optimizer
from geoutils.training.state.checkpoint import Progress, load_state, restore_optimizer, save_state
from geoutils.training.threads import Speed

OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop")


def stepped(name, seed=0):
    """A model with a kernel, a bias and a lone number, after two steps of an optimizer."""
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten())
    model.register_parameter("scale", torch.nn.Parameter(torch.tensor(2.0)))
    model.to(memory_format=torch.channels_last)
    optimizer = build_optimizer(model, Preset(optimizer=name, learning_rate=0.1))
    for _ in range(2):
        step(model, optimizer)
    return model, optimizer


def step(model, optimizer):
    optimizer.zero_grad()
    (model.scale * model(torch.linspace(0, 1, 96).reshape(2, 3, 4, 4)).square().sum()).backward()
    optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_restored_optimizer_steps_as_the_saved_one(tmp_path, name):
    model, optimizer = stepped(name)
    save_state(tmp_path, model, optimizer, Progress("key", Speed(1, "fp32")))
    other, restored = stepped(name, seed=1)
    load_state(tmp_path, other, restored)
    moments = [value for value in restored.state[other[0].weight].values() if value.ndim == 4]
    assert all(value.is_contiguous(memory_format=torch.channels_last) for value in moments)
    for each in ((model, optimizer), (other, restored)):
        step(*each)
    for weight, again in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(weight, again)


@pytest.mark.parametrize("name", ("adamw", "adam"))
def test_a_fused_optimizer_counts_steps_where_its_weights_are(name):
    """Fused kernels of a GPU take no counter on the CPU; the meta device stands for a GPU."""
    _, optimizer = stepped(name)
    saved = {
        f"{number}.{key}": value
        for number, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
    }
    moved, weights = build_optimizer(stepped(name)[0], Preset(optimizer=name)), []
    for group in moved.param_groups:
        group["params"] = [torch.nn.Parameter(w.to("meta")) for w in group["params"]]
        weights += group["params"]
    moved.state.clear()
    restore_optimizer(moved, saved)
    assert len(weights) == 3
    for weight in weights:
        state = moved.state[weight]
        assert {value.device.type for value in state.values()} == {"meta"}
        assert state["step"].shape == () and state["exp_avg"].shape == weight.shape


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_interrupted_run_goes_on_on_a_gpu(tmp_path, monkeypatch, name):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(64, 8)).astype(np.float32)
    data = Examples.of(features, rng.integers(0, 5, (64, 1)), np.zeros((64, 2)))
    preset = Preset(epochs=3, batch_size=16, optimizer=name, learning_rate=0.01, precision="fp32")
    preset = replace(preset, checkpoint_steps=2)

    def run(folder):
        torch.manual_seed(0)
        head = ClassesHead(8, 5)
        train(head, data, data, preset, folder)
        return head

    def save_then_stop(*arguments):
        save_state(*arguments)
        raise KeyboardInterrupt

    whole = run(tmp_path / "whole")
    monkeypatch.setattr(epoch, "save_state", save_then_stop)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped")
    monkeypatch.undo()
    again = run(tmp_path / "stopped")
    torch.testing.assert_close(again.cells.weight, whole.cells.weight, rtol=1e-4, atol=1e-5)
