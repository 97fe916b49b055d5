import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from level_logit import level_logit
from torch import nn

from geoutils.explanation import CamLayer, cam_layer, explanation_maps, grad_cam
from geoutils.models import Backbone, ClassesHead, GeoDecoderHead, Geolocator


class ToyNet(nn.Module):
    """One convolution, then a mean over places and a linear layer for two cells."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, kernel_size=2, stride=2)
        self.cells = nn.Linear(2, 2, bias=False)

    def forward(self, images):
        return [self.cells(self.conv(images).tanh().mean(dim=(2, 3)))]


@pytest.fixture
def toy():
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return ToyNet().eval()


def photos(n, side, seed=0):
    return torch.as_tensor(np.random.default_rng(seed).random((n, 3, side, side), dtype=np.float32))


def small(backbone, head=None):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = Backbone(backbone)
        return Geolocator(body, head or ClassesHead(body.n_features, 5)).eval()


CELLS = torch.tensor([1, 0, 1])


def test_equals_the_definition_by_hand(toy):
    images = photos(3, 8)
    values = toy.conv(images).detach().numpy()
    # d score / d a = w_channel · (1 − tanh² a) / number of places
    weights = toy.cells.weight.detach().numpy()[CELLS][:, :, None, None]
    slopes = weights * (1 - np.tanh(values) ** 2) / 16
    alpha = slopes.mean(axis=(2, 3), keepdims=True)
    expected = np.maximum((alpha * values).sum(axis=1), 0)
    got = grad_cam(level_logit(toy), images, CELLS, CamLayer(toy.conv))
    assert got.shape == (3, 4, 4) and got.max() > 0
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("backbone", ["small_resnet", "resnet18", "test_efficientnet"])
def test_equals_captums_on_convolutional_backbones(backbone):
    model, images = small(backbone), photos(3, 96)
    score, layer = level_logit(model), cam_layer(model, images)
    expected = LayerGradCam(score, layer.module).attribute(
        images, additional_forward_args=(CELLS,), relu_attributions=True
    )
    assert expected.max() > 0
    got = grad_cam(score, images, CELLS, layer)
    torch.testing.assert_close(got, expected[:, 0].detach(), rtol=1e-4, atol=1e-9)


def test_maps_have_the_photos_size_and_do_not_depend_on_the_batch():
    model, images = small("small_resnet"), photos(5, 64)
    cells = torch.tensor([0, 1, 2, 3, 4])
    score, layer = level_logit(model), cam_layer(model, images)
    together, alone = (
        explanation_maps(score, images, cells, "grad_cam", layer=layer, batch_size=size)
        for size in (64, 2)
    )
    np.testing.assert_allclose(together, alone, rtol=1e-3, atol=1e-8)
    places = grad_cam(score, images, cells, layer).numpy()
    # Bilinear between centres: a place of 16 × 16 pixels keeps its value where four pixels meet.
    corner = together.reshape(5, 4, 16, 4, 16)[:, :, 7:9, :, 7:9].mean(axis=(2, 4))
    np.testing.assert_allclose(corner, places, rtol=0.1, atol=0.1 * places.max())


def test_frozen_weights_can_be_explained(toy):
    images = photos(3, 8)
    expected = grad_cam(level_logit(toy), images, CELLS, CamLayer(toy.conv))
    toy.requires_grad_(False)
    got = grad_cam(level_logit(toy), images, CELLS, CamLayer(toy.conv))
    torch.testing.assert_close(got, expected)
    with torch.no_grad():
        torch.testing.assert_close(
            grad_cam(level_logit(toy), images, CELLS, CamLayer(toy.conv)), expected
        )


@pytest.mark.parametrize(
    ("backbone", "side", "grid"), [("small_vit", 64, 8), ("small_swin", 64, 4)]
)
def test_transformers_are_explained_by_their_tokens(backbone, side, grid):
    model, images = small(backbone), photos(3, side)
    got = grad_cam(level_logit(model), images, CELLS, cam_layer(model, images))
    assert got.shape == (3, grid, grid)
    assert (got.amax(dim=(1, 2)) > got.amin(dim=(1, 2))).all()


def test_a_class_token_alone_is_explained_before_the_last_attention():
    model, images = small("small_vit"), photos(2, 64)
    layer = cam_layer(model, images)
    assert layer.module is model.backbone.network.blocks[-1].norm1 and layer.n_prefix == 1
    after = CamLayer(model.backbone.network.norm, "tokens", 1)
    assert (grad_cam(level_logit(model), images, CELLS[:2], after) == 0).all()
    body = Backbone("small_vit")
    head = GeoDecoderHead(body.n_channels, [3, 5], n_independent=1, n_dependent=0)
    reader = Geolocator(body, head).eval()
    assert cam_layer(reader, images).module is reader.backbone.network.norm


def test_tokens_equal_a_brute_force_sum():
    model, images = small("small_vit"), photos(2, 64)
    layer = cam_layer(model, images)
    kept = []
    hook = layer.module.register_forward_hook(lambda m, i, out: kept.append(out))
    score = level_logit(model)(images, CELLS[:2])
    hook.remove()
    [slopes] = torch.autograd.grad(score.sum(), kept[0])
    for photo in range(2):
        values, by = kept[0][photo, 1:].detach().numpy(), slopes[photo, 1:].numpy()
        expected = [max(0, sum(values[p] * by.mean(axis=0))) for p in range(64)]
        got = grad_cam(level_logit(model), images, CELLS[:2], layer)[photo]
        np.testing.assert_allclose(got.ravel(), expected, rtol=1e-4, atol=1e-8)


def test_refuses_what_has_no_places(toy):
    model = small("small_resnet")
    with pytest.raises(ValueError, match="images: 16 × 16 pixels are one place to small_resnet"):
        cam_layer(model, photos(1, 16))
    with pytest.raises(ValueError, match="layer: Conv2d is no part of what is scored"):
        grad_cam(level_logit(toy), photos(3, 8), CELLS, CamLayer(nn.Conv2d(3, 3, 1)))
    with pytest.raises(ValueError, match="layout: 'NCHW'; expected channels_first"):
        CamLayer(toy.conv, "NCHW")
    with pytest.raises(ValueError, match="5 places make no grid of the shape of 64 × 64"):
        CamLayer(toy.conv, "tokens").places(torch.ones(1, 5, 2), 64, 64)
