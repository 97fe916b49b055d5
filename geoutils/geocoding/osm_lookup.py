"""The questions to a Nominatim server: the object at a point, its address, its country."""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.geocoding.fetching import CachedService
from geoutils.geocoding.osm_records import (
    ObjectRecord,
    PointRecord,
    object_record,
    point_record,
    read_details,
    read_reverse,
)
from geoutils.sphere import checked_latlon

STEPS = 100_000  # points are told apart to 1e-5 degrees, a metre
COUNTRY_ZOOM = 3
POINTS_TRIED = 5  # near a border the server may name the neighbour


def distinct_points(
    latlon_deg: Real[ndarray, "photos 2"],
) -> tuple[Int[ndarray, " points"], Int[ndarray, " photos"]]:
    """Rounded points as one integer each, in the order of latitude, and the point of each photo.

    Neighbours so follow each other, which a server's database likes.
    """
    latitude, longitude = np.rint(checked_latlon(latlon_deg) * STEPS).astype(np.int64).T
    longitude = np.where(longitude == 180 * STEPS, -180 * STEPS, longitude)
    numbers = (latitude + 90 * STEPS) * (360 * STEPS) + longitude + 180 * STEPS
    return np.unique(numbers, return_inverse=True)


def places_at(
    service: CachedService, points: Int[ndarray, " points"], zoom: int
) -> tuple[list[PointRecord], Int[ndarray, " points"]]:
    """The distinct answers for points, and which of them each point has."""
    questions = (_reverse(point, zoom) for point in points.tolist())
    numbers: dict[str, int] = {}
    answers = service.answers(questions, len(points), read_reverse, "Nominatim: points")
    place_of = [numbers.setdefault(answer, len(numbers)) for answer in answers]
    return [point_record(answer) for answer in numbers], np.array(place_of, dtype=np.int64)


def objects_of(
    service: CachedService, keys: list[str], polygons: bool, what: str
) -> dict[str, ObjectRecord]:
    """Records of OSM objects by key, without keys of no object and what the server forgot."""
    keys = [key for key in dict.fromkeys(keys) if key[1:].isdecimal()]
    questions = (_details(key, polygons) for key in keys)
    answers = service.answers(questions, len(keys), read_details, f"Nominatim: {what}")
    records = {key: object_record(answer) for key, answer in zip(keys, answers, strict=True)}
    return {key: record for key, record in records.items() if record is not None}


def country_keys(
    service: CachedService,
    points: Int[ndarray, " points"],
    places: list[PointRecord],
    place_of: Int[ndarray, " points"],
) -> dict[str, str]:
    """Key of each country's OSM object by the country's code; the code itself if there is none.

    Addresses name the country without its object, which is therefore looked up at a few of the
    points that lie in the country.
    """
    country_of = np.array([place.country for place in places] or [""])[place_of]
    keys = {code: code for code in np.unique(country_of).tolist() if code}
    inside = {code: points[country_of == code] for code in keys}
    for part in np.linspace(0, 1, POINTS_TRIED):
        unknown = [code for code, key in keys.items() if key == code]
        if not unknown:
            break
        tried = [inside[code][int(part * (len(inside[code]) - 1))] for code in unknown]
        questions = (_reverse(int(point), COUNTRY_ZOOM) for point in tried)
        answers = service.answers(questions, len(tried), read_reverse, "Nominatim: countries")
        for code, answer in zip(unknown, answers, strict=True):
            found = point_record(answer)
            if found.key and found.country == code:
                keys[code] = found.key
    return keys


def _reverse(point: int, zoom: int) -> str:
    latitude, longitude = divmod(point, 360 * STEPS)
    latitude, longitude = latitude - 90 * STEPS, longitude - 180 * STEPS
    return (
        f"reverse?lat={latitude / STEPS:.5f}&lon={longitude / STEPS:.5f}&zoom={zoom}"
        "&format=jsonv2&accept-language=en"
    )


def _details(key: str, polygons: bool) -> str:
    geometry = "&polygon_geojson=1" if polygons else ""
    return (
        f"details?osmtype={key[0]}&osmid={key[1:]}&addressdetails=1{geometry}"
        "&format=json&accept-language=en"
    )
