"""Ablations: sweeps over one choice at a time, on a finished study's photos and features.

Names are imported when they are first asked for: to show tables takes none of what trains.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoutils.study.ablations.results import sweep_table
    from geoutils.study.ablations.study import AblationStudy
    from geoutils.study.ablations.sweep import run_sweep, variant_key, variants_of
    from geoutils.study.ablations.sweeps_file import read_sweeps
    from geoutils.study.ablations.trained import Trained
    from geoutils.study.ablations.variant import Variant

_MODULES = {
    "AblationStudy": "study",
    "Trained": "trained",
    "Variant": "variant",
    "read_sweeps": "sweeps_file",
    "run_sweep": "sweep",
    "sweep_table": "results",
    "variant_key": "sweep",
    "variants_of": "sweep",
}

__all__ = [
    "AblationStudy",
    "Trained",
    "Variant",
    "read_sweeps",
    "run_sweep",
    "sweep_table",
    "variant_key",
    "variants_of",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
