"""Photos: manifests, their sources, their splits and their pixels."""

from geoutils.photos.folder import read_folder
from geoutils.photos.live_record import record_live_pixels
from geoutils.photos.manifest import (
    read_manifest,
    set_aside,
    validate_manifest,
    write_manifest,
    write_rejected,
)
from geoutils.photos.packing import pack_photos
from geoutils.photos.pixels import has_pixels, open_pixels, pictures
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.splits import (
    authors_note,
    authors_or_spots,
    hold_out_seen,
    in_common,
    resampled_units,
    split_by_author,
)
from geoutils.photos.stored_pixels import write_pixels
from geoutils.photos.table import read_table

__all__ = [
    "authors_note",
    "authors_or_spots",
    "check_photos",
    "has_pixels",
    "hold_out_seen",
    "in_common",
    "open_pixels",
    "pack_photos",
    "pictures",
    "read_checked",
    "read_folder",
    "read_manifest",
    "read_table",
    "record_live_pixels",
    "resampled_units",
    "set_aside",
    "split_by_author",
    "validate_manifest",
    "write_manifest",
    "write_pixels",
    "write_rejected",
]
