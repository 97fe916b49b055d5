"""What a training run is known by: everything that decides how it ends."""

from collections.abc import Sequence
from typing import Any

from numpy import ndarray

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.training.examples import Examples
from geoutils.training.learner import head_of
from geoutils.training.preset import Preset
from geoutils.training.state.fingerprint import (
    CODE,
    code_fingerprint,
    fingerprint,
    pixels_fingerprint,
)


def run_key(
    model: Geolocator | Head,
    train: Examples,
    val: Examples,
    preset: Preset,
    level_names: Sequence[str],
) -> str:
    """Fingerprint of model and first weights, examples, settings, and the code that trains."""
    head = head_of(model)
    frozen = [name for name, weight in model.named_parameters() if not weight.requires_grad]
    backbone = model.backbone.config if isinstance(model, Geolocator) else {}
    inputs = [train.inputs] if val.inputs is train.inputs else [train.inputs, val.inputs]
    return fingerprint(
        code_fingerprint(*CODE),
        preset.settings,
        list(level_names),
        [str(model), head.kind, frozen],
        backbone,
        *_flat(head.config),
        *(weight.detach().cpu().float().numpy() for weight in model.state_dict().values()),
        *(pixels_fingerprint(array) for array in inputs),
        *(
            getattr(examples, name)
            for examples in (train, val)
            for name in ("rows", "cells", "latlon_deg", "scenes")
        ),
    )


def _flat(config: dict[str, Any]) -> list[Any]:
    """Arguments of a head, arrays apart from what JSON can hold."""
    arrays = [config[name] for name in sorted(config) if isinstance(config[name], ndarray)]
    return [{k: v for k, v in config.items() if not isinstance(v, ndarray)}, *arrays]
