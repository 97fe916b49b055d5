import numpy as np
import pytest
import torch

from geoutils.training import Preset
from geoutils.training.optimization import build_optimizer, learning_rate


def test_step_schedule_of_the_semp_preset():
    # SemP: 0.01, halved after every three epochs and every epoch from epoch 12 on (15 epochs).
    preset = Preset(
        epochs=15, learning_rate=0.01, schedule="step", warmup_epochs=0,
        milestones=(3, 6, 9, 12, 13, 14),
    )  # fmt: skip
    rates = [learning_rate(preset, epoch * 10, 10) for epoch in range(15)]
    halvings = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6]
    np.testing.assert_allclose(rates, 0.01 * 0.5 ** np.array(halvings))


def test_cosine_climbs_once_and_falls_to_nearly_zero():
    preset = Preset(epochs=10, learning_rate=1.0, warmup_epochs=0.5)
    rates = np.array([learning_rate(preset, step, 100) for step in range(1000)])
    assert rates.argmax() == 49 and rates[49] == 1
    assert (np.diff(rates[:50]) > 0).all() and (np.diff(rates[50:]) < 0).all()
    assert 0 < rates[-1] < 1e-4


def test_weight_decay_spares_biases_and_norms():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    decayed, spared = build_optimizer(model, Preset(weight_decay=0.1)).param_groups
    assert decayed["weight_decay"] == 0.1 and len(decayed["params"]) == 1
    assert spared["weight_decay"] == 0 and len(spared["params"]) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "adam"}, "optimizer: 'adam'; expected adamw or sgd"),
        ({"epochs": 0}, "epochs: 0; expected 1 or more"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0; expected more than 0"),
        ({"learning_rate": float("nan")}, "learning_rate: nan"),
        ({"shift": 1.5}, "shift: 1.5; expected 0 up to below 1"),
        ({"weight_decay": -1}, "weight_decay: -1; expected 0 or more"),
    ],
)
def test_refuses_values_that_mean_nothing(settings, message):
    with pytest.raises(ValueError, match=message):
        Preset(**settings)
