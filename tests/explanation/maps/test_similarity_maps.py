import numpy as np
import pytest
import torch

from geoutils.explanation import cam_layer, similarity_maps
from geoutils.models import Backbone, Geolocator, RetrievalHead


@pytest.fixture
def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = Backbone("small_resnet")
        return Geolocator(body, RetrievalHead(body.n_features, hidden=8, bank_size=0)).eval()


def photos(seed):
    return torch.as_tensor(np.random.default_rng(seed).random((3, 3, 64, 64), dtype=np.float32))


def test_each_side_is_the_gradient_of_the_cosine(model):
    queries, neighbours = photos(0), photos(1)
    over_query, over_neighbour = similarity_maps(
        model, queries, neighbours, "gradients", n_copies=0
    )
    both = torch.stack([queries, neighbours]).requires_grad_()
    cosine = (model(both[0]) * model(both[1])).sum()
    slopes = torch.autograd.grad(cosine, both)[0].amax(dim=2).numpy()
    np.testing.assert_allclose(over_query, slopes[0], rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(over_neighbour, slopes[1], rtol=1e-3, atol=1e-7)


def test_grad_cam_of_pairs_does_not_mix_them(model):
    queries, neighbours = photos(0), photos(1)
    layer = cam_layer(model, queries)
    together = similarity_maps(model, queries, neighbours, layer=layer)
    for pair in range(3):
        one = slice(pair, pair + 1)
        alone = similarity_maps(model, queries[one], neighbours[one], layer=layer)
        for got, expected in zip(together, alone, strict=True):
            assert expected.max() > 0
            np.testing.assert_allclose(got[one], expected, rtol=1e-2, atol=1e-3 * expected.max())


def test_a_photo_beside_itself_has_nothing_to_gain(model):
    # The cosine of a photo with itself is at its highest: all slopes are zero.
    queries = photos(2)
    flat, _ = similarity_maps(model, queries, queries, "gradients", n_copies=0)
    steep, _ = similarity_maps(model, queries, photos(3), "gradients", n_copies=0)
    assert np.abs(flat).max() < 1e-3 * np.abs(steep).max()


def test_refuses_unlike_numbers(model):
    with pytest.raises(ValueError, match="neighbours: 2 photos for 3 queries"):
        similarity_maps(model, photos(0), photos(1)[:2])
