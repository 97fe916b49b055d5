"""The residual retrieval module: embeddings in which photos of one cell lie close together."""

from geoutils.models.retrieval.bank import MemoryBank
from geoutils.models.retrieval.embedding import ResidualEmbedding
from geoutils.models.retrieval.head import RetrievalHead
from geoutils.models.retrieval.info_nce import info_nce
from geoutils.models.retrieval.triplet import semi_hard_triplet

__all__ = [
    "MemoryBank",
    "ResidualEmbedding",
    "RetrievalHead",
    "info_nce",
    "semi_hard_triplet",
]
