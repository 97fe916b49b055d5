"""Models that forget: layers whose weights are shuffled, from the output down."""

import copy
from collections.abc import Iterator

import torch
from jaxtyping import Float
from timm.models import group_parameters
from torch import Tensor, nn

from geoutils.models import Geolocator

BATCH_STATISTICS = ("weight", "bias", "running_mean", "running_var")


def randomised_layers(model: Geolocator, seed: int = 0) -> Iterator[tuple[str, Geolocator]]:
    """Copies of a model that forget ever more: first the last part of the head, at the end all.

    Yields the name of the layer (a stage or block of the backbone, a part of the head) that was
    randomised last, and the model. Cascading randomisation of Adebayo et al. (2018), Section 3.1;
    ours: a layer is not drawn anew, each of its arrays keeps its values in random order. So their
    sizes fit the stored batch statistics, and no signal dies out on its way through a deep network.
    """
    forgetful = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    for name, modules in _layers(forgetful):
        with torch.no_grad():
            for module in modules:
                _shuffle(module, generator)
        yield name, copy.deepcopy(forgetful)


def layer_names(model: Geolocator) -> list[str]:
    """Names of the layers in the order of `randomised_layers`."""
    return [name for name, _ in _layers(model)]


def _layers(model: Geolocator) -> list[tuple[str, list[nn.Module]]]:
    """Parts of the head, then of the backbone, from the output down: modules with own weights."""
    parts: dict[str, list[nn.Module]] = {}
    network, head = model.backbone.network, model.head
    groups = group_parameters(network, network.group_matcher(coarse=True))
    for parameters in groups.values():
        modules = list(dict.fromkeys(_owner(parameter) for parameter in parameters))
        parts[_common_name(modules)] = [network.get_submodule(name) for name in modules]
    for name, _ in head.named_parameters():
        # Weights of the head itself, such as MvMF's concentrations, are a part of their own.
        part = parts.setdefault(f"head {name.split('.')[0]}", [])
        owner = head.get_submodule(_owner(name))
        if not any(owner is module for module in part):
            part.append(owner)
    return [(name, modules) for name, modules in reversed(parts.items()) if modules]


def _owner(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def _common_name(modules: list[str]) -> str:
    """What the names of a layer's modules begin with, else the first; "" is the network itself.

    >>> _common_name(["stages.2.0.conv1", "stages.2.1.conv1"]), _common_name(["", "patch_embed"])
    ('stages.2', 'patch_embed')
    """
    modules = [name for name in modules if name] or ["tokens"]
    columns = zip(*(name.split(".") for name in modules), strict=False)
    shared = []
    for column in columns:
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return ".".join(shared) or modules[0]


def _shuffle(module: nn.Module, generator: torch.Generator) -> None:
    """Each array of a module's own in random order; those of a batch norm in the same one."""
    own = dict(module.named_parameters(recurse=False))
    if hasattr(module, "running_mean") and module.running_mean is not None:
        own |= {name: getattr(module, name) for name in BATCH_STATISTICS}
        order = torch.randperm(len(module.running_mean), generator=generator)
        for values in own.values():
            if values is not None:
                values.copy_(values[order.to(values.device)])
        return
    for values in own.values():
        values.copy_(_shuffled(values, generator))


def _shuffled(values: Float[Tensor, "*size"], generator: torch.Generator) -> Float[Tensor, "*size"]:
    order = torch.randperm(values.numel(), generator=generator).to(values.device)
    return values.flatten()[order].view(values.shape)
