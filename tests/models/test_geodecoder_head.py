import copy

import numpy as np
import pytest
import torch
from torch.nn import functional

from geoutils.models import GeoDecoderHead, load_model, save_model
from geoutils.models.geodecoder.scenes import queries_of_scene, scene_confidences, scene_loss
from geoutils.models.smoothing import DistanceSmoothing
from geoutils.models.truth import Truth

N_CELLS = [3, 4, 6]
SCENES, CHANNELS, PLACES = 4, 12, 9


@pytest.fixture(autouse=True)
def fixed_seed():
    torch.manual_seed(0)


def head(**changes):
    arguments = {"n_scenes": SCENES, "width": 8, "n_independent": 1, "n_dependent": 1}
    arguments |= {"n_attention_heads": 2, "ffn_ratio": 1} | changes
    return GeoDecoderHead(CHANNELS, N_CELLS, **arguments)


def photos(scenes, cells=None):
    """Tokens of some photos, and their truth."""
    n = len(scenes)
    cells = torch.stack([torch.randint(c, (n,)) for c in N_CELLS], 1) if cells is None else cells
    directions = functional.normalize(torch.randn(n, 3), dim=1)
    return torch.randn(n, PLACES, CHANNELS), Truth(cells, directions, torch.tensor(scenes))


def test_scenes_are_the_first_channel_averaged_over_hierarchies():
    queries = torch.randn(5, 3, SCENES, 8)
    confidences = scene_confidences(queries)
    for photo in range(5):
        for scene in range(SCENES):
            expected = sum(queries[photo, h, scene, 0] for h in range(3)) / 3
            torch.testing.assert_close(confidences[photo, scene], expected)
    chosen = torch.tensor([0, 3, 1, 1, 2])
    expected = torch.stack([queries[photo, :, scene] for photo, scene in enumerate(chosen)])
    torch.testing.assert_close(queries_of_scene(queries, chosen), expected)


def test_scene_loss_leaves_out_unknown_scenes():
    confidences = torch.randn(4, SCENES)
    known = -(confidences[0].log_softmax(0)[2] + confidences[3].log_softmax(0)[0]) / 2
    torch.testing.assert_close(scene_loss(confidences, torch.tensor([2, -1, -1, 0])), known)
    nothing = scene_loss(confidences.requires_grad_(), torch.full((4,), -1))
    nothing.backward()
    assert nothing == 0 and (confidences.grad == 0).all()
    with pytest.raises(ValueError, match="scenes: 4; expected below 4"):
        scene_loss(confidences, torch.tensor([0, 4, 1, 1]))
    with pytest.raises(ValueError, match="scenes: 4; expected below 4"):
        head().terms(*photos([0, 4]))


@pytest.mark.parametrize("training", [True, False])
def test_the_true_scene_answers_in_training_and_the_surest_in_prediction(training):
    made = head().train(training)
    tokens, truth = photos([0, 1, 2, 3, -1, 0])
    queries = made.decoder(tokens)
    confidences = queries[..., 0].mean(1)
    chosen = confidences.argmax(1)
    answering = torch.where(truth.scenes >= 0, truth.scenes, chosen) if training else chosen
    assert training == (not torch.equal(answering, chosen))
    terms, answers = made.terms(tokens, truth)
    assert len(answers) == len(N_CELLS) + 1
    for level, layer in enumerate(made.levels):
        logits = torch.stack(
            [layer(queries[photo, level, scene]) for photo, scene in enumerate(answering)]
        )
        torch.testing.assert_close(answers[level], logits)
        loss = functional.cross_entropy(logits, truth.cells[:, level])
        torch.testing.assert_close(terms[level], loss)
        torch.testing.assert_close(made(tokens)[level], layer(queries[range(6), level, chosen]))
    torch.testing.assert_close(answers[-1], confidences)
    expected = functional.cross_entropy(confidences, truth.scenes, ignore_index=-1)
    torch.testing.assert_close(terms[-1], expected)


def test_terms_are_counted_level_by_level_then_by_scene():
    made = head().eval()
    cells = torch.tensor([[0, 1, -1], [-1, 2, -1], [2, 3, 5]])
    tokens, truth = photos([3, -1, 0], cells)
    terms, answers = made.terms(tokens, truth)
    assert made.asked(truth).tolist() == [2, 3, 1, 2]
    right = [int((answers[i].argmax(1) == cells[:, i]).sum()) for i in range(3)]
    right.append(int((answers[3].argmax(1) == truth.scenes).sum()))
    assert made.right(answers, truth).tolist() == right
    best = torch.stack([a.argmax(1) for a in answers], 1)
    agreeing = Truth(best[:, :3], truth.directions, best[:, 3])
    assert made.right(answers, agreeing).tolist() == [3, 3, 3, 3]
    assert made.term_names(["a", "b", "c"]) == ["a", "b", "c", "scene"]
    assert len(terms) == 4


def test_without_scene_labels_only_places_are_learned():
    made = head()
    tokens, truth = photos([-1, -1])
    terms, _ = made.terms(tokens, truth)
    assert terms[-1] == 0 and made.asked(truth).tolist() == [2, 2, 2, 0]
    assert (terms[:3] > 0).all()


@pytest.mark.parametrize("changes", [{"n_scenes": 0}, {"n_scenes": 0, "scene_handling": "task"}])
def test_without_scenes_there_is_one_query_per_hierarchy(changes):
    made = head(**changes)
    tokens, truth = photos([2, -1])
    assert made.decoder.queries.vectors.shape == (3, 1, 8)
    terms, answers = made.terms(tokens, truth)
    assert len(terms) == len(answers) == 3
    assert made.asked(truth).tolist() == [2, 2, 2] and len(made.right(answers, truth)) == 3
    assert made.term_names(["a", "b", "c"]) == ["a", "b", "c"]
    for answer, scores in zip(answers, made(tokens), strict=True):
        torch.testing.assert_close(answer, scores)


def test_scenes_as_a_secondary_task_choose_no_query():
    made = head(scene_handling="task")
    tokens, truth = photos([2, -1, 0])
    assert made.decoder.queries.vectors.shape == (3, 1, 8)
    terms, answers = made.terms(tokens, truth)
    guesses = made.scene_task(made.decoder(tokens)[:, :, 0].mean(1))
    torch.testing.assert_close(answers[-1], guesses)
    torch.testing.assert_close(
        terms[-1], functional.cross_entropy(guesses, truth.scenes, ignore_index=-1)
    )
    for answer, scores in zip(answers, made(tokens), strict=False):
        torch.testing.assert_close(answer, scores)
    maps, scenes = made.attention_maps(tokens)
    assert maps.shape == (3, 3, 1, PLACES)
    torch.testing.assert_close(scenes, guesses.argmax(1))


def test_maps_name_the_scene_that_answers():
    made = head().eval()
    tokens, _ = photos([0, 1, 2])
    maps, scenes = made.attention_maps(tokens)
    assert maps.shape == (3, 3, SCENES, PLACES) and not maps.requires_grad
    torch.testing.assert_close(maps.sum(-1), torch.ones(3, 3, SCENES))
    torch.testing.assert_close(scenes, scene_confidences(made.decoder(tokens)).argmax(1))


def test_targets_are_smoothed_like_those_of_other_heads():
    rng = np.random.default_rng(0)
    centers_deg = np.column_stack([rng.uniform(-80, 80, 13), rng.uniform(-180, 180, 13)])
    made = head(smoothing_km=500.0, centers_deg=centers_deg)
    tokens, truth = photos([0, 1, 2])
    terms, answers = made.terms(tokens, truth)
    smoothing = DistanceSmoothing(centers_deg, N_CELLS, 500.0)
    torch.testing.assert_close(terms[:3], smoothing.losses(answers[:3], truth))
    np.testing.assert_array_equal(made.config["centers_deg"], centers_deg)


@pytest.mark.parametrize("changes", [{}, {"scene_handling": "task", "positions": True}])
def test_a_saved_head_answers_alike(tmp_path, changes):
    made = head(**changes).eval()
    save_model(made, tmp_path)
    again = load_model(tmp_path)
    assert again.config == made.config and str(again) == str(made)
    tokens, _ = photos([0, 1])
    for ours, theirs in zip(made(tokens), again(tokens), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_all_that_counts_is_in_the_weights():
    made = head()
    tokens, truth = photos([0, 1])
    twin = head()
    twin.load_state_dict(copy.deepcopy(made.state_dict()))
    made.terms(tokens, truth)[0].sum().backward()  # leaves nothing behind
    torch.testing.assert_close(made.terms(tokens, truth)[0], twin.terms(tokens, truth)[0])
    assert all(weight.grad is not None for weight in made.parameters())


def test_half_precision_scores_stay_close():
    made = head().eval()
    tokens, truth = photos([0, 1, 2])
    with torch.autocast("cpu", torch.bfloat16):
        rough, _ = made.terms(tokens, truth)
    exact, _ = made.terms(tokens, truth)
    torch.testing.assert_close(rough, exact, rtol=0.05, atol=0.05)


def test_learns_what_only_the_place_of_a_token_tells():
    # A mark at one of four places: the same tokens in another order, so only positions can tell.
    places = torch.arange(4).repeat(16)
    tokens = torch.zeros(64, 4, 8)
    tokens[range(64), places] = torch.randn(8)
    truth = Truth(places[:, None], torch.zeros(64, 3), places % 2)
    made = GeoDecoderHead(
        8, [4], 2, width=8, n_independent=1, n_dependent=1, n_attention_heads=2, positions=True
    )
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        made.terms(tokens, truth)[0].sum().backward()
        optimizer.step()
    _, answers = made.eval().terms(tokens, truth)
    assert made.right(answers, truth).tolist() == [64, 64]


@pytest.mark.parametrize(
    ("n_scenes", "millions"), [(16, 350.8), (0, 350.7)], ids=["16 scenes", "no scenes"]
)
def test_size_of_the_papers_decoder(n_scenes, millions):
    # Swin-B's 1024 channels and the seven published partitions; the paper gives no number, so the
    # layers are added up by hand.
    n_cells, width = [684, 1744, 3298, 7202, 12893, 16150, 21673], 1024
    with torch.device("meta"):
        made = GeoDecoderHead(width, n_cells, n_scenes)
    attention, norms = 4 * width**2 + 4 * width, 8 * width
    feed_forward = 8 * width**2 + 5 * width
    independent = 2 * attention + feed_forward + norms
    dependent = attention + 7 * (attention + feed_forward) + norms
    queries = 7 * max(n_scenes, 1) * width
    expected = 6 * independent + 2 * dependent + queries + sum(n_cells) * (width + 1)
    count = sum(weight.numel() for weight in made.parameters())
    assert count == expected
    assert round(count / 1e6, 1) == millions


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_scenes": 1}, r"n_scenes: 1; expected 0 \(none\), or two or more"),
        ({"n_scenes": -3}, "n_scenes: -3"),
        ({"scene_handling": "none"}, "scene_handling: 'none'; expected queries, task"),
        ({"width": 9}, "width: 9; expected a multiple of the 2 heads"),
    ],
)
def test_bad_settings_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        head(**changes)


@pytest.mark.parametrize("n_cells", [[], [4, 1]])
def test_refuses_levels_with_nothing_to_learn(n_cells):
    with pytest.raises(ValueError, match="expected two or more cells at every level"):
        GeoDecoderHead(CHANNELS, n_cells)
