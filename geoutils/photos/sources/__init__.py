"""Photos as they are published: folders, lists and shards, checked and turned into a manifest."""

from geoutils.photos.sources.check import check_photos
from geoutils.photos.sources.checked import is_checked, read_checked

__all__ = ["check_photos", "is_checked", "read_checked"]
