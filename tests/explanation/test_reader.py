import numpy as np
import pytest
import torch
from torch import nn

from geoutils.explanation import Reader
from geoutils.sphere import great_circle_km

PARENTS = np.array([[0, 0], [0, 1], [1, 2]])
POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [50.0, 10.0]])


class BrightnessModel(nn.Module):
    """The brighter the photo, the surer of the last cell; in the dark of the first."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(4.0))

    def forward(self, images):
        light = self.scale * (images.mean(dim=(1, 2, 3))[:, None] - 0.3)
        return [light * torch.tensor([0.0, 1.0]), light * torch.tensor([0.0, 0.5, 1.0])]


@pytest.fixture
def reader():
    return Reader(BrightnessModel().eval(), PARENTS, POINTS)


def gray(*values):
    return np.stack([np.full((4, 4, 3), value, np.uint8) for value in values])


def test_confidence_is_the_normalised_product_of_levels(reader):
    coarse, fine = (
        logits.softmax(1).detach().numpy()
        for logits in reader.model(torch.full((2, 3, 4, 4), 102 / 255))
    )
    product = coarse[:, PARENTS[:, 0]] * fine
    expected = product[[0, 1], [2, 0]] / product.sum(axis=1)
    got = reader.confidence(gray(102, 102), np.array([2, 0]))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_a_prediction_moves_from_the_cells_point_to_the_best_ones(reader):
    cells = np.array([2, 2, 0])
    table = reader.change(gray(200, 200, 20), gray(200, 20, 200), cells)
    np.testing.assert_allclose(table["before"], reader.confidence(gray(200, 200, 20), cells))
    np.testing.assert_allclose(table["after"], reader.confidence(gray(200, 20, 200), cells))
    there = great_circle_km(POINTS[[2]], POINTS[[0]])[0]
    np.testing.assert_allclose(table["moved_km"], [0, there, there])
    assert table["after"][1] < table["before"][1]
