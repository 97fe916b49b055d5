import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from geoutils.explanation import likeness, sanity_check
from geoutils.models import Backbone, ClassesHead, Geolocator


def test_likeness_equals_a_slow_reference():
    rng = np.random.default_rng(0)
    maps, others = rng.normal(size=(2, 4, 20, 30))
    others[1] = maps[1]
    others[2] = -maps[2]
    got = likeness(maps, others)
    for photo in range(4):
        a, b = maps[photo].ravel(), others[photo].ravel()
        expected = spearmanr(np.abs(a), np.abs(b)).statistic
        assert got["rank_correlation"][photo] == pytest.approx(expected)
        k = 12  # 1000 of 224 × 224, as a share of 20 × 30
        both = set(np.argsort(a)[-k:]) & set(np.argsort(b)[-k:])
        assert got["strongest_shared"][photo] == pytest.approx(len(both) / k)
    assert got["rank_correlation"][1:3] == pytest.approx(1)
    assert got["strongest_shared"][1:3] == pytest.approx([1, 0])


def test_a_constant_map_is_like_nothing():
    maps = np.random.default_rng(0).random((1, 32, 32))
    alike = likeness(maps, np.ones((1, 32, 32)))
    assert alike["rank_correlation"] == 0
    assert alike["strongest_shared"] == pytest.approx(20 / 1024)  # chance: 20 pixels of 1,024


@pytest.fixture
def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = Backbone("small_resnet")
        return Geolocator(body, ClassesHead(body.n_features, 8)).eval()


def first_weights(model):
    """A map that is read off the lowest layer: it changes when that is forgotten, not before."""
    weights = model.backbone.network.stem.conv.weight.detach().numpy()
    return np.abs(weights).reshape(32, -1)[:, :144].reshape(4, 96, 12)


def test_only_what_looks_at_the_forgotten_layer_changes(model):
    edges = np.random.default_rng(1).random((4, 96, 12))
    calls = []

    def counted(some):
        calls.append(some)
        return edges

    table = sanity_check(
        model,
        {"weights": first_weights, "edge map": counted},
        np.array(["a", "a", "b", "c"]),
        n_resamples=50,
    )
    assert list(table["explainer"].unique()) == ["weights", "edge map"]
    layers = ["none", "head cells", "stages.2", "stages.1.0", "stages.0.0", "stem"]
    for _, rows in table.groupby("explainer"):
        assert list(rows["layer"]) == layers and list(rows["depth"]) == list(range(6))
    assert (table["n_empty"] == 0).all()
    weights, edge = (table[table["explainer"] == name] for name in ("weights", "edge map"))
    for measure in ("rank_correlation", "strongest_shared"):
        np.testing.assert_allclose(edge[measure], 1, rtol=1e-12)
        np.testing.assert_allclose(weights[measure][:-1], 1, rtol=1e-12)
        assert weights[measure].iloc[-1] < 0.3
        assert (weights[f"{measure}_low"] <= weights[measure] + 1e-12).all()
        assert (weights[f"{measure}_high"] >= weights[measure] - 1e-12).all()
    assert calls[0] is model and len(calls) == 6 and not any(one is model for one in calls[1:])


def test_maps_that_come_out_empty_are_counted(model):
    def silent(some):
        maps = np.random.default_rng(0).random((2, 32, 32))
        maps[1] = maps[1] if some is model else 0
        return maps

    table = sanity_check(model, {"silent": silent}, np.array(["a", "b"]), n_resamples=10)
    assert list(table["n_empty"]) == [0, *[1] * 5]
