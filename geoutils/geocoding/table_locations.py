"""The locations of an address table: Feather or Parquet files as GeoPandas writes them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import shapely
from jaxtyping import Bool, Int, Shaped
from numpy import ndarray

from geoutils.files import replacing

REQUIRED = (
    "id",
    "latitude_center",
    "longitude_center",
    "type",
    "isarea",
    "localname",
    "country_code",
)
# Kept beside the columns of `Addresses.locations`, so that writing again loses nothing of them.
DETAILS = {
    "osm_type": pa.string(),
    "osm_id": pa.int64(),
    "category": pa.string(),
    "admin_level": pa.int64(),
    "rank_address": pa.int64(),
    "name_en": pa.string(),
    "localname": pa.string(),
    "importance": pa.float64(),
}
# What Nominatim says of such locations: category, admin_level, rank_address.
OUR_KINDS = {
    "country": ("boundary", 2, 4),
    "admin1": ("boundary", 4, 8),
    "admin2": ("boundary", 6, 12),
    "place": ("place", None, 16),
}
_OSM_KEY = r"^([NWR])(\d+)$"
_LEVEL = "admin_level "
_ADMIN_LEVEL = rf"^{_LEVEL}(\d+)$"


def read_rows(path: Path) -> pa.Table:
    """The columns of EMP-16 that are used here; ValueError if one of `REQUIRED` is missing."""
    with open(path, "rb") as file:
        magic = file.read(6)
    if magic[:4] == b"PAR1":
        table = pyarrow.parquet.read_table(path)
    elif magic == b"ARROW1":
        table = pa.ipc.open_file(path).read_all()
    else:
        raise ValueError(f"{path.name}: begins with {magic!r}, is neither Feather (v2) nor Parquet")
    if missing := [column for column in REQUIRED if column not in table.column_names]:
        raise ValueError(f"{path.name}: lacks the columns {missing}; found {table.column_names}")
    wanted = dict.fromkeys([*REQUIRED, *DETAILS, "geometry"])
    return table.select([column for column in wanted if column in table.column_names])


def locations_of(table: pa.Table, rows: Int[ndarray, " n"]) -> pd.DataFrame:
    """Some rows of a table as `Addresses.locations`, with its `DETAILS` as further columns.

    The name is the English one, else the local one, else the id; the kind is OSM's type, where
    that is "administrative" country (level 2) or such as "admin_level 8". Geometries other than
    (multi)polygons, such as the point of a shop, are None.
    """
    table = table.take(rows)
    details = {name: kind for name, kind in DETAILS.items() if name in table.column_names}
    # A column without any value has no type of its own.
    text = dict.fromkeys(("id", "type", "country_code", "localname"), pa.string())
    found = {name: table[name].cast(kind).to_pandas() for name, kind in {**details, **text}.items()}
    name = found.get("name_en", found["localname"]).fillna(found["localname"])
    standard = {
        "key": found["id"],
        "name": name.fillna(found["id"]),
        "kind": _kinds(found["type"].fillna(""), found.get("admin_level")),
        "country": found["country_code"].fillna("").str.upper(),
        "latitude": table["latitude_center"].cast(pa.float64()).to_numpy(),
        "longitude": table["longitude_center"].cast(pa.float64()).to_numpy(),
        "has_area": table["isarea"].cast(pa.bool_()).fill_null(False).to_numpy(),
        "geometry": _polygons(table),
    }
    return pd.DataFrame(standard | {name: found[name] for name in details})


def bare_locations(keys: list[str]) -> pd.DataFrame:
    """Locations of which nothing is known but their ids."""
    table = pd.DataFrame({"key": keys, "name": keys}, dtype="str")
    return table.assign(
        kind="",
        country="",
        latitude=np.nan,
        longitude=np.nan,
        has_area=False,
        geometry=np.full(len(keys), None),
    )


def write_locations(path: Path, locations: pd.DataFrame) -> None:
    """Write locations in EMP-16's columns; `.feather` or `.parquet`, readable with GeoPandas."""
    if path.suffix not in (".feather", ".parquet"):
        raise ValueError(f"{path.name}: expected the suffix .feather or .parquet")
    geometry = locations["geometry"] if "geometry" in locations else None
    outlines = np.full(len(locations), None)
    if geometry is not None:
        outlines[:] = geometry.to_numpy(object)
    columns = {
        "id": pa.array(locations["key"].astype(str), pa.string()),
        "geometry": pa.array(shapely.to_wkb(outlines).tolist(), pa.binary()),
        "latitude_center": pa.array(locations["latitude"].to_numpy(np.float64)),
        "longitude_center": pa.array(locations["longitude"].to_numpy(np.float64)),
        "type": pa.array(_types(locations["kind"].astype(str)), pa.string()),
        "isarea": pa.array(locations["has_area"].to_numpy(bool)),
        "country_code": pa.array(locations["country"].astype(str).str.lower(), pa.string()),
    }
    details = _details(locations)
    for name, kind in DETAILS.items():
        columns[name] = pa.array(details[name], kind, from_pandas=True)
    # In one piece, however the columns were put together: the same locations give the same bytes.
    table = pa.table(columns).combine_chunks()
    table = table.replace_schema_metadata({"geo": _geo_metadata(outlines)})
    with replacing(path) as temporary:
        if path.suffix == ".parquet":
            pyarrow.parquet.write_table(table, temporary, compression="zstd")
        else:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_file(str(temporary), table.schema, options=options) as file:
                file.write_table(table)


def _details(locations: pd.DataFrame) -> pd.DataFrame:
    """The columns `DETAILS`: those that the locations have, the others as far as they follow."""
    kind, key = locations["kind"].astype(str), locations["key"].astype(str)
    osm, level = key.str.extract(_OSM_KEY), kind.str.extract(_ADMIN_LEVEL)[0]
    ours = {
        name: kind.astype(object).map({ours: facts[i] for ours, facts in OUR_KINDS.items()})
        for i, name in enumerate(("category", "admin_level", "rank_address"))
    }
    ours["category"] = ours["category"].where(level.isna(), "boundary")
    ours["admin_level"] = ours["admin_level"].where(level.isna(), pd.to_numeric(level))
    follow = ours | {
        "osm_type": osm[0],
        "osm_id": osm[1].astype("Int64"),
        "name_en": locations["name"],
        "localname": locations["name"],
        "importance": pd.Series(np.nan, locations.index),
    }
    return pd.DataFrame({name: locations.get(name, follow[name]) for name in DETAILS})


def _kinds(types: pd.Series, admin_level: pd.Series | None) -> pd.Series:
    """Kinds of locations by OSM's type and, where it says no more than administrative, level."""
    if admin_level is None:
        return types
    told = (types == "administrative") & admin_level.notna()
    level = pd.to_numeric(admin_level).fillna(0).astype(int)
    kinds = types.mask(told, _LEVEL + level.astype(str))
    return kinds.mask(told & (level == 2), "country")


def _types(kinds: pd.Series) -> pd.Series:
    """OSM's types of kinds: undoes `_kinds`."""
    return kinds.mask((kinds == "country") | kinds.str.startswith(_LEVEL), "administrative")


def _polygons(table: pa.Table) -> Shaped[ndarray, " rows"]:
    """(Multi)polygons of a column of WKB, None where there is none."""
    outlines = np.full(len(table), None)
    if "geometry" not in table.column_names:
        return outlines
    column = table["geometry"]
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks])
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise ValueError(f"geometry: found a column of {column.type}, expected WKB (binary)")
    known = column.is_valid().to_numpy()
    try:
        shapes = shapely.from_wkb(column.drop_null().to_numpy())
    except shapely.errors.ShapelyError as damage:
        raise ValueError(f"geometry: not WKB, {damage}") from None
    shapes[~_polygonal(shapes)] = None
    outlines[known] = shapes
    return outlines


def _polygonal(shapes: Shaped[ndarray, " n"]) -> Bool[ndarray, " n"]:
    area = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    return np.isin(shapely.get_type_id(shapes), area)


def _geo_metadata(outlines: Shaped[ndarray, " n"]) -> str:
    """What GeoParquet 1.0 asks for; no crs means longitude and latitude on WGS 84."""
    kinds = np.unique(shapely.get_type_id(outlines[~shapely.is_missing(outlines)]))
    names = {3: "Polygon", 6: "MultiPolygon"}
    column = {"encoding": "WKB", "geometry_types": [names[kind] for kind in kinds.tolist()]}
    return json.dumps(
        {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    )
