"""What a photo becomes on its way through a model, and where the parameters sit."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from geoutils.models.geolocator import Geolocator


def parameter_count(model: nn.Module) -> int:
    """Number of parameters; those that two parts share count once."""
    return sum(weight.numel() for weight in model.parameters())


def layer_table(model: Geolocator, size: int) -> pd.DataFrame:
    """Per part of a model: its output for one photo of `size` pixels, and its parameters.

    Output is a shape without the photos, as the part gives it: mostly channels × height × width,
    or the length of a vector. A part of several modules in a row (the stages of a residual network,
    the levels of a head) is listed module by module. Parameters that lie in no part (a class token,
    the concentrations of a mixture), or in one that is not run, have an empty output; what neither
    ran nor learns is left out. The parameters of all rows sum to `parameter_count`.
    """
    parts = dict(_parts(model.backbone.network, "")) | dict(_parts(model.head, "head "))
    shapes = _output_shapes(model, parts, size)
    counted: set[int] = set()
    rows = []
    for name, part in parts.items():
        new = {id(w): w.numel() for w in _weights(part) if id(w) not in counted}
        counted |= new.keys()
        if name in shapes or new:
            rows.append(
                {"part": name, "output": shapes.get(name, ""), "parameters": sum(new.values())}
            )
    return pd.DataFrame(rows).set_index("part")


def _parts(module: nn.Module, prefix: str) -> Iterator[tuple[str, nn.Module | nn.Parameter]]:
    """Named parts of a network or head: its own parameters, then its modules in order."""
    for name, weight in module.named_parameters(recurse=False):
        yield prefix + name, weight
    for name, part in module.named_children():
        if isinstance(part, nn.ModuleList) or (isinstance(part, nn.Sequential) and len(part) > 1):
            one = "level" if name == "levels" else prefix + name
            yield from ((f"{one} {number}", inner) for number, inner in part.named_children())
        else:
            yield prefix + name, part


def _weights(part: nn.Module | nn.Parameter) -> list[nn.Parameter]:
    return [part] if isinstance(part, nn.Parameter) else list(part.parameters())


def _output_shapes(
    model: Geolocator, parts: dict[str, nn.Module | nn.Parameter], size: int
) -> dict[str, str]:
    """Shapes of what each part that runs makes of one black photo."""
    shapes: dict[str, str] = {}

    def hook(name: str):
        def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor):
                shapes[name] = " × ".join(str(n) for n in output.shape[1:])

        return note

    modules = {name: part for name, part in parts.items() if isinstance(part, nn.Module)}
    hooks = [part.register_forward_hook(hook(name)) for name, part in modules.items()]
    device, training = next(model.parameters()).device, model.training
    try:
        with torch.inference_mode():
            model.eval()(torch.zeros(1, 3, size, size, device=device))
    finally:
        model.train(training)
        for handle in hooks:
            handle.remove()
    return shapes
