import numpy as np
import pytest
import torch

from geoutils.models import Backbone

# Parameters as the networks' authors count them, less the classifier of 1,000 objects (width
# × 1,000 + 1,000): He et al. 2016, Simonyan & Zisserman 2015 (its 16 convolutions alone), Tan & Le
# 2019, Liu et al. 2021, Dosovitskiy et al. 2021. Then: width, side of the map that ends a photo of
# the given side.
PAPERS = {
    "resnet50": (25_557_032 - 2_049_000, 2048, 224, 7),
    "resnet152": (60_192_808 - 2_049_000, 2048, 224, 7),
    "vgg19": (20_024_384, 512, 224, 7),
    "efficientnet_b0": (5_288_548 - 1_281_000, 1280, 224, 7),
    "efficientnet_b1": (7_794_184 - 1_281_000, 1280, 240, 8),
    "efficientnet_b4": (19_341_616 - 1_793_000, 1792, 300, 10),
    "tf_efficientnet_b0": (5_288_548 - 1_281_000, 1280, 224, 7),
    "tf_efficientnet_b1": (7_794_184 - 1_281_000, 1280, 240, 8),
    "tf_efficientnet_b4": (19_341_616 - 1_793_000, 1792, 300, 10),
    "inception_v3": (23_834_568 - 2_049_000, 2048, 299, 8),
    "swin_base_patch4_window7_224": (87_768_224 - 1_025_000, 1024, 224, 7),
    "vit_base_patch16_224": (86_567_656 - 769_000, 768, 224, 14),
    "tf_efficientnet_lite0": (4_652_008 - 1_281_000, 1280, 224, 7),
    "small_resnet": (1_201_184, 192, 64, 4),
}


@pytest.mark.parametrize("pooling", ["avg", "max"])
@pytest.mark.parametrize("name", PAPERS)
def test_the_papers_networks_have_their_sizes(name, pooling):
    parameters, width, side, places = PAPERS[name]
    with torch.device("meta"):
        backbone = Backbone(name, pooling)
        images = torch.zeros(2, 3, side, side)
        features, tokens = backbone(images), backbone.tokens(images)
    assert sum(weight.numel() for weight in backbone.parameters()) == parameters
    assert (backbone.n_features, backbone.n_channels) == (width, width)
    assert features.shape == (2, width)
    assert tokens.shape == (2, places**2, width)


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "test_convnext"])
def test_pooling_is_over_all_places(name):
    images = torch.rand(3, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    average, largest = Backbone(name).eval(), Backbone(name, pooling="max").eval()
    largest.load_state_dict(average.state_dict())
    with torch.inference_mode():
        tokens = average.tokens(images)
        assert tokens.shape[1] == 6
        maps = average.network.forward_features((images - average.mean) / average.std)
        torch.testing.assert_close(tokens[:, 5], maps[:, :, 2, 1])  # row by row
        torch.testing.assert_close(largest(images), tokens.amax(1))
        if name != "test_convnext":  # which has a norm after its average
            torch.testing.assert_close(average(images), tokens.mean(1))


def test_swin_averages_its_tokens_and_a_vit_reads_its_class_token():
    swin = Backbone("swin_tiny_patch4_window7_224").eval()
    with pytest.raises(ValueError, match=r"images: 64 × 96 pixels; swin_tiny.* takes 224 × 224"):
        swin(torch.rand(1, 3, 64, 96))
    vit = Backbone("test_vit").eval()
    images = torch.rand(2, 3, 160, 160, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        photo = images[:1].repeat(1, 1, 2, 2)[..., :224, :224]
        torch.testing.assert_close(swin(photo), swin.tokens(photo).mean(1))
        last = vit.network.forward_features((images - vit.mean) / vit.std)
        torch.testing.assert_close(vit(images), last[:, 0])
        torch.testing.assert_close(vit.tokens(images), last[:, 1:])


def test_vgg_ends_with_its_convolutions():
    backbone = Backbone("vgg11").eval()
    images = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        maps = backbone.network.features((images - backbone.mean) / backbone.std)
        torch.testing.assert_close(backbone(images), maps.mean((2, 3)))


def test_configurations_rebuild_a_backbone():
    backbone = Backbone("test_resnet", pooling="max", drop_path=0.2)
    again = Backbone(**backbone.config)
    again.load_state_dict(backbone.state_dict())
    assert again.config == backbone.config
    assert all(name.startswith("network.") for name in backbone.state_dict())


def test_input_is_normalised_as_the_network_expects():
    gray = torch.full((1, 3, 1, 1), 127 / 255)
    for name, expected in {
        "tf_efficientnet_lite0": [0, 0, 0],  # (x − 127) / 128
        "resnet50": [(127 / 255 - m) / s for m, s in ((0.485, 0.229), (0.456, 0.224))],
        "inception_v3": [(127 / 255 - 0.5) / 0.5] * 3,
    }.items():
        backbone = Backbone(name)
        normalised = ((gray - backbone.mean) / backbone.std).flatten().tolist()
        np.testing.assert_allclose(normalised[: len(expected)], expected, atol=1e-6)


def test_drop_path_skips_branches_while_training_only():
    torch.manual_seed(0)
    backbone = Backbone("test_vit", drop_path=0.9)
    images = torch.rand(1, 3, 160, 160).repeat(16, 1, 1, 1)
    with torch.inference_mode():
        assert backbone.train()(images).std(0).max() > 0.01
        assert backbone.eval()(images).std(0).max() < 1e-5


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"name": "resnet5"}, "backbone: timm knows no 'resnet5'; similar: .*resnet50"),
        ({"pooling": "mean"}, "pooling: 'mean'; expected avg, max"),
        ({"pretrained": "imagenet"}, "pretrained: 'imagenet'; expected one of"),
        ({"name": "vgg11", "drop_path": 0.4}, "drop_path: 0.4; vgg11 has no branches"),
        ({"drop_path": 1.0}, "drop_path: 1.0; expected a probability below 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        Backbone(**({"name": "test_resnet"} | arguments))
