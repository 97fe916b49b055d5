"""Geocoding: coordinates to address vectors, from the atlas, a Nominatim server or a table."""

from geoutils.geocoding.addresses import Addresses, Geocoder

__all__ = ["Addresses", "Geocoder"]
