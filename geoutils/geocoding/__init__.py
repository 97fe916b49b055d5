"""Geocoding: coordinates to address vectors, from the atlas, a Nominatim server or a table."""

from geoutils.geocoding.addresses import Addresses, Geocoder
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.geocoding.listed_addresses import ListedAddresses, read_listed_addresses
from geoutils.geocoding.named_geocoders import named_geocoder, settled_name
from geoutils.geocoding.nominatim import Nominatim
from geoutils.geocoding.tables import read_address_table, write_address_table

__all__ = [
    "Addresses",
    "Geocoder",
    "ListedAddresses",
    "Nominatim",
    "atlas_addresses",
    "named_geocoder",
    "read_address_table",
    "read_listed_addresses",
    "settled_name",
    "write_address_table",
]
