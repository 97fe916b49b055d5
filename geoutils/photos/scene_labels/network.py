"""A network that tells Places365's categories, from a file of weights; nothing in it is run.

The weights that come with the dataset (`resnet18_places365.pth.tar`, `resnet50_places365.pth.tar`,
…) were written by Python 2 on a GPU.
"""

import re
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from geoutils.known_names import similar_names
from geoutils.photos.scene_labels.hierarchy import N_CATEGORIES


def load_network(path: str | Path, arch: str = "") -> nn.Module:
    """The network whose weights a file holds, to predict with; it answers with 365 scores.

    Takes `.safetensors`, and what torch.save wrote of weights (alone, or under `state_dict` or
    `model`). `arch` is its name in torchvision or timm, "" if the file says so under `arch`. Raises
    ValueError for a file that is none of this, or fits no such network.
    """
    weights, said = _read(Path(path))
    name = arch or said
    if not name:
        raise ValueError(f"arch: {path} does not say which network it is; give it, as in resnet18")
    network = _create(name)
    weights = {_own_name(theirs): weight for theirs, weight in weights.items()}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"model: {path} is no {name} of {N_CATEGORIES} categories ({reason})"
        ) from None
    return network.eval()


def _read(path: Path) -> tuple[dict[str, Tensor], str]:
    """The weights in a file, and which network it says they are of."""
    if not path.is_file():
        raise ValueError(f"model: no file {path}")
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, "pt") as file:
                said = (file.metadata() or {}).get("arch", "")
            return load_file(path), said
        except SafetensorError as error:
            raise ValueError(f"model: {path} is no safetensors file ({error})") from None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever damaged or hostile files lead the loader to
        more = "Weights only load failed" in str(error)
        why = "it holds more than weights, which is not loaded" if more else "it cannot be read"
        raise ValueError(f"model: {path}: {why}; expected a file of weights alone") from None
    said = found.get("arch", "") if isinstance(found, dict) else ""
    for name in ("state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    if not isinstance(found, dict) or not found or not all(map(_is_weight, found.items())):
        raise ValueError(f"model: {path} holds no weights by name")
    return found, said if isinstance(said, str) else ""


def _is_weight(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


def _create(name: str) -> nn.Module:
    """The network of this name, with random weights."""
    if name in torchvision.models.list_models(torchvision.models):
        return torchvision.models.get_model(name, weights=None, num_classes=N_CATEGORIES)
    if timm.is_model(name):
        return timm.create_model(name, pretrained=False, num_classes=N_CATEGORIES)
    similar = similar_names(name, [*torchvision.models.list_models(), *timm.list_models()])
    raise ValueError(f"arch: {name!r} is neither torchvision's nor timm's{similar}")


def _own_name(name: str) -> str:
    """What a weight is called by today's networks.

    Those trained in parallel say `module.` somewhere, and old ones of DenseNet `norm.1`.
    """
    return re.sub(r"\.(norm|conv)\.([12])\.", r".\1\2.", name.replace("module.", ""))
