import pytest
import torch
from torch.nn import functional

from geoutils.models.heads import ClassesHead
from geoutils.models.truth import Truth


def test_is_one_softmax_over_the_cells():
    head = ClassesHead(6, 4)
    features, cells = torch.randn(5, 6), torch.tensor([0, 3, -1, 2, 1])
    terms, scores = head.terms(features, Truth(cells[:, None], torch.zeros(5, 3), cells))
    torch.testing.assert_close(scores[0], head.cells(features))
    loss = functional.cross_entropy(scores[0], cells, ignore_index=-1)
    torch.testing.assert_close(terms, loss[None])
    assert (head.n_cells, head.kind) == ([4], "classes")


def test_the_dense_layer_of_the_thesis_comes_first():
    head = ClassesHead(6, 4, hidden=1280, dropout=0.5)
    assert sum(p.numel() for p in head.parameters()) == 7 * 1280 + 1281 * 4
    features = torch.randn(2, 6)
    head.eval()
    expected = head.cells(functional.relu(head.hidden[0](features)))
    torch.testing.assert_close(head(features)[0], expected)
    head.train()
    assert not torch.equal(head(features)[0], expected)  # half of the units dropped
    again = ClassesHead(**head.config)
    assert str(again) == str(head)


def test_refuses_a_single_cell():
    with pytest.raises(ValueError, match="n_cells: 1; expected two"):
        ClassesHead(6, 1)
