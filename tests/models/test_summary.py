import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.models import Backbone, Geolocator, layer_table
from geoutils.models.heads import ClassesHead, HMCHead, MvMFHead
from geoutils.models.summary import parameter_count


@pytest.mark.parametrize("name", ["small_resnet", "test_resnet", "lcnet_050"])
def test_every_parameter_is_counted_once(name):
    model = multi_partition(name, [4, 9])
    table = layer_table(model, 64)
    assert table["parameters"].sum() == sum(weight.numel() for weight in model.parameters())
    assert table.loc["level 1", "parameters"] == 9 * (model.backbone.n_features + 1)
    assert table.loc["level 1", "output"] == "9"
    assert model.training  # as it was


# Families of the papers, each in its smallest size.
@pytest.mark.parametrize(
    ("name", "size"),
    [("test_vit", 160), ("test_efficientnet", 64), ("test_convnext", 64)],
)
def test_any_backbone_and_any_head(name, size):
    torch.manual_seed(0)
    tree = np.array([[0, 0], [0, 1], [1, -1]])
    centers = np.array([[0.0, 0.0], [10.0, 20.0], [-30.0, 170.0]])
    backbone = Backbone(name)
    heads = [
        ClassesHead(backbone.n_features, 3, hidden=8, dropout=0.5),
        HMCHead(backbone.n_features, [2, 2], tree, smoothing_km=100, centers_deg=centers),
        MvMFHead(backbone.n_features, centers),
    ]
    for head in heads:
        model = Geolocator(backbone, head).eval()
        table = layer_table(model, size)
        assert table["parameters"].sum() == parameter_count(model)
        assert not model.training
        assert not any(module._forward_hooks for module in model.modules())
    assert table.loc["head log_kappa"].tolist() == ["", 3]
    assert table.loc["head weights", "output"] == "3"
    if name == "test_vit":
        assert table.loc["cls_token"].tolist() == ["", backbone.n_features]


def test_max_pooled_features_reach_the_head():
    backbone = Backbone("small_resnet", pooling="max")
    table = layer_table(Geolocator(backbone, ClassesHead(192, 5, hidden=7)), 64)
    assert table["output"][["head hidden 0", "head cells"]].to_list() == ["7", "5"]


def test_shared_parameters_count_once():
    model = multi_partition("small_resnet", [4, 4])
    model.head.levels[1].weight = model.head.levels[0].weight
    table = layer_table(model, 64)
    assert table.loc["level 1", "parameters"] == 4
    assert table["parameters"].sum() == parameter_count(model)


def test_small_resnet_shrinks_photos_to_four_by_four():
    table = layer_table(multi_partition("small_resnet", [4]), 64)
    expected = {"stem": "32 × 16 × 16", "stages 1": "64 × 8 × 8", "stages 2": "192 × 4 × 4"}
    assert table["output"][list(expected)].to_dict() == expected
