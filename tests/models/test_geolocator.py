import json

import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.models import load_model, save_model


def test_one_array_of_logits_per_level_and_shared_features():
    model = multi_partition("small_resnet", [4, 7, 11]).eval()
    images = torch.rand(2, 3, 64, 64)
    logits = model(images)
    assert [tuple(level.shape) for level in logits] == [(2, 4), (2, 7), (2, 11)]
    features = model.features(images)
    assert features.shape == (2, model.backbone.n_features)
    for level, again in zip(logits, model.head(features), strict=True):
        torch.testing.assert_close(level, again)


@pytest.mark.parametrize("name", ["test_resnet", "lcnet_050", "test_efficientnet"])
def test_any_timm_name_is_a_backbone(name):
    model = multi_partition(name, [3]).eval()
    assert model.features(torch.rand(1, 3, 64, 64)).shape == (1, model.backbone.n_features)


def test_small_resnet_is_small_and_keeps_four_by_four_places():
    model = multi_partition("small_resnet", [3]).eval()
    assert sum(weight.numel() for weight in model.backbone.parameters()) < 1.5e6
    tokens = model.backbone.network.forward_features(torch.rand(1, 3, 64, 64))
    assert tokens.shape == (1, model.backbone.n_features, 4, 4)


def test_images_are_normalised_inside():
    backbone = multi_partition("small_resnet", [3]).eval().backbone
    image = torch.rand(1, 3, 64, 64)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    torch.testing.assert_close(backbone(image), backbone.network((image - mean) / std))


def test_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    first = multi_partition("small_resnet", [3], seed=1)
    after = torch.rand(1)
    again = multi_partition("small_resnet", [3], seed=1)
    other = multi_partition("small_resnet", [3], seed=2)
    torch.manual_seed(5)
    torch.testing.assert_close(after, torch.rand(1))  # the global stream was not touched
    weight = "head.levels.0.weight"
    assert torch.equal(first.state_dict()[weight], again.state_dict()[weight])
    assert not torch.equal(first.state_dict()[weight], other.state_dict()[weight])


def test_a_saved_model_predicts_the_same(tmp_path):
    model = multi_partition("small_resnet", [4, 7], seed=3).eval()
    save_model(model, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    loaded = load_model(tmp_path)
    assert not loaded.training
    images = torch.rand(2, 3, 64, 64)
    for level, again in zip(model(images), loaded(images), strict=True):
        torch.testing.assert_close(level, again, rtol=0, atol=0)


def test_unknown_names_and_broken_folders_are_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"backbone: timm knows no 'resnet51'; similar: .*resnet50"
    ):
        multi_partition("resnet51", [3])
    with pytest.raises(ValueError, match=r"n_cells: \[4, 1\]"):
        multi_partition("small_resnet", [4, 1])
    with pytest.raises(ValueError, match=r"folder: no model\.safetensors"):
        load_model(tmp_path)
    save_model(multi_partition("small_resnet", [4]), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["head"]["n_cells"] = [5]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"model\.safetensors cannot be used: .*size mismatch"):
        load_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(np.arange(9).tobytes())
    with pytest.raises(ValueError, match=r"model\.safetensors cannot be used"):
        load_model(tmp_path)
