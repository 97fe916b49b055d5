import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from geoutils.models import (
    Backbone,
    Geolocator,
    load_model,
    save_model,
)
from geoutils.models.heads import ClassesHead, Head, HMCHead, MultiPartitionHead, MvMFHead
from geoutils.models.saving import CONFIG, load_weights

N_FEATURES = 192
CENTERS = np.array([[0.0, 0.0], [10.0, 20.0], [-30.0, 170.0]])
TREE = np.array([[0, 0], [0, 1], [1, -1]])
HEADS = [
    ClassesHead(N_FEATURES, 4, hidden=8, dropout=0.5),
    MultiPartitionHead(N_FEATURES, [2, 3]),
    MultiPartitionHead(N_FEATURES, [3], smoothing_km=200, centers_deg=CENTERS),
    HMCHead(N_FEATURES, [2, 2], TREE, "smooth", epsilon=0.02, alpha=0.8),
    MvMFHead(N_FEATURES, CENTERS),
]


def assert_same(first, second):
    for level, again in zip(first, second, strict=True):
        torch.testing.assert_close(level, again, rtol=0, atol=0)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.kind)
def test_every_head_comes_back_with_its_backbone_or_alone(head, tmp_path):
    images, features = torch.rand(2, 3, 64, 64), torch.randn(2, N_FEATURES)
    model = Geolocator(Backbone("small_resnet"), head).eval()
    save_model(model, tmp_path / "whole")
    whole = load_model(tmp_path / "whole")
    assert type(whole) is Geolocator and not whole.training
    assert_same(model(images), whole(images))
    save_model(head, tmp_path / "head")
    alone = load_model(tmp_path / "head")
    assert type(alone) is type(head) and not alone.training
    assert_same(head(features), alone(features))
    assert alone.config.keys() == head.config.keys()
    for name, value in head.config.items():
        np.testing.assert_array_equal(alone.config[name], value)
        if isinstance(value, np.ndarray):
            assert alone.config[name].dtype == value.dtype


def test_weights_alone_go_into_a_model_whose_arguments_are_arrays(tmp_path):
    head = MvMFHead(N_FEATURES, CENTERS)
    save_model(head, tmp_path)
    other = MvMFHead(N_FEATURES, CENTERS)
    load_weights(other, tmp_path)
    features = torch.randn(2, N_FEATURES)
    assert_same(head(features), other(features))


class BearingHead(Head):
    """Answers a unit vector and scores no cells."""

    def __init__(self, n_features: int, north: np.ndarray):
        super().__init__()
        self.config_ = {"n_features": n_features, "north": north}
        self.turn = nn.Linear(n_features, 2)

    def forward(self, features):
        return functional.normalize(self.turn(features) + torch.from_numpy(self.config_["north"]))

    def terms(self, features, truth):
        answers = self(features)
        return (1 - answers[:, :1]).mean(0), answers

    def asked(self, truth):
        return torch.tensor([len(truth)])

    def right(self, answers, truth):
        return (answers[:, 0] > 0).sum()[None]

    @property
    def config(self):
        return self.config_


def test_a_head_without_cells_comes_back_too(tmp_path, monkeypatch):
    monkeypatch.setattr(BearingHead, "kind", "bearing", raising=False)
    monkeypatch.setitem(Head.kinds, "bearing", BearingHead)
    head = BearingHead(N_FEATURES, np.array([0.5, -1.0], dtype=np.float32))
    model = Geolocator(Backbone("small_resnet"), head).eval()
    images = torch.rand(2, 3, 64, 64)
    save_model(model, tmp_path)
    torch.testing.assert_close(load_model(tmp_path)(images), model(images), rtol=0, atol=0)


def test_the_backbone_comes_back_with_its_settings(tmp_path):
    backbone = Backbone("test_efficientnet", pooling="max", drop_path=0.1)
    model = Geolocator(backbone, ClassesHead(backbone.n_features, 3)).eval()
    save_model(model, tmp_path)
    loaded = load_model(tmp_path)
    assert loaded.backbone.config == backbone.config
    images = torch.rand(2, 3, 64, 64)
    assert_same(model(images), loaded(images))


def test_weights_from_afar_are_not_fetched_again(tmp_path):
    model = Geolocator(Backbone("small_resnet"), ClassesHead(N_FEATURES, 3)).eval()
    save_model(model, tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    config["backbone"]["pretrained"] = "hub"  # of which this network has none
    (tmp_path / CONFIG).write_text(json.dumps(config))
    images = torch.rand(2, 3, 64, 64)
    assert_same(model(images), load_model(tmp_path)(images))


def test_models_written_before_backbones_had_settings_still_load(tmp_path):
    model = Geolocator(Backbone("small_resnet"), ClassesHead(N_FEATURES, 3)).eval()
    save_model(model, tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    config["backbone"] = {"name": "small_resnet"}
    (tmp_path / CONFIG).write_text(json.dumps(config))
    images = torch.rand(2, 3, 64, 64)
    assert_same(model(images), load_model(tmp_path)(images))


def test_loading_leaves_the_random_state_alone(tmp_path):
    save_model(HEADS[0], tmp_path)
    torch.manual_seed(5)
    load_model(tmp_path)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(1))


def test_unknown_kinds_are_refused(tmp_path):
    save_model(HEADS[0], tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    (tmp_path / CONFIG).write_text(json.dumps(config | {"model": "Oracle"}))
    with pytest.raises(ValueError, match=r"config\.json describes a Oracle; expected a Geolocator"):
        load_model(tmp_path)
    (tmp_path / CONFIG).write_text(json.dumps(config | {"head": {"kind": "oracle"}}))
    with pytest.raises(ValueError, match="has a head 'oracle'; expected one of classes, "):
        load_model(tmp_path)
    assert "oracle" not in Head.kinds
