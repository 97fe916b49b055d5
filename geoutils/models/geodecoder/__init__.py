"""GeoDecoder: learned queries, one per hierarchy and scene, that look at the tokens of a photo."""

from geoutils.models.geodecoder import encoders  # noqa: F401  (registers two networks with timm)
from geoutils.models.geodecoder.decoder import GeoDecoder
from geoutils.models.geodecoder.head import GeoDecoderHead

__all__ = ["GeoDecoder", "GeoDecoderHead"]
