"""Heads: from a photo's features to scores of cells."""

from geoutils.models.heads.head import Head
from geoutils.models.heads.multi_partition import MultiPartitionHead

__all__ = ["Head", "MultiPartitionHead"]
