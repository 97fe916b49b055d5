"""Photos packed into shards: few large files, read fast and carried anywhere."""

from geoutils.photos.packing.pack import pack_photos

__all__ = ["pack_photos"]
