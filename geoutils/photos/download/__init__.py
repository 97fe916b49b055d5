"""Photos that a list names by their addresses, fetched into a folder."""

from geoutils.photos.download.limits import Limits
from geoutils.photos.download.run import download_photos

__all__ = ["Limits", "download_photos"]
