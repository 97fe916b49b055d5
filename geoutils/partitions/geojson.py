"""Cells as GeoJSON (RFC 7946), which GIS programs and web maps open.

A feature is a cell: its outline as a MultiPolygon in longitude and latitude, cut at the
antimeridian; null where its ground is not known. Its properties are the partition's table. What
makes the cells stands in them too, polygons as hexadecimal WKB, and in two members of the
collection that other programs ignore: so the file can be read back to the same partition.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Float
from numpy import ndarray

from geoutils.files import replacing
from geoutils.partitions.cells import Cells
from geoutils.partitions.partition import Partition

_OWN = ("cell", "photos", "name", "latitude", "longitude")
_BYTES = "hex:"  # before bytes, which JSON has no place for


def write_geojson(partition: Partition, path: str | Path) -> None:
    """Write a partition's cells; `read_geojson` gives the same partition again.

    Outer rings run counter-clockwise. A semantic cell keeps a geocoder only where that is the
    atlas's, as in `Partition.save`.
    """
    table = partition.table()
    records = zip(*[table[name].tolist() for name in table], strict=True)
    features = [
        {
            "type": "Feature",
            "id": number,
            "geometry": _multipolygon(outline),
            "properties": {n: _plain(v) for n, v in zip(table, record, strict=True)},
        }
        for number, (record, outline) in enumerate(
            zip(records, partition.boundaries(), strict=True)
        )
    ]
    collection = {
        "type": "FeatureCollection",
        "partition": {"name": partition.name, "kind": partition.cells.kind},
        "cells": partition.cells.attributes(),
        "features": features,
    }
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, default=_plain)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_geojson(path: str | Path) -> Partition:
    """Read what `write_geojson` wrote; ValueError for any other file."""
    try:
        collection = json.loads(Path(path).read_text(encoding="utf-8"))
        kind = collection["partition"]["kind"]
        rows = [
            {name: _raw(value) for name, value in feature["properties"].items()}
            for feature in collection["features"]
        ]
        if kind not in Cells.kinds:
            raise ValueError(f"kind {kind!r}, known: {sorted(Cells.kinds)}")
        table = pd.DataFrame(rows)
        table.attrs = {"cells": collection["cells"]}
        return Partition(
            name=str(collection["partition"]["name"]),
            cells=Cells.kinds[kind].from_columns(table.drop(columns=list(_OWN))),
            centers_deg=table[["latitude", "longitude"]].to_numpy(np.float64),
            counts=table["photos"].to_numpy(np.int64),
            names=table["name"].tolist(),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"path: {path} holds no partition ({reason})") from None


def _multipolygon(outline: Float[ndarray, "_ 2"]) -> dict[str, Any] | None:
    """Rings of (latitude, longitude) with NaN rows between, none of them a hole, as polygons."""
    gaps = np.flatnonzero(np.isnan(outline[:, 0]))
    rings = [ring[~np.isnan(ring[:, 0])][:, ::-1] for ring in np.split(outline, gaps)]
    polygons = [shapely.Polygon(ring) for ring in rings if len(ring) > 3]
    if not polygons:
        return None
    turned = shapely.orient_polygons(np.array(polygons))
    coordinates = [[shapely.get_coordinates(polygon).tolist()] for polygon in turned]
    return {"type": "MultiPolygon", "coordinates": coordinates}


def _plain(value: Any) -> Any:
    """A value as JSON has it: arrays as lists, bytes as a text."""
    if isinstance(value, bytes):
        return _BYTES + value.hex()
    return value.tolist() if isinstance(value, ndarray | np.generic) else value


def _raw(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_BYTES):
        return bytes.fromhex(value.removeprefix(_BYTES))
    return value
