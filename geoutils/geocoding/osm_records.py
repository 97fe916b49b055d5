"""What of a Nominatim server's JSON is kept: the object at a point, and an object's address.

An OSM object is named by the letter of its type and its number, such as R571747, as in the
tables of EMP-16 (Theiner et al. 2022).
"""

import json
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

NOT_LOCATIONS = {"house_number", "postcode", "postal_code", "country_code"}
SIMPLIFY_DEG = 0.001  # some 100 m, as in EMP-16's tables
SIMPLIFY_SHARE = 0.001  # of the extent, where that is less: landmarks keep their shape


@dataclass(frozen=True, slots=True)
class PointRecord:
    """The finest OSM object at a point ("" none) and its country, code in capitals and name."""

    key: str
    country: str
    country_name: str


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """An OSM object; `address` are the keys that hold it, fine → coarse, without its country.

    `address` begins with the object itself if that has a name. `category` and `type` are its main
    tag; `name` is English where there is an English one, `localname` is what its people call it.
    """

    name: str
    localname: str
    category: str
    type: str
    admin_level: int
    rank_address: int
    country: str
    latitude: float
    longitude: float
    has_area: bool
    address: list[str]
    polygon: BaseGeometry | None


def read_status(status: int, answer: Any) -> str:
    """Check that a server's answer to /status is a Nominatim's with a database to ask."""
    if status != 200 or not isinstance(answer, dict) or "status" not in answer:
        raise ValueError("is this the address of a Nominatim server?")
    if answer["status"] != 0:
        raise ValueError(f"its database is not ready: {answer.get('message')}")
    return ""


def read_reverse(status: int, answer: Any) -> str:
    """Condense an answer to /reverse (format jsonv2); "" where no object is known, as at sea."""
    if status != 200 or not isinstance(answer, dict):
        raise ValueError(f"HTTP {status}")
    if answer.get("error") == "Unable to geocode":
        return ""
    if "error" in answer or "place_rank" not in answer:
        raise ValueError(str(answer)[:200])
    address = answer.get("address", {})
    code = address.get("country_code", "").upper()
    return json.dumps([_key(answer), code, address.get("country", "")], ensure_ascii=False)


def point_record(condensed: str) -> PointRecord:
    """Undo `read_reverse`."""
    return PointRecord(*json.loads(condensed)) if condensed else PointRecord("", "", "")


def read_details(status: int, answer: Any) -> str:
    """Condense an answer to /details (format json); "" where the server no longer knows the object.

    Of the address only what holds the object counts (isaddress), without house numbers,
    postcodes and nameless objects. Polygons lose detail below `SIMPLIFY_DEG`.
    """
    if status == 404:
        return ""
    try:
        longitude, latitude = answer["centroid"]["coordinates"]
        rows = [
            _key(row)
            for row in answer["address"]
            if row["isaddress"] and row["type"] not in NOT_LOCATIONS and row["localname"]
        ]
        record = {
            "name": answer["localname"],
            "localname": answer["names"].get("name", answer["localname"]),
            "category": answer["category"],
            "type": answer["type"],
            "admin_level": answer["admin_level"],
            "rank_address": answer["rank_address"],
            "country": answer.get("country_code", "").upper(),
            "latitude": round(latitude, 7),
            "longitude": round(longitude, 7),
            "has_area": answer["isarea"],
            "address": list(dict.fromkeys(key for key in rows if key)),
            "polygon": _simple_polygon(answer.get("geometry")),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no {error} in {str(answer)[:200]}") from error
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def object_record(condensed: str) -> ObjectRecord | None:
    """Undo `read_details`; None for an object that the server no longer knows."""
    if not condensed:
        return None
    fields = json.loads(condensed)
    if fields["polygon"] is not None:
        fields["polygon"] = shapely.from_wkb(fields["polygon"])
    return ObjectRecord(**fields)


def _key(fields: dict[str, Any]) -> str:
    """R571747 from either spelling, "relation" or "R"; "" for rows that are no OSM object."""
    if not fields.get("osm_type") or not fields.get("osm_id"):
        return ""
    return f"{fields['osm_type'][0].upper()}{fields['osm_id']}"


def _simple_polygon(geometry: dict[str, Any] | None) -> str | None:
    """The polygon as hexadecimal WKB; None for points and lines, which have no area."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return None
    shape = shapely.from_geojson(json.dumps(geometry))
    west, south, east, north = shape.bounds
    tolerance = min(SIMPLIFY_DEG, SIMPLIFY_SHARE * max(east - west, north - south))
    return shapely.to_wkb(shape.simplify(tolerance), hex=True)
