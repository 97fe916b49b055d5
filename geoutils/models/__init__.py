"""Models: backbones, heads, and the scores of a hierarchy of cells."""

from geoutils.models.backbone import Backbone
from geoutils.models.branch_tree import BranchTree
from geoutils.models.geodecoder import GeoDecoder, GeoDecoderHead
from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import ClassesHead, Head, HMCHead, MultiPartitionHead, MvMFHead
from geoutils.models.heads.mvmf import vmf_log_density
from geoutils.models.hierarchy_scores import hmc_scores
from geoutils.models.retrieval import RetrievalHead
from geoutils.models.saving import load_model, save_model
from geoutils.models.summary import layer_table, parameter_count

__all__ = [
    "Backbone",
    "BranchTree",
    "ClassesHead",
    "GeoDecoder",
    "GeoDecoderHead",
    "Geolocator",
    "HMCHead",
    "Head",
    "MultiPartitionHead",
    "MvMFHead",
    "RetrievalHead",
    "hmc_scores",
    "layer_table",
    "load_model",
    "parameter_count",
    "save_model",
    "vmf_log_density",
]
