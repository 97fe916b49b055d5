"""Each preset against the numbers that its paper prints."""

import itertools

import pytest
import torch

from geoutils.training.augmentation.settings import Augmentation
from geoutils.training.optimization import is_over, learning_rate
from geoutils.training.preset import Preset
from geoutils.training.recipes.paper_presets import PAPER_PRESETS

MULTI_STEP = {  # paper: epochs, batch, first rate, epochs after which it is halved
    "semp": (15, 200, 0.01, [3, 6, 9, 12, 13, 14]),
    "semp_countries": (10, 200, 0.01, [3, 6, 9]),
    "kordopatis_ce": (25, 64, 0.01, [5, 10, 15, 20]),
    "geodecoder": (40, 512, 0.01, [4, 8, 12, 13, 14, 15]),
}


@pytest.mark.parametrize("name", MULTI_STEP)
def test_gradient_descent_in_steps(name):
    """SemP 4.1, Kordopatis-Zilos 4.2, GeoDecoder Table 8: all with 0.9 and 1e-4."""
    epochs, batch_size, rate, halved = MULTI_STEP[name]
    preset = PAPER_PRESETS[name]
    assert (preset.epochs, preset.batch_size) == (epochs, batch_size)
    assert (preset.optimizer, preset.momentum, preset.weight_decay) == ("sgd", 0.9, 1e-4)
    for epoch in range(epochs):
        expected = rate / 2 ** sum(epoch >= done for done in halved)
        assert learning_rate(preset, step=7 * epoch, steps_per_epoch=7) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "epochs"),
    [("kordopatis_hc", 5), ("kordopatis_mvmf", 5), ("kordopatis_retrieval", 200)],
)
def test_heads_on_a_frozen_backbone(name, epochs):
    """Kordopatis-Zilos et al., section 4.2."""
    preset = PAPER_PRESETS[name]
    assert (preset.epochs, preset.batch_size, preset.weight_decay) == (epochs, 64, 1e-4)
    assert (preset.optimizer, preset.learning_rate, preset.schedule) == ("adamw", 1e-5, "cosine")
    assert learning_rate(preset, 0, 10) == pytest.approx(1e-5)  # no warm-up
    assert learning_rate(preset, epochs * 10 - 1, 10) < 1e-8


def test_cplanet():
    """Section 5.2."""
    preset = PAPER_PRESETS["cplanet"]
    assert (preset.optimizer, preset.learning_rate) == ("rmsprop", 0.005)


@pytest.mark.parametrize(
    ("name", "rate"), [("mc", 1e-4), ("hmc", 1e-2), ("hmc_sol", 1e-4), ("hmc_smooth", 1e-6)]
)
def test_thesis(name, rate):
    """Sections 6.1.1 to 6.1.3 and Table 6.7."""
    preset = PAPER_PRESETS[f"thesis_{name}"]
    assert (preset.optimizer, preset.batch_size, preset.learning_rate) == ("adam", 32, rate)
    assert (preset.seed, preset.patience) == (42, 3)
    assert (preset.schedule, preset.plateau_patience, preset.step_factor) == ("plateau", 3, 0.2)
    assert preset.augmentation.one_of == ("turn", "flip", "color")
    assert preset.augmentation.color_jitter > 0


def test_weight_decay_of_the_thesis_is_the_gradient_of_its_penalty():
    """Equation 6.2: λ Σ w² with λ = 1e-5, where the data pull at nothing."""
    preset = PAPER_PRESETS["thesis_mc"]
    weight = torch.tensor([3.0, -2.0], requires_grad=True)
    (1e-5 * weight.square().sum()).backward()
    torch.testing.assert_close(preset.weight_decay * weight.detach(), weight.grad)


def test_the_plateau_of_the_thesis_never_acts():
    preset = PAPER_PRESETS["thesis_mc"]
    for better in itertools.product([True, False], repeat=8):
        losses = [1.0]
        for falls in better:
            if is_over(preset, losses):
                break
            rate = learning_rate(preset, len(losses) * 7, 7, losses)
            assert rate == preset.learning_rate, losses
            losses.append(min(losses) - 1 if falls else min(losses) + 1)


def test_augmentations():
    area = PAPER_PRESETS["kordopatis_ce"].augmentation
    assert (area.crop_area, area.crop_aspect, area.crop_px) == (0.7, (3 / 4, 4 / 3), 300)
    for name in ("hc", "mvmf", "retrieval"):  # features of photos as they are
        assert PAPER_PRESETS[f"kordopatis_{name}"].augmentation == Augmentation()
    clark = PAPER_PRESETS["geodecoder"].augmentation
    assert (clark.color_jitter, clark.hue, clark.rotate_deg) == (0.4, 0.1, (1, 15))
    assert (clark.crop_px, clark.crop_area) == (224, 1.0)
    for name in ("semp", "kordopatis_ce", "geodecoder"):
        assert PAPER_PRESETS[name].augmentation.flip


def test_losses_are_joined_as_in_the_papers():
    """Sums, but the mean in Kordopatis-Zilos et al. (section 3.2.2)."""
    assert {name for name, preset in PAPER_PRESETS.items() if preset.loss == "sum"} == {
        "semp",
        "semp_countries",
        "cplanet",
        "geodecoder",
    }


@pytest.mark.parametrize("name", PAPER_PRESETS)
def test_each_is_what_its_settings_say(name):
    preset = PAPER_PRESETS[name]
    assert Preset.of(preset.settings) == preset
    if preset.micro_batch is not None:
        assert preset.batch_size % preset.micro_batch == 0
