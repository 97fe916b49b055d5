import numpy as np
import pytest
import torch

from geoutils.explanation import attention_grid
from geoutils.models import Backbone, ClassesHead, GeoDecoderHead, Geolocator


def seeded(make):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make().eval()


@pytest.fixture
def images():
    return torch.as_tensor(np.random.default_rng(0).random((5, 3, 64, 64), dtype=np.float32))


def decoder():
    body = Backbone("small_resnet")
    head = GeoDecoderHead(
        body.n_channels, [4, 6, 9], n_scenes=2, width=16, n_independent=1, n_dependent=1
    )
    return Geolocator(body, head)


def test_rows_and_columns_are_those_of_the_last_map(images):
    model = seeded(decoder)
    found = attention_grid(model, images, batch_size=2)
    maps, scenes = model.head.attention_maps(model.features(images))
    assert found.maps.shape == (5, 3, 2, 4, 4)
    # Place p of the tokens is row p // 4 and column p % 4 of the backbone's map.
    by_hand = [[maps[:, :, :, 4 * row + column] for column in range(4)] for row in range(4)]
    for row in range(4):
        for column in range(4):
            got = found.maps[:, :, :, row, column]
            np.testing.assert_allclose(got, by_hand[row][column], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found.maps.sum(axis=(3, 4)), 1, rtol=1e-5)
    np.testing.assert_array_equal(found.scenes, scenes)


def test_a_wide_photo_has_a_wide_grid(images):
    wide = torch.cat([images, images], dim=3)[:, :, :, :112]
    assert attention_grid(seeded(decoder), wide).maps.shape[-2:] == (4, 7)


def test_refuses_other_models(images):
    body = Backbone("small_resnet")
    plain = Geolocator(body, ClassesHead(body.n_features, 3)).eval()
    with pytest.raises(ValueError, match="model: a head of kind 'classes'; only a geodecoder"):
        attention_grid(plain, images)
    with pytest.raises(ValueError, match="model: in training mode"):
        attention_grid(seeded(decoder).train(), images)
