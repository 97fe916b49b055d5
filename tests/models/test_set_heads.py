"""CPlaNet's heads: one classifier per geoclass set, whose scores are added up on the ground."""

import numpy as np
import pytest
import torch
from multi_partition import multi_partition
from torch.nn import functional

from geoutils.models.heads import MultiPartitionHead
from geoutils.models.truth import Truth
from geoutils.partitions import adaptive_partition
from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    GeoclassParameters,
    base_graph,
    combine,
    geoclass_set,
)
from geoutils.prediction import best_tuples, combined_scores, level_log_probs


@pytest.fixture(scope="module")
def photos():
    rng = np.random.default_rng(0)
    spots = np.c_[rng.uniform(-70, 70, 6), rng.uniform(-175, 175, 6)]
    return spots[rng.integers(0, 6, 300)] + rng.uniform(-2, 2, (300, 2))


@pytest.fixture(scope="module")
def sets(photos):
    graph = base_graph(photos, 8)
    by_cells = GeoclassParameters(9, 0, (0.2, 0.8, 0.0), (0.0, 1.0))
    return [
        geoclass_set(graph, 12, GEOCLASS_SETS[1], name="images"),
        geoclass_set(graph, 9, by_cells, name="cells"),
        adaptive_partition(photos, 20, 60, "adaptive"),
    ]


def truth_of(photos, sets):
    cells = torch.from_numpy(np.stack([part.assign(photos) for part in sets], axis=1))
    return Truth(cells, torch.zeros(len(photos), 3), torch.full((len(photos),), -1))


def test_each_set_is_a_term_over_the_photos_inside_it(photos, sets):
    head = MultiPartitionHead(8, [len(part) for part in sets])
    truth = truth_of(np.concatenate([photos, -photos]), sets)
    assert (truth.cells[:, 2] == -1).any() and (truth.cells[:, :2] >= 0).all()
    features = torch.randn(len(truth), 8)
    terms, scores = head.terms(features, truth)
    for i, set_scores in enumerate(scores):
        expected = functional.cross_entropy(set_scores, truth.cells[:, i], ignore_index=-1)
        torch.testing.assert_close(terms[i], expected)
    assert head.asked(truth).tolist() == (truth.cells >= 0).sum(0).tolist()


def test_its_log_probabilities_add_up_on_the_ground(photos, sets):
    model = multi_partition("test_resnet", [len(part) for part in sets]).eval()
    pixels = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    set_log_probs = level_log_probs(model, pixels)
    combined = combine(sets)
    scores = combined_scores(set_log_probs, combined.cells, "nonempty")
    # Equation 3 of the paper, S2 cell by S2 cell.
    base = combined.cells.base
    expected = np.zeros((3, len(base)))
    for part, log_probs in zip(sets, set_log_probs, strict=True):
        classes = part.assign(base.points_deg)
        ground = np.where(classes >= 0, np.exp(log_probs)[:, classes], 0)
        expected += ground / ground.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scores[:, combined.cells.class_of_base], expected, rtol=1e-5)


def test_sets_trained_together_find_the_tuple(photos, sets):
    torch.manual_seed(0)
    combined = combine(sets)
    tuples, own = np.unique(combined.assign(photos), return_inverse=True)
    features = functional.one_hot(torch.from_numpy(own)).float()
    head = MultiPartitionHead(len(tuples), [len(part) for part in sets])
    truth = truth_of(photos, sets)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.3)
    for _ in range(60):
        optimizer.zero_grad()
        head.terms(features, truth)[0].sum().backward()
        optimizer.step()
    scores = head(features)
    assert head.right(scores, truth).tolist() == (truth.cells >= 0).sum(0).tolist()
    set_log_probs = [x.detach().log_softmax(1).numpy() for x in scores]
    assert (best_tuples(set_log_probs, combined.cells, "none") == tuples[own]).mean() > 0.95
