import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from geoutils.explanation import counterfactual
from geoutils.explanation.counterfactual import (
    cell_confidence,
    kept_confidence,
    rank_agreement,
    redrawn_confidence,
)

PARENTS = np.array([[0, 0], [0, 1], [1, 2]])


class BrightnessModel(nn.Module):
    """The brighter the photo, the surer of the last cell."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(4.0))

    def forward(self, images):
        light = self.scale * images.mean(dim=(1, 2, 3))[:, None]
        return [light * torch.tensor([0.0, 1.0]), light * torch.tensor([0.0, 0.5, 1.0])]


@pytest.fixture
def model():
    return BrightnessModel().eval()


def test_confidence_is_the_normalised_product_of_levels(model):
    pixels = np.full((2, 4, 4, 3), 102, np.uint8)
    coarse, fine = (
        logits.softmax(1).detach().numpy() for logits in model(torch.full((2, 3, 4, 4), 0.4))
    )
    product = coarse[:, PARENTS[:, 0]] * fine
    expected = product[[0, 1], [2, 0]] / product.sum(axis=1)
    got = cell_confidence(model, PARENTS, pixels, np.array([2, 0]))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_each_cue_is_left_out_where_it_shows(model, monkeypatch):
    manifest = pd.DataFrame(
        {
            "author": ["ann", "bob", "ann"],
            "shows_landmark": [True, False, True],
            "shows_cars": [False, True, False],
            "shows_sea": [False, False, False],
        },
        index=[7, 8, 9],
    )
    pixels = np.full((3, 4, 4, 3), 200, np.uint8)

    def render(scenes, size, hide):
        dark = 100 if "landmark" in hide else 200  # the landmark shines, cars are nothing
        return np.full((len(scenes), size, size, 3), dark, np.uint8), None

    monkeypatch.setattr(counterfactual, "compose", lambda rows: rows)
    monkeypatch.setattr(counterfactual, "render", render)
    cells = np.array([2, 2, 2])
    changed = redrawn_confidence(
        model, PARENTS, manifest, pixels, cells, ["landmark", "sea", "cars"]
    )
    assert changed["left_out"].tolist() == ["landmark", "landmark", "cars"]
    assert changed["row"].tolist() == [0, 2, 1]
    assert changed["author"].tolist() == ["ann", "ann", "bob"]
    np.testing.assert_allclose(changed["before"].iloc[2], changed["after"].iloc[2])
    assert (changed["after"][:2] < changed["before"][:2]).all()
    with pytest.raises(ValueError, match=r"cues: none of \['sea'\] is seen in these 3 photos"):
        redrawn_confidence(model, PARENTS, manifest, pixels, cells, ["sea"])


def test_kept_confidence_is_the_ratio_of_the_means():
    changed = pd.DataFrame(
        {
            "left_out": ["cars", "cars", "landmark", "landmark", "landmark"],
            "author": ["a", "b", "a", "b", "c"],
            "before": [0.5, 0.1, 0.8, 0.4, 0.3],
            "after": [0.5, 0.1, 0.4, 0.2, 0.3],
        }
    )
    table = kept_confidence(changed, n_resamples=400)
    assert table.index.tolist() == ["landmark", "cars"]
    assert table["n_photos"].tolist() == [3, 2]
    np.testing.assert_allclose(table["mean"], [0.9 / 1.5, 1])
    np.testing.assert_allclose(table.loc["cars", ["low", "high"]].to_numpy(float), 1)
    assert 0.5 <= table.loc["landmark", "low"] < 0.6 < table.loc["landmark", "high"] <= 1


def test_rank_agreement_finds_order_and_its_absence():
    rng = np.random.default_rng(0)
    a = rng.random(120)
    authors = rng.integers(40, size=120).astype(str)
    np.testing.assert_allclose(rank_agreement(a, a**3, authors, n_resamples=50), 1)
    estimate, low, high = rank_agreement(a, rng.random(120), authors, n_resamples=300)
    assert low < 0 < high and low < estimate < high
    assert np.isnan(rank_agreement(a, np.ones(120), authors)).all()
    assert np.isnan(rank_agreement(a[:2], a[:2], authors[:2])).all()
