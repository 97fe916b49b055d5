import numpy as np
import pytest
import torch
from torch.nn.functional import layer_norm

from geoutils.models import load_model, save_model
from geoutils.models.retrieval import RetrievalHead
from geoutils.models.truth import Truth

N_FEATURES = 6


def truth_of(cells):
    """Answers with a coarse level before the one that pairs are of."""
    fine = torch.tensor(cells)
    levels = torch.stack([torch.zeros_like(fine), fine], dim=1)
    return Truth(levels, torch.zeros(len(fine), 3), torch.full((len(fine),), -1))


def photos(cells, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(len(cells), N_FEATURES, generator=generator), truth_of(cells)


def head_of(bank_size=8, **arguments):
    torch.manual_seed(0)
    return RetrievalHead(N_FEATURES, hidden=5, bank_size=bank_size, **arguments)


def brute_force(embeddings, cells, bank, bank_cells, loss):
    """Mean loss and number of right photos, photo by photo."""
    losses, right = [], 0
    for query, cell in enumerate(cells):
        if cell < 0:
            continue
        partner = query + 1 if query % 2 == 0 else query - 1
        similar = float(embeddings[query] @ embeddings[partner])
        others = zip([*embeddings, *bank], [*cells, *bank_cells], strict=True)
        negatives = [float(embeddings[query] @ v) for v, c in others if c >= 0 and c != cell]
        right += all(similar > negative for negative in negatives)
        if loss == "infonce":
            above = np.exp(similar / 0.05)
            losses.append(-np.log(above / (above + np.exp(np.array(negatives) / 0.05).sum())))
        else:
            farther = [negative for negative in negatives if negative < similar]
            losses.append(max(0, 2 * max(farther) - 2 * similar + 0.2) if farther else 0)
    return np.mean(losses), right


@pytest.mark.parametrize("loss", ["infonce", "triplet"])
def test_the_loss_of_several_steps_is_that_of_loops(loss):
    head = head_of(bank_size=7, loss=loss, margin=0.2)
    remembered, remembered_cells = [], []
    batches = [[0, 0, 1, 1], [2, 2, 1, 1, -1, -1], [1, 1], [3, 3, 0, 0, 2, 2], [0, 0, 4, 4]]
    for step, cells in enumerate(batches):
        features, truth = photos(cells, seed=step)
        embeddings = head(features).detach().double().numpy()
        expected, right = brute_force(
            embeddings, cells, remembered[-7:], remembered_cells[-7:], loss
        )
        terms, answers = head.terms(features, truth)
        np.testing.assert_allclose(terms.detach().numpy(), [expected], rtol=1e-5, atol=1e-6)
        assert head.right(answers, truth).tolist() == [right]
        assert head.asked(truth).tolist() == [sum(cell >= 0 for cell in cells)]
        remembered += [v for v, c in zip(embeddings, cells, strict=True) if c >= 0]
        remembered_cells += [cell for cell in cells if cell >= 0]


@pytest.mark.parametrize(("cell", "matters"), [(0, False), (-1, False), (1, True)])
def test_the_bank_masks_what_is_not_of_another_cell(cell, matters):
    features, truth = photos([0, 0])
    losses, gradients = [], []
    for seed in range(2):  # two values of the entry in question
        head = head_of(bank_size=2)
        generator = torch.Generator().manual_seed(seed)
        entries = torch.nn.functional.normalize(torch.randn(2, N_FEATURES, generator=generator))
        entries[1] = head(features[:1])[0].detach()
        head.bank.embeddings.copy_(entries)
        head.bank.cells.copy_(torch.tensor([cell, 2]))
        terms, _ = head.terms(features, truth)
        terms.sum().backward()
        losses.append(terms.item())
        gradients.append(head.embedding.change[0].weight.grad)
    assert (losses[0] != losses[1]) == matters
    assert (not torch.equal(*gradients)) == matters
    assert min(gradient.abs().max() for gradient in gradients) > 0


@pytest.mark.parametrize("loss", ["infonce", "triplet"])
def test_negatives_teach_the_same_in_the_batch_and_in_the_bank(loss):
    features, truth = photos([0, 0, 1, 1])
    features[1] = features[0] + 0.2 * features[1]  # nearer than the negatives, as triplets need
    gradients = []
    for n_in_batch in (4, 2):
        head = head_of(loss=loss, temperature=1, margin=4)
        head.bank.remember(head(features[n_in_batch:]), truth.cells[n_in_batch:, 1])
        learned = features.clone().requires_grad_()
        terms, _ = head.terms(learned[:n_in_batch], truth_of([0, 0, 1, 1][:n_in_batch]))
        (terms.sum() * n_in_batch).backward()
        gradients.append(learned.grad[:2])
    assert gradients[0].abs().max() > 1e-3
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("loss", ["infonce", "triplet"])
@pytest.mark.parametrize("cells", [[3, 3], [3, 3, 3, 3, 3, 3], [-1, -1]], ids=str)
def test_without_negatives_the_loss_is_0_and_gradients_finite(cells, loss):
    head = head_of(loss=loss)
    features, truth = photos(cells)
    terms, answers = head.terms(features, truth)
    terms.sum().backward()
    assert terms.tolist() == [0]
    assert all(torch.isfinite(weight.grad).all() for weight in head.parameters())
    assert head.right(answers, truth).tolist() == head.asked(truth).tolist()


def test_photos_that_look_the_same_are_not_told_apart():
    head = head_of()
    _, truth = photos([0, 0, 1, 1])
    _, answers = head.terms(torch.ones(4, N_FEATURES).cumsum(1), truth)
    assert head.right(answers, truth).tolist() == [0]


def test_evaluation_neither_uses_nor_changes_the_bank():
    head = head_of().eval()
    features, truth = photos([0, 0, 1, 1])
    before, _ = head.terms(features, truth)
    assert (head.bank.cells == -1).all()
    head.bank.remember(*[head(photos([2, 2, 3, 3], seed=1)[0]), torch.tensor([2, 2, 3, 3])])
    after, _ = head.terms(features, truth)
    assert before.item() == after.item()


def test_embeddings_follow_the_papers_equations():
    features = torch.randn(4, N_FEATURES)
    for residual in (True, False):
        head = head_of(residual=residual)
        first, _, second = head.embedding.change
        u = layer_norm(features, (N_FEATURES,))
        change = (u @ first.weight.T + first.bias).relu() @ second.weight.T + second.bias
        v = layer_norm(u + change if residual else change, (N_FEATURES,))
        expected = v / v.norm(dim=1, keepdim=True)
        torch.testing.assert_close(head(features), expected)


def test_published_size():
    head = RetrievalHead(1792, bank_size=0)  # EfficientNet-B4's features
    n_linear = 2 * 1792 * 4096 + 4096 + 1792
    assert sum(weight.numel() for weight in head.parameters()) == n_linear + 4 * 1792
    assert head.config["hidden"] == 4096 and head.config["temperature"] == 0.05


def test_half_precision_gives_unit_vectors():
    with torch.autocast("cpu", torch.bfloat16):
        embeddings = head_of()(torch.randn(3, N_FEATURES))
    assert embeddings.dtype == torch.float32
    np.testing.assert_allclose(embeddings.detach().norm(dim=1), 1, rtol=1e-6)


def test_training_brings_photos_of_a_cell_together():
    generator = torch.Generator().manual_seed(0)
    places = torch.randn(16, N_FEATURES, generator=generator)
    noise = torch.randn(16, 2, N_FEATURES, generator=generator)
    features = (0.5 * places[:, None] + noise).reshape(32, N_FEATURES)
    truth = truth_of(np.repeat(np.arange(16), 2).tolist())
    torch.manual_seed(0)
    head = RetrievalHead(N_FEATURES, hidden=64, bank_size=0)
    optimizer = torch.optim.AdamW(head.parameters(), 1e-2)
    losses, found = [], []
    for _ in range(60):
        terms, answers = head.terms(features, truth)
        optimizer.zero_grad()
        terms.sum().backward()
        optimizer.step()
        losses.append(terms.item())
        found.append(head.right(answers, truth).item())
    assert losses[-1] < losses[0] / 4
    assert found[-1] >= 24 > 2 * found[0]


@pytest.mark.parametrize(
    "arguments", [{}, {"loss": "triplet", "residual": False}, {"bank_size": 0}]
)
def test_a_saved_head_comes_back_with_its_bank(arguments, tmp_path):
    head = head_of(**arguments)
    head.terms(*photos([0, 0, 1, 1]))
    save_model(head, tmp_path)
    again = load_model(tmp_path)
    assert type(again) is RetrievalHead and again.config == head.config
    torch.testing.assert_close(again.state_dict(), head.state_dict(), rtol=0, atol=0)


def test_photos_that_are_no_pairs_are_refused():
    head = head_of()
    with pytest.raises(ValueError, match="3 photos; expected pairs"):
        head.terms(*photos([0, 0, 1]))
    with pytest.raises(ValueError, match=r"photos of pair 1 are of cells \[1, 2\]"):
        head.terms(*photos([0, 0, 1, 2]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": "contrastive"}, "loss: 'contrastive'; expected infonce, triplet"),
        ({"temperature": 0}, "temperature: 0; expected more than 0"),
        ({"margin": -0.1}, r"margin: -0.1; expected more than 0"),
        ({"hidden": 0}, "hidden: 0; expected one or more"),
        ({"bank_size": -1}, "size: -1; expected 0"),
        ({"n_features": 1}, "n_features: 1; expected two or more"),
    ],
)
def test_settings_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        RetrievalHead(**{"n_features": N_FEATURES} | arguments)


def test_the_printed_head_tells_its_settings():
    assert "loss=infonce, temperature=0.05, margin=0.01" in repr(head_of())
    assert "residual=False" in repr(head_of(residual=False))
