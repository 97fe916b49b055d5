"""Photos: manifests, their sources, their splits and their pixels."""

from geoutils.photos.folder import read_folder
from geoutils.photos.manifest import (
    read_manifest,
    validate_manifest,
    write_manifest,
    write_rejected,
)
from geoutils.photos.pixels import open_pixels, pictures, write_pixels
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.splits import (
    authors_or_spots,
    hold_out_seen,
    in_common,
    split_by_author,
)
from geoutils.photos.table import read_table

__all__ = [
    "authors_or_spots",
    "check_photos",
    "hold_out_seen",
    "in_common",
    "open_pixels",
    "pictures",
    "read_checked",
    "read_folder",
    "read_manifest",
    "read_table",
    "split_by_author",
    "validate_manifest",
    "write_manifest",
    "write_pixels",
    "write_rejected",
]
