"""Training: one loop for every model, its settings, and the features it leaves."""

from geoutils.training.augmentation.settings import Augmentation
from geoutils.training.examples import Examples
from geoutils.training.features import cache_features, features_key, open_features
from geoutils.training.loop import train
from geoutils.training.preset import Preset
from geoutils.training.processes import train_in_processes
from geoutils.training.state.record import read_facts, read_log

__all__ = [
    "Augmentation",
    "Examples",
    "Preset",
    "cache_features",
    "features_key",
    "open_features",
    "read_facts",
    "read_log",
    "train",
    "train_in_processes",
]
