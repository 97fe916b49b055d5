"""The world, compact and offline: places, countries, climate, relief, land, photo density."""

from geoutils.atlas.borders import admin1, admin1_of, continent_of, countries, country_of
from geoutils.atlas.coastlines import use_coastlines
from geoutils.atlas.density import photo_density
from geoutils.atlas.describe import describe
from geoutils.atlas.horizon import horizon_deg
from geoutils.atlas.places import nearest_place, places
from geoutils.atlas.rasters import CLIMATES, climate, elevation_m, ground_rgb, is_land

__all__ = [
    "CLIMATES",
    "admin1",
    "admin1_of",
    "climate",
    "continent_of",
    "countries",
    "country_of",
    "describe",
    "elevation_m",
    "ground_rgb",
    "horizon_deg",
    "is_land",
    "nearest_place",
    "photo_density",
    "places",
    "use_coastlines",
]
