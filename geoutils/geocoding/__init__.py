"""Geocoding: coordinates to address vectors, from the atlas, a Nominatim server or a table."""

from geoutils.geocoding.addresses import Addresses, Geocoder
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.geocoding.nominatim import Nominatim
from geoutils.geocoding.tables import read_address_table, write_address_table

__all__ = [
    "Addresses",
    "Geocoder",
    "Nominatim",
    "atlas_addresses",
    "read_address_table",
    "write_address_table",
]
