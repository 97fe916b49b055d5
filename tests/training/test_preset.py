import numpy as np
import pytest
import torch

from geoutils.training import Augmentation, Preset
from geoutils.training.optimization import build_optimizer, is_over, learning_rate


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


def test_plateaus_lower_the_rate_as_torchs_scheduler_does():
    """Against ReduceLROnPlateau, whose patience counts epochs that are let pass, one less."""
    rng = np.random.default_rng(0)
    val_losses = (rng.random(60) * np.linspace(2, 1, 60)).tolist()
    preset = Preset(
        epochs=61, learning_rate=1.0, warmup_epochs=0, schedule="plateau", plateau_patience=3,
        step_factor=0.2,
    )  # fmt: skip
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    torchs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.2, patience=2, threshold=0, min_lr=0, eps=0
    )
    for epoch, loss in enumerate(val_losses):
        rate = learning_rate(preset, epoch * 5 + 2, 5, val_losses[:epoch])
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        torchs.step(loss)
    assert rate < 0.01


def test_a_constant_rate_is_reached_by_warm_up():
    preset = Preset(epochs=3, learning_rate=0.5, warmup_epochs=1, schedule="constant")
    rates = [learning_rate(preset, step, 2) for step in range(6)]
    assert rates == [0.25, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_a_run_stops_early_where_its_loss_has_not_fallen():
    patient, endless = Preset(epochs=9, patience=2), Preset(epochs=9)
    losses = [3.0, 2.0, 2.0, 1.5, 1.6]
    assert [is_over(patient, losses[:n]) for n in range(6)] == [False] * 6
    assert is_over(patient, [*losses, 1.5]) and not is_over(endless, [*losses, 1.5])
    assert is_over(endless, [1.0] * 9)


def test_weight_decay_spares_biases_and_norms_unless_told():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    decayed, spared = build_optimizer(model, Preset(weight_decay=0.1)).param_groups
    assert decayed["weight_decay"] == 0.1 and len(decayed["params"]) == 1
    assert spared["weight_decay"] == 0 and len(spared["params"]) == 3
    (everything,) = build_optimizer(model, Preset(weight_decay=0.1, decay_all=True)).param_groups
    assert everything["weight_decay"] == 0.1 and len(everything["params"]) == 4
    model[0].requires_grad_(False)
    (spared,) = build_optimizer(model, Preset()).param_groups
    assert len(spared["params"]) == 2
    with pytest.raises(ValueError, match="all of its weights are frozen"):
        build_optimizer(model.requires_grad_(False), Preset())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw", torch.optim.AdamW),
        ("adam", torch.optim.Adam),
        ("sgd", torch.optim.SGD),
        ("rmsprop", torch.optim.RMSprop),
    ],
)
def test_optimizers_are_torchs(name, kind):
    """One step from the same weights and gradient as torch's plain implementation."""
    ours, theirs = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    preset = Preset(optimizer=name, learning_rate=0.1, weight_decay=0.2, decay_all=True)
    momentum = {"momentum": 0.9} if name == "sgd" else {}
    plain = kind(theirs.parameters(), lr=0.1, weight_decay=0.2, foreach=False, **momentum)
    optimizer = build_optimizer(ours, preset)
    for model, each in ((ours, optimizer), (theirs, plain)):
        for _ in range(2):
            each.zero_grad()
            model(torch.ones(4, 3)).square().sum().backward()
            each.step()
    torch.testing.assert_close(ours.weight, theirs.weight)


def test_a_preset_of_a_study_file():
    preset = Preset.of({"milestones": [3, 6], "augmentation": {"crop_px": 24, "flip": True}})
    assert preset == Preset(milestones=(3, 6), augmentation=Augmentation(crop_px=24, flip=True))
    assert Preset.of(preset.settings) == preset
    weighed = Preset.of({"term_weights": [1, 0.5]})
    assert weighed.term_weights == (1, 0.5) and Preset.of(weighed.settings) == weighed
    with pytest.raises(ValueError, match=r"preset: 'batchsize'; expected .*; similar: batch_size"):
        Preset.of({"batchsize": 3})
    with pytest.raises(ValueError, match=r"augmentation: 'shfit'; expected .*; similar: shift"):
        Preset.of({"augmentation": {"shfit": 0.1}})
    with pytest.raises(ValueError, match=r"learning_rate: '1e-4'; expected a number .in YAML"):
        Preset.of({"learning_rate": "1e-4"})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"augmentation": 3}, "augmentation: 3; expected a mapping"),
        ({"augmentation": {"shift": "a"}}, "augmentation: {'shift': 'a'}"),
        ({"milestones": 3}, "milestones: 3; expected a list"),
        ({"term_weights": 3}, "term_weights: 3; expected a list"),
        ({"term_weights": [1, "2e0"]}, "term_weights: '2e0'; expected a number"),
        ({"weight_decay": None}, "weight_decay: None; expected a number"),
        ({"compile": "no"}, "compile: 'no'; expected true or false"),
    ],
)
def test_refuses_values_of_another_kind(values, message):
    with pytest.raises(ValueError, match=message):
        Preset.of(values)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"milestones": (3, 0)}, "milestones: got 0, expected a whole number from 1 on"),
        ({"term_weights": (1.0, -1.0)}, "term_weights: -1.0; expected 0 or more"),
        ({"term_weights": (0.0, 0.0)}, "expected one above 0"),
        ({"optimizer": "lion"}, "optimizer: 'lion'; expected adamw or adam or sgd or rmsprop"),
        ({"epochs": 0}, "epochs: got 0, expected a whole number from 1 on"),
        ({"patience": 0}, "patience: got 0, expected a whole number from 1 on"),
        ({"micro_batch": 0}, "micro_batch: got 0, expected a whole number from 1 on"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0; expected more than 0"),
        ({"learning_rate": float("nan")}, "learning_rate: nan"),
        ({"momentum": 1.0}, "momentum: 1.0; expected 0 up to below 1"),
        ({"weight_decay": -1}, "weight_decay: -1; expected 0 or more"),
    ],
)
def test_refuses_values_that_mean_nothing(settings, message):
    with pytest.raises(ValueError, match=message):
        Preset(**settings)
