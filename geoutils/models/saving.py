"""Models on disk: weights as safetensors, everything else as JSON; nothing that runs code."""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from geoutils.files import replacing
from geoutils.models.classifier import MultiPartitionClassifier

WEIGHTS = "model.safetensors"
CONFIG = "config.json"


def save_model(model: MultiPartitionClassifier, folder: str | Path) -> None:
    """Write `model.safetensors` and `config.json` (what is needed to build it again)."""
    config = {
        "model": type(model).__name__,
        "backbone_name": model.backbone.name,
        "n_cells": model.n_cells,
    }
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    with replacing(Path(folder) / WEIGHTS) as temporary:
        save_file(weights, temporary)
    with replacing(Path(folder) / CONFIG) as temporary:
        temporary.write_text(json.dumps(config, indent=1) + "\n")


def load_model(folder: str | Path) -> MultiPartitionClassifier:
    """Read what `save_model` wrote, ready to predict (in evaluation mode, on the CPU).

    Raises ValueError for a folder without a model, another kind of model, or damaged weights.
    """
    folder = Path(folder)
    for name in (WEIGHTS, CONFIG):
        if not (folder / name).is_file():
            raise ValueError(f"folder: no {name} in {folder}; notebook 03 makes it")
    config = json.loads((folder / CONFIG).read_text())
    if config.pop("model", None) != MultiPartitionClassifier.__name__:
        raise ValueError(
            f"folder: {folder / CONFIG} describes no {MultiPartitionClassifier.__name__}"
        )
    model = MultiPartitionClassifier(**config)
    load_weights(model, folder)
    return model.eval()


def load_weights(model: nn.Module, folder: str | Path) -> None:
    """Put the weights of `model.safetensors` into a model; ValueError where they do not fit."""
    try:
        model.load_state_dict(load_file(Path(folder) / WEIGHTS))
    except (SafetensorError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"folder: {Path(folder) / WEIGHTS} cannot be used: {reason}") from None
