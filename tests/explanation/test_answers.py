import numpy as np
import pytest
import torch
from torch import nn

from geoutils.explanation import (
    cell_log_score,
    cell_score,
    combined_answer,
    country_groups,
    explanation_maps,
    f_star_answer,
    gradients,
    group_score,
    level_answer,
    similarity_score,
)
from geoutils.models import Backbone, Geolocator, HMCHead, RetrievalHead
from geoutils.partitions import adaptive_partition
from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    GeoclassParameters,
    base_graph,
    combine,
    geoclass_set,
)
from geoutils.prediction import hierarchical_log_scores
from geoutils.prediction.combinatorial import combined_scores

PARENTS = np.array([[0, 0], [0, 1], [1, 2], [-1, 3], [1, 4]])
COUNTRIES = np.array([0, 2, 0, 0, -1])


class Levels(nn.Module):
    def __init__(self, *n_cells):
        super().__init__()
        self.levels = nn.ModuleList(nn.Linear(3 * 36, cells) for cells in n_cells)

    def forward(self, images):
        return [level(images.flatten(1).sin()) for level in self.levels]


def seeded(make):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make().eval()


@pytest.fixture
def model():
    return seeded(lambda: Levels(2, 5))


@pytest.fixture
def images():
    return torch.as_tensor(np.random.default_rng(0).random((4, 3, 6, 6), dtype=np.float32))


def test_level_and_product_are_those_of_prediction(model, images):
    with torch.no_grad():
        log_probs = [logits.log_softmax(1).numpy() for logits in model(images)]
        np.testing.assert_allclose(level_answer(model, 0)(images), log_probs[0], rtol=1e-5)
        f_star = f_star_answer(model, PARENTS)(images).numpy()
    scores = hierarchical_log_scores(log_probs, PARENTS)
    expected = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(f_star, expected, rtol=1e-5)
    assert np.isneginf(f_star[:, 3]).all()


def test_a_country_is_the_sum_of_its_cells(model, images):
    probs = level_answer(model)(images).exp().detach().numpy()
    countries = torch.tensor([0, 2, 2, 0])
    expected = [
        np.log(sum(row[cell] for cell in range(5) if COUNTRIES[cell] == country))
        for row, country in zip(probs, countries, strict=True)
    ]
    got = group_score(level_answer(model), COUNTRIES)(images, countries)
    np.testing.assert_allclose(got.detach(), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="targets: no cell belongs to group 1"):
        group_score(level_answer(model), COUNTRIES)(images, torch.tensor([0, 0, 1, 2]))


def test_a_country_is_found_by_the_cells_points(model, images):
    points = np.array([[48.9, 2.3], [52.5, 13.4], [45.8, 4.8], [0.0, -30.0], [53.6, 10.0]])
    groups, codes = country_groups(points)
    assert codes == ("DE", "FR")
    np.testing.assert_array_equal(groups, [1, 0, 1, -1, 0])
    probs = level_answer(model)(images).exp()
    germany = torch.full((4,), codes.index("DE"))
    got = group_score(level_answer(model), groups)(images, germany).exp()
    torch.testing.assert_close(got, probs[:, 1] + probs[:, 4])


def test_a_country_may_hold_cells_ruled_out(model, images):
    # Cell 3 scores −∞ under f*: it adds nothing, and gradients stay numbers.
    score = group_score(f_star_answer(model, PARENTS), COUNTRIES)
    chosen = torch.zeros(4, dtype=torch.long)
    probs = f_star_answer(model, PARENTS)(images).exp()
    expected = (probs[:, 0] + probs[:, 2]).log()
    torch.testing.assert_close(score(images, chosen), expected, rtol=1e-5, atol=1e-6)
    slopes = gradients(score, images, chosen)
    assert slopes.isfinite().all() and slopes.abs().max() > 0


def test_a_cell_of_the_normalised_product_differs_by_one_number_for_each_photo(model, images):
    cells = torch.tensor([0, 2, 4, 1])
    normal = cell_score(f_star_answer(model, PARENTS))(images, cells)
    total = hierarchical_log_scores(
        [logits.log_softmax(1).detach().numpy() for logits in model(images)], PARENTS
    )
    raw = cell_log_score(model, PARENTS)(images, cells).detach().numpy()
    expected = raw - np.log(np.exp(total).sum(axis=1))
    np.testing.assert_allclose(normal.detach(), expected, rtol=1e-5)


@pytest.mark.parametrize("normalise", ["cells", "nonempty", "none"])
def test_sets_are_combined_as_in_prediction(images, normalise):
    rng = np.random.default_rng(1)
    spots = np.c_[rng.uniform(-60, 60, 8), rng.uniform(-170, 170, 8)]
    places = spots[rng.integers(8, size=200)] + rng.normal(0, 2, (200, 2))
    graph = base_graph(places, 8)
    by_cells = GeoclassParameters(9, 0, (0.2, 0.8, 0.0), (0.0, 1.0))
    sets = [
        geoclass_set(graph, 12, GEOCLASS_SETS[1], name="images"),
        geoclass_set(graph, 9, by_cells, name="cells"),
        adaptive_partition(places, 20, 60, "leaves ground out"),
    ]
    cells = combine(sets).cells
    assert (cells.tuples < 0).any()
    model = seeded(lambda: Levels(*cells.set_sizes))
    with torch.no_grad():
        log_probs = [logits.log_softmax(1).numpy() for logits in model(images)]
        got = combined_answer(model, cells, normalise)(images).exp().numpy()
    scores = combined_scores(log_probs, cells, normalise)
    np.testing.assert_allclose(got, scores / scores.sum(axis=1, keepdims=True), rtol=1e-4)


def test_leaves_of_the_tree(images):
    tree = np.array([[0, 0], [0, 1], [1, -1]])
    body = Backbone("small_resnet")
    model = seeded(lambda: Geolocator(body, HMCHead(body.n_features, [2, 2], tree)))
    large = images.repeat(1, 1, 8, 8)
    leaves = level_answer(model)(large)
    torch.testing.assert_close(leaves, model(large)[0])


def test_similarity_is_the_cosine_to_the_chosen_embedding(images):
    body = Backbone("small_resnet")
    model = seeded(lambda: Geolocator(body, RetrievalHead(body.n_features, hidden=8, bank_size=0)))
    large = images.repeat(1, 1, 8, 8)
    with torch.no_grad():
        found = model(large)
        score = similarity_score(model, 3 * found)
        got = score(large, torch.tensor([0, 3, 1, 3]))
    expected = [float(found[i] @ found[j]) for i, j in enumerate([0, 3, 1, 3])]
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    maps = explanation_maps(score, large, torch.tensor([1, 2, 3, 0]), "gradients", n_copies=0)
    assert np.ptp(maps) > 0


def test_refuses_models_in_training(model):
    model.train()
    for make in (
        level_answer,
        lambda m: f_star_answer(m, PARENTS),
        lambda m: similarity_score(m, torch.ones(1, 2)),
    ):
        with pytest.raises(ValueError, match="model: in training mode"):
            make(model)
