"""Several processes learn what one does: each batch is dealt out, and its photos shared."""

from datetime import timedelta

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from geoutils.models.retrieval import RetrievalHead
from geoutils.models.truth import Truth

CELLS = [[0, 0, 1, 1, 2, 2], [3, 3, 0, 0], [1, 1, 4, 4, 2, 2, 3, 3], [5, 5]]
SHARES = [2, 2, 6, 2]  # photos that the first process has; the second has none at last


def learn(first_of_share, end_of_share, weigh):
    """Losses and final state of a head that sees part of each batch."""
    torch.manual_seed(0)
    head = RetrievalHead(6, hidden=5, bank_size=7)
    optimizer = torch.optim.SGD(head.parameters(), 0.1)
    losses = []
    for step, cells in enumerate(CELLS):
        features = torch.randn(len(cells), 6, generator=torch.Generator().manual_seed(step))
        share = slice(first_of_share(step), end_of_share(step))
        fine = torch.tensor(cells)[share]
        truth = Truth(fine[:, None], torch.zeros(len(fine), 3), torch.full((len(fine),), -1))
        terms, _ = head.terms(features[share], truth)
        loss = terms.sum() * len(fine) / len(cells)
        optimizer.zero_grad()
        loss.backward()
        losses.append(weigh(head, loss.detach()))
        optimizer.step()
    return torch.stack(losses), head.state_dict()


def learn_in_process(rank, folder):
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder}/meeting",
        rank=rank,
        world_size=2,
        timeout=timedelta(seconds=60),
    )

    def summed(head, loss):
        for weight in head.parameters():
            dist.all_reduce(weight.grad)
        dist.all_reduce(loss)
        return loss

    def first(step):
        return SHARES[step] if rank else 0

    def end(step):
        return len(CELLS[step]) if rank else SHARES[step]

    torch.save(learn(first, end, summed), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_learn_what_one_does(tmp_path):
    losses, state = learn(lambda step: 0, lambda step: len(CELLS[step]), lambda head, loss: loss)
    mp.spawn(learn_in_process, (str(tmp_path),), nprocs=2)
    for rank in range(2):
        shared_losses, shared_state = torch.load(tmp_path / f"{rank}.pt")
        torch.testing.assert_close(shared_losses, losses, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(shared_state, state, rtol=1e-5, atol=1e-5)
