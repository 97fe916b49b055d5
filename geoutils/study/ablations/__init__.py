"""Ablations: sweeps over one choice at a time, on a finished study's photos and features."""

from geoutils.study.ablations.results import sweep_table
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.sweep import SWEEPS, run_sweep, variant_key, variants_of
from geoutils.study.ablations.sweeps_file import read_sweeps
from geoutils.study.ablations.trained import Trained
from geoutils.study.ablations.variant import Variant

__all__ = [
    "SWEEPS",
    "AblationStudy",
    "Trained",
    "Variant",
    "read_sweeps",
    "run_sweep",
    "sweep_table",
    "variant_key",
    "variants_of",
]
