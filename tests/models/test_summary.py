import pytest

from geoutils.models import MultiPartitionClassifier, layer_table


@pytest.mark.parametrize("name", ["small_resnet", "test_resnet", "lcnet_050"])
def test_every_parameter_is_counted_once(name):
    model = MultiPartitionClassifier(name, [4, 9])
    table = layer_table(model, 64)
    assert table["parameters"].sum() == sum(weight.numel() for weight in model.parameters())
    assert table.loc["level 1", "parameters"] == 9 * (model.backbone.n_features + 1)
    assert table.loc["level 1", "output"] == "9"
    assert model.training  # as it was


def test_small_resnet_shrinks_photos_to_four_by_four():
    table = layer_table(MultiPartitionClassifier("small_resnet", [4]), 64)
    expected = {"stem": "32 × 16 × 16", "stages 1": "64 × 8 × 8", "stages 2": "192 × 4 × 4"}
    assert table["output"][list(expected)].to_dict() == expected
