"""Loss and accuracy of a model on examples it does not learn from."""

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor, nn

from geoutils.training.ahead import ahead
from geoutils.training.batches import read_val_batch
from geoutils.training.epoch import run_learner
from geoutils.training.job import Job


def validate(job: Job, precision: str) -> Float[ndarray, "3 terms"]:
    """Per term: summed loss, number of right answers, number of photos it asks about.

    Processes take every n-th batch each, with the weights and statistics of the first process.
    """
    accelerator, batches = job.accelerator, job.val_batches()
    if accelerator.num_processes > 1:
        share_buffers(job.model)
    own = range(accelerator.process_index, len(batches), accelerator.num_processes)
    job.learner.eval()
    totals = torch.zeros((3, job.n_terms), dtype=torch.float64, device=job.device)
    with torch.inference_mode():
        reading = ahead(
            lambda number: read_val_batch(job, batches[number]), own, job.val.inputs, job.device
        )
        for batch in reading:
            terms, right = run_learner(job.learner, batch, 0, precision)
            asked = job.head.asked(batch.truth)
            totals += torch.stack([terms.double() * asked, right, asked])
    return _reduced(job, totals).cpu().numpy()


def share_buffers(model: nn.Module) -> None:
    """Give every process the first one's buffers, such as running statistics of batches."""
    for buffer in model.buffers():
        torch.distributed.broadcast(buffer, src=0)


def _reduced(job: Job, totals: Tensor) -> Tensor:
    if job.accelerator.num_processes == 1:
        return totals
    return job.accelerator.reduce(totals, "sum")
