import numpy as np
import pytest
import torch

from geoutils.explanation import layer_names, randomised_layers
from geoutils.models import (
    Backbone,
    ClassesHead,
    GeoDecoderHead,
    Geolocator,
    MultiPartitionHead,
    RetrievalHead,
)


def geolocator(backbone, head):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = Backbone(backbone)
        model = Geolocator(body, head(body)).eval()
        with torch.no_grad():
            for values in model.parameters():  # as if trained: norms are no longer all 1 and 0
                values += 0.01 * torch.randn(values.shape)
        return model


MODELS = {
    "small_resnet": lambda body: MultiPartitionHead(body.n_features, [3, 40]),
    "test_vit": lambda body: ClassesHead(body.n_features, 30, hidden=20),
    "small_swin": lambda body: GeoDecoderHead(
        body.n_channels, [4, 6], n_scenes=2, width=16, n_independent=1, n_dependent=1
    ),
    "test_efficientnet": lambda body: RetrievalHead(body.n_features, hidden=8, bank_size=4),
}


@pytest.mark.parametrize("backbone", MODELS)
def test_layers_are_forgotten_from_the_output_down_and_stay_forgotten(backbone):
    model = geolocator(backbone, MODELS[backbone])
    before = {name: values.clone() for name, values in model.state_dict().items()}
    changed = set()
    names = []
    for name, forgetful in randomised_layers(model):
        now = {key for key, value in forgetful.state_dict().items() if (value != before[key]).any()}
        assert changed < now or name.startswith("head"), f"{name} randomised nothing new"
        assert changed <= now
        new = now - changed
        assert all(key.startswith("head." if name.startswith("head") else "back") for key in new)
        changed = now
        names.append(name)
    assert names == layer_names(model)
    # In the end every array is another, but constant ones: no array is forgotten by nobody.
    varied = {key for key, value in before.items() if value.is_floating_point() and value.numel()}
    varied = {key for key in varied if (before[key] != before[key].flatten()[0]).any()}
    assert varied - changed <= {"head.bank.embeddings"}
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, before[key], rtol=0, atol=0)  # the model itself stays


def test_names_tell_stages():
    model = geolocator("small_resnet", MODELS["small_resnet"])
    assert layer_names(model) == [
        "head levels",
        "stages.2",
        "stages.1.0",
        "stages.0.0",
        "stem",
    ]


def test_arrays_keep_their_values_and_batch_norms_their_channels():
    model = geolocator("small_resnet", MODELS["small_resnet"])
    norm = model.backbone.network.stem.bn
    with torch.no_grad():
        for number, values in enumerate((norm.weight, norm.bias, norm.running_mean)):
            values.copy_(torch.arange(len(values)) + 100.0 * number)
        norm.running_var.copy_(torch.arange(1, 1 + len(norm.running_var)))
    *_, (_, forgetful) = randomised_layers(model)
    for key, value in model.state_dict().items():
        got = forgetful.state_dict()[key]
        torch.testing.assert_close(got.flatten().sort()[0], value.flatten().sort()[0])
    other = forgetful.backbone.network.stem.bn
    torch.testing.assert_close(other.bias, other.weight + 100)
    torch.testing.assert_close(other.running_mean, other.weight + 200)
    torch.testing.assert_close(other.running_var, other.weight + 1)
    assert (other.weight != norm.weight).any()


def test_the_seed_decides():
    model = geolocator("small_resnet", MODELS["small_resnet"])
    first, again, other = (
        next(iter(randomised_layers(model, seed)))[1].head.levels[1].weight for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first.detach(), again.detach())
    assert (first != other).any()
