"""Heads: what is learned on top of the features of photos."""

from geoutils.models.heads.cell_head import CellHead
from geoutils.models.heads.classes import ClassesHead
from geoutils.models.heads.head import Head
from geoutils.models.heads.hmc import HMCHead
from geoutils.models.heads.multi_partition import MultiPartitionHead
from geoutils.models.heads.mvmf import MvMFHead

__all__ = ["CellHead", "ClassesHead", "HMCHead", "Head", "MultiPartitionHead", "MvMFHead"]
