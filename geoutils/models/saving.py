"""Models on disk: weights as safetensors, everything else as JSON; nothing that runs code.

`config.json` names the backbone and the head with the arguments that make them again. Arguments
that are arrays (a tree of cells, their centres) lie among the weights, as `config.<argument>`.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from numpy import ndarray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from geoutils.files import replacing
from geoutils.models.backbone import Backbone
from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
_ARRAY = "config."


def save_model(model: Geolocator | Head, folder: str | Path) -> None:
    """Write `model.safetensors` and `config.json` (what is needed to build it again).

    A head alone, trained on cached features, is saved in the same way.
    """
    head = model.head if isinstance(model, Geolocator) else model
    arguments = head.config
    arrays = {name: value for name, value in arguments.items() if isinstance(value, ndarray)}
    config: dict[str, Any] = {"model": "Head"}
    if isinstance(model, Geolocator):
        config = {"model": "Geolocator", "backbone": model.backbone.config}
    config["head"] = {"kind": head.kind} | {
        name: value for name, value in arguments.items() if name not in arrays
    }
    # Copies: safetensors refuses tensors that share memory.
    tensors = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    tensors |= {_ARRAY + name: torch.from_numpy(value.copy()) for name, value in arrays.items()}
    with replacing(Path(folder) / WEIGHTS) as temporary:
        save_tensors({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary)
    with replacing(Path(folder) / CONFIG) as temporary:
        temporary.write_text(json.dumps(config, indent=1) + "\n")


def save_tensors(
    tensors: dict[str, Tensor], path: str | Path, metadata: dict[str, str] | None = None
) -> None:
    """Write a safetensors file; OSError, as other writers raise, where the disk does not take it.

    The library has an error of its own for that, with the number that it got at its end.
    """
    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:
        number = re.search(r"\(os error (\d+)\)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None


def load_model(folder: str | Path) -> Geolocator | Head:
    """Read what `save_model` wrote, ready to predict (in evaluation mode, on the CPU).

    Raises ValueError for a folder without a model, a kind of model or head that is unknown, or
    damaged weights.
    """
    folder = Path(folder)
    for name in (WEIGHTS, CONFIG):
        if not (folder / name).is_file():
            raise ValueError(f"folder: no {name} in {folder}; notebook 03 makes it")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        with torch.random.fork_rng(devices=[]):  # the weights drawn here are about to be replaced
            model = _described(config, folder)
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError(
            f"folder: {folder / CONFIG} describes no model ({type(error).__name__}: {error})"
        ) from None
    load_weights(model, folder)
    return model.eval()


def _described(config: dict[str, Any], folder: Path) -> Geolocator | Head:
    """The model that a configuration describes, with weights still to be loaded."""
    kind = config.get("model")
    if kind == "Geolocator":
        return Geolocator(_backbone(config["backbone"]), _head(config["head"], folder))
    if kind == "Head":
        return _head(config["head"], folder)
    raise ValueError(f"folder: {folder / CONFIG} describes a {kind}; expected a Geolocator")


def load_weights(model: nn.Module, folder: str | Path) -> None:
    """Put the weights of `model.safetensors` into a model; ValueError where they do not fit."""
    tensors = _tensors(Path(folder))
    weights = {name: value for name, value in tensors.items() if not name.startswith(_ARRAY)}
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise _unusable(Path(folder), error) from None


def _backbone(config: dict[str, Any]) -> Backbone:
    """The network that a configuration describes, with weights still to be loaded."""
    # Where its weights first came from: they are replaced, and may be out of reach by now.
    return Backbone(**{name: value for name, value in config.items() if name != "pretrained"})


def _head(config: dict[str, Any], folder: Path) -> Head:
    """The head that a configuration describes, with weights still to be loaded."""
    arguments = dict(config)
    kind = arguments.pop("kind", None)
    if kind not in Head.kinds:
        known = ", ".join(sorted(Head.kinds))
        raise ValueError(f"folder: {folder / CONFIG} has a head {kind!r}; expected one of {known}")
    for name, value in _tensors(folder).items():
        if name.startswith(_ARRAY):
            arguments[name.removeprefix(_ARRAY)] = value.numpy()
    return Head.kinds[kind](**arguments)


def _tensors(folder: Path) -> dict[str, Tensor]:
    try:
        return load_file(folder / WEIGHTS)
    except SafetensorError as error:
        raise _unusable(folder, error) from None


def _unusable(folder: Path, error: Exception) -> ValueError:
    reason = " ".join(str(error).split())
    return ValueError(f"folder: {folder / WEIGHTS} cannot be used: {reason}")
