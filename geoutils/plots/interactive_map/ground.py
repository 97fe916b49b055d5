"""What lies under every interactive map: land, borders, the map's edge, once per page."""

import base64
import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from cartopy.io import shapereader

from geoutils.atlas import use_coastlines
from geoutils.plots.interactive_map.svg_paths import map_points, path_data, rings_path

HERE = Path(__file__).parent
_STEP_DEG = 2.0  # longest edge: straight in degrees is curved on a map
_DETAIL = 0.07  # map units, or 3.5 km, that an outline may move where it is thinned
_UNIT = 0.07  # outlines are whole numbers of this: they are most of a page's bytes


@cache
def style_sheet() -> str:
    """The maps' style sheet."""
    return (HERE / "map.css").read_text(encoding="utf-8").strip()


@cache
def script() -> str:
    """The maps' script: it brings every map on the page to life that is not alive yet."""
    return (HERE / "map.js").read_text(encoding="utf-8").strip()


@cache
def script_source() -> str:
    """What a Content-Security-Policy has to allow for `script` to run, and nothing else."""
    digest = hashlib.sha256(f"\n{script()}\n".encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def world_markup() -> str:
    """An invisible drawing that holds the world for all maps of a page, about 200 kB."""
    land, borders = _layer("physical", "land"), _layer("cultural", "admin_0_boundary_lines_land")
    line = 'vector-effect="non-scaling-stroke"'  # an attribute: sheets do not reach copies by <use>
    scaled = f'{line} transform="scale({_UNIT})"'
    return (
        '<svg class="geo-map-world" width="0" height="0" aria-hidden="true"><defs>'
        f'<path id="geo-map-sea" {line} d="{_edge()}"/>'
        f'<path id="geo-map-land" {scaled} fill-rule="evenodd" d="{land}"/>'
        f'<path id="geo-map-borders" {scaled} d="{borders}"/>'
        "</defs></svg>"
    )


def _edge() -> str:
    latitudes = np.linspace(-90, 90, 91)
    sides = [np.stack([latitudes, np.full(91, east)], axis=1) for east in (180.0, -180.0)]
    return rings_path([np.concatenate([sides[0], sides[1][::-1], sides[0][:1]])])


def _layer(category: str, name: str) -> str:
    """Path data of a Natural Earth layer at the scale 1:50 million."""
    use_coastlines()
    reader = shapereader.Reader(shapereader.natural_earth("50m", category, name))
    shapes = shapely.get_parts(np.array(list(reader.geometries()), dtype=object))
    shapes = shapely.segmentize(shapes, _STEP_DEG)
    areas = bool((shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all())
    lines = shapely.get_rings(shapes) if areas else shapes
    placed = [map_points(shapely.get_coordinates(line)[:, ::-1]) for line in lines]
    return path_data(placed, _DETAIL, closed=areas, unit=_UNIT)
