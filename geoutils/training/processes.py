"""Training in several processes, started from a notebook."""

import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import pandas as pd
import torch
from accelerate import notebook_launcher
from accelerate.state import AcceleratorState
from accelerate.utils import patch_environment
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.models.saving import load_weights
from geoutils.training import loop
from geoutils.training.examples import Examples
from geoutils.training.preset import Preset
from geoutils.training.state.record import read_log
from geoutils.whole import checked_whole

HANDLED = {"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"} & {number.name for number in signal.Signals}


def train_in_processes(
    n_processes: int,
    model: Geolocator | Head,
    train: Examples,
    val: Examples,
    preset: Preset,
    folder: str | Path,
    level_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Train as `train` does, in so many processes: one per GPU, or on the CPU where there is none.

    For notebooks: the processes are forks of this one, so that photos in memory are shared, not
    copied; a script is started by `accelerate launch` (on a CPU by `torchrun`) instead and calls
    `train`. On a CPU each process has one thread. Raises ValueError for more processes than GPUs,
    or once this process has used a GPU, which its forks then cannot; RuntimeError with what the
    first process to fail said, after which the others are ended.
    """
    checked_whole(n_processes, "n_processes", least=2, most=torch.cuda.device_count() or None)
    if torch.cuda.is_initialized():
        raise ValueError(
            f"n_processes: {n_processes}, but this process has used a GPU already; restart the "
            "notebook's kernel and train before anything else runs on a GPU"
        )
    AcceleratorState._reset_state(reset_partial_state=True)  # of an earlier training in one process
    arguments = (model, train, val, preset, folder, level_names)
    try:
        # It says on how many GPUs it trains, even where there is none.
        with (
            redirect_stdout(StringIO()),
            patch_environment(omp_num_threads=1),
            signals_restored(),
        ):
            notebook_launcher(_worker, arguments, n_processes, use_port=free_port())
    except ChildFailedError as error:
        process, failure = error.get_first_failure()
        # What torch knows of an exception is a dictionary, of a signal a sentence.
        said = failure.message["message"] if isinstance(failure.message, dict) else failure.message
        raise RuntimeError(f"process {process} of {n_processes} failed: {said}") from None
    load_weights(model, folder)
    model.eval()
    return read_log(folder)


def _worker(*arguments) -> None:
    # A fork has none of its parent's threads, and OpenMP would wait for them for ever.
    torch.set_num_threads(1)
    loop.train(*arguments)
    torch.distributed.destroy_process_group()


@contextmanager
def signals_restored() -> Iterator[None]:
    """After the block signals do what they did before; torch's launcher leaves its own handlers.

    With these, to interrupt a notebook would raise something that no cell expects.
    """
    before = {signal.Signals[name]: signal.getsignal(signal.Signals[name]) for name in HANDLED}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is not handler:  # which it may be in the main thread alone
                signal.signal(number, handler)


def free_port() -> str:
    """A port of this computer on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
