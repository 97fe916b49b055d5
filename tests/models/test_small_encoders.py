import pytest
import timm
import torch

from geoutils.models import Backbone


@pytest.mark.parametrize(
    ("name", "places", "channels"), [("small_vit", 64, 96), ("small_swin", 16, 192)]
)
def test_tokens_and_features(name, places, channels):
    torch.manual_seed(0)
    backbone = Backbone(name).eval()
    assert backbone.n_channels == backbone.n_features == channels
    images = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        tokens, features = backbone.tokens(images), backbone(images)
    assert tokens.shape == (2, places, channels) and features.shape == (2, channels)
    if name == "small_swin":  # its features are the mean over the places
        torch.testing.assert_close(features, tokens.mean(1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["small_vit", "small_swin"])
def test_other_sizes_and_published_weights_are_refused(name):
    with pytest.raises(ValueError, match=r"images: 96 × 96 pixels; small_.* takes 64 × 64 alone"):
        Backbone(name).tokens(torch.rand(1, 3, 96, 96))
    with pytest.raises(ValueError, match="pretrained: these networks have no published weights"):
        timm.create_model(name, pretrained=True)
