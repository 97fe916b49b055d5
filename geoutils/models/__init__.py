"""Models: backbones, heads, and the scores of a hierarchy of cells."""

from geoutils.models.backbone import Backbone
from geoutils.models.classifier import MultiPartitionClassifier
from geoutils.models.hierarchy_scores import BranchTree, hmc_scores
from geoutils.models.saving import load_model, save_model
from geoutils.models.summary import layer_table

__all__ = [
    "Backbone",
    "BranchTree",
    "MultiPartitionClassifier",
    "hmc_scores",
    "layer_table",
    "load_model",
    "save_model",
]
