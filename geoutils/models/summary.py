"""What a photo becomes on its way through a network, and where the parameters sit."""

import pandas as pd
import torch

from geoutils.models.classifier import MultiPartitionClassifier


def layer_table(model: MultiPartitionClassifier, size: int) -> pd.DataFrame:
    """Per part of the network: its output for one photo of `size` pixels, and its parameters.

    Output is channels × height × width, or the length of a vector. A part of several modules in a
    row (the stages of a residual network) is listed module by module.
    """
    parts = {}
    for name, part in model.backbone.network.named_children():
        nested = isinstance(part, torch.nn.Sequential) and len(part) > 1
        inner = part.named_children() if nested else [("", part)]
        parts |= {f"{name} {number}".strip(): module for number, module in inner}
    parts |= {f"level {i}": level for i, level in enumerate(model.head.levels)}
    shapes: dict[str, tuple[int, ...]] = {}
    hooks = [
        part.register_forward_hook(lambda _, __, out, name=name: shapes.update({name: out.shape}))
        for name, part in parts.items()
    ]
    device = next(model.parameters()).device
    training = model.training
    with torch.inference_mode():
        model.eval()(torch.zeros(1, 3, size, size, device=device))
    model.train(training)
    for hook in hooks:
        hook.remove()
    rows = [
        {
            "part": name,
            "output": " × ".join(str(n) for n in shapes[name][1:]),
            "parameters": sum(weight.numel() for weight in part.parameters()),
        }
        for name, part in parts.items()
        if name in shapes
    ]
    return pd.DataFrame(rows).set_index("part")
