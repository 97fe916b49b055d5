import numpy as np
import pytest
import torch

from geoutils.models.retrieval import MemoryBank


def batch(*cells):
    """Embeddings that tell which cell they are of."""
    return torch.tensor(cells)[:, None] * torch.tensor([1.0, -1.0]), torch.tensor(cells)


def test_an_empty_bank_holds_no_cells():
    bank = MemoryBank(3, 2)
    assert len(bank) == 3
    assert bank.cells.tolist() == [-1, -1, -1]


def test_fewer_entries_than_slots_leave_the_rest_empty():
    bank = MemoryBank(5, 2)
    bank.remember(*batch(7, 8))
    assert bank.cells.tolist() == [7, 8, -1, -1, -1]
    assert bank.embeddings[:2].tolist() == [[7, -7], [8, -8]]


def test_the_oldest_entries_are_overwritten_around_the_end():
    bank, seen = MemoryBank(5, 2), []
    for cells in ((1, 2), (3, 4), (5, 6), (7,), (8, 9, 10, 11)):
        bank.remember(*batch(*cells))
        seen.extend(cells)
        kept = bank.cells[bank.cells >= 0]
        assert sorted(kept.tolist()) == seen[-5:]
        np.testing.assert_array_equal(bank.embeddings[bank.cells >= 0, 0], kept)


def test_of_a_batch_larger_than_the_bank_the_end_is_kept():
    bank = MemoryBank(3, 2)
    bank.remember(*batch(1, 2))
    bank.remember(*batch(3, 4, 5, 6, 7))
    assert sorted(bank.cells.tolist()) == [5, 6, 7]


def test_photos_outside_all_cells_are_not_kept():
    bank = MemoryBank(3, 2)
    bank.remember(*batch(4, -1, 5))
    bank.remember(*batch(-1, -1))
    bank.remember(*batch(6))
    assert bank.cells.tolist() == [4, 5, 6]


def test_entries_are_detached_copies():
    bank = MemoryBank(2, 2)
    embeddings = torch.ones(2, 2, requires_grad=True)
    bank.remember(embeddings, torch.tensor([0, 1]))
    assert not bank.embeddings.requires_grad
    with torch.no_grad():
        embeddings.zero_()
    assert bank.embeddings.min() == 1


def test_a_bank_goes_on_from_its_state():
    bank, again = MemoryBank(5, 2), MemoryBank(5, 2)
    bank.remember(*batch(1, 2, 3, 4))
    again.load_state_dict(bank.state_dict())
    for one in (bank, again):
        one.remember(*batch(5, 6, 7))
    torch.testing.assert_close(again.state_dict(), bank.state_dict(), rtol=0, atol=0)


def test_a_bank_of_size_0_remembers_nothing():
    bank = MemoryBank(0, 2)
    bank.remember(*batch(1, 2))
    assert bank.embeddings.shape == (0, 2)


def test_negative_size_is_refused():
    with pytest.raises(ValueError, match="size: -1; expected 0"):
        MemoryBank(-1, 2)
