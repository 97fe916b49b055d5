"""The state of a training run on disk, so that a run killed at any moment goes on where it was.

One safetensors file holds everything that the next step depends on: weights and buffers, the
optimizer's state, and, as JSON in the file's header, how far the run has come and its log. Learning
rate, order of examples and random numbers follow from these. Being one file that is renamed into
place, it is either the old state or the new one, never a mixture.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from geoutils.files import replacing
from geoutils.models.saving import save_tensors
from geoutils.training.threads import Speed

STATE = "state.safetensors"


@dataclass(frozen=True)
class Progress:
    """How far a run has come: `epoch` epochs and `step` steps of the next are done.

    `key` is the fingerprint of settings and data, `sums` what the epoch has added up so far,
    `rows` the log of the epochs done, `best_loss` the lowest validation loss among them.
    """

    key: str
    speed: Speed
    epoch: int = 0
    step: int = 0
    sums: dict = field(default_factory=dict)
    rows: list[dict] = field(default_factory=list)
    best_loss: float | None = None


def save_state(
    folder: str | Path, model: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write `state.safetensors`: weights, buffers, optimizer, and the progress as JSON."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"optimizer.{name}": value for name, value in _optimizer_tensors(optimizer)}
    # Copies: safetensors refuses tensors that share memory.
    tensors = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    header = {"progress": json.dumps(asdict(progress))}
    with replacing(Path(folder) / STATE) as temporary:
        save_tensors(tensors, temporary, header)


def read_progress(folder: str | Path) -> Progress | None:
    """How far the run in a folder has come; None where there is no state.

    Raises ValueError for a damaged file.
    """
    path = Path(folder) / STATE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            values = json.loads(file.metadata()["progress"])
    except (SafetensorError, KeyError, TypeError) as error:
        raise ValueError(f"folder: {path} is damaged ({error}); delete it to start anew") from None
    return Progress(**values | {"speed": Speed(**values["speed"])})


def load_state(folder: str | Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put weights, buffers and optimizer state back as `save_state` found them."""
    tensors = load_file(Path(folder) / STATE)
    model.load_state_dict(_below(tensors, "model."))
    restore_optimizer(optimizer, _below(tensors, "optimizer."))


def restore_optimizer(optimizer: torch.optim.Optimizer, saved: dict[str, Tensor]) -> None:
    """Give an optimizer its state back, `saved` by number of the weight and name ("3.exp_avg").

    The optimizer itself says where each tensor belongs: a fused one counts its steps on the device.
    """
    states = {}
    for number, weight in _weights(optimizer):
        state = _below(saved, f"{number}.")
        states[number] = {name: _like(name, value, weight) for name, value in state.items()}
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})


def _weights(optimizer: torch.optim.Optimizer) -> Iterator[tuple[int, Tensor]]:
    weights = (weight for group in optimizer.param_groups for weight in group["params"])
    yield from enumerate(weights)


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, Tensor]]:
    """Name and value of every tensor that the optimizer keeps."""
    for number, weight in _weights(optimizer):
        for name, value in optimizer.state.get(weight, {}).items():
            if isinstance(value, Tensor):
                yield f"{number}.{name}", value


def _like(name: str, value: Tensor, weight: Tensor) -> Tensor:
    """A saved tensor on its weight's device, in its weight's memory layout; steps as they are."""
    return value if name == "step" else torch.empty_like(weight, dtype=value.dtype).copy_(value)


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
