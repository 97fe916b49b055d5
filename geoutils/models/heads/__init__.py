"""Heads: from a photo's features to scores of cells."""

from geoutils.models.heads.classes import ClassesHead
from geoutils.models.heads.head import Head
from geoutils.models.heads.hmc import HMCHead
from geoutils.models.heads.multi_partition import MultiPartitionHead
from geoutils.models.heads.mvmf import MvMFHead

__all__ = ["ClassesHead", "HMCHead", "Head", "MultiPartitionHead", "MvMFHead"]
