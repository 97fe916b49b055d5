"""Which concept does each pixel show? Three ways to know, and one interface for them."""

from geoutils.explanation.segmentation.ade20k import ADE20K_NAMES, ade20k_index
from geoutils.explanation.segmentation.mask_files import MaskArray, MaskFolder
from geoutils.explanation.segmentation.picture_parts import PictureParts
from geoutils.explanation.segmentation.rendered import RenderedTruth
from geoutils.explanation.segmentation.segmenter import Segmenter
from geoutils.explanation.segmentation.transformer import SEGFORMER, TransformerSegmenter

__all__ = [
    "ADE20K_NAMES",
    "SEGFORMER",
    "MaskArray",
    "MaskFolder",
    "PictureParts",
    "RenderedTruth",
    "Segmenter",
    "TransformerSegmenter",
    "ade20k_index",
]
