"""Rebuild coastlines and borders as shapefiles under the names by which cartopy asks for them."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapefile
import shapely

# Scale -> (triangles smaller than this squared are cut off, islands smaller than this left out),
# in degrees and square degrees: about as many vertices as Natural Earth spends at that scale.
SCALES = {"110m": (0.25, 0.1), "50m": (0.06, 0.005)}
WORLD = shapely.box(-180, -90, 180, 90)
DATE = (
    126,
    1,
    1,
)  # of dBase headers, years from 1900; today's would change the bytes


def coastlines(outlines: pd.Series, facts: pd.DataFrame, folder: Path) -> None:
    """Write land, coast and borders at both scales; ocean and countries at the small one."""
    for scale, (tolerance_deg, least_area) in SCALES.items():
        simple = shapely.coverage_simplify(outlines.to_numpy(), tolerance_deg)
        simple = np.array([_without_islets(country, least_area) for country in simple])
        parts = shapely.get_parts(shapely.coverage_union_all(simple))
        land = parts[shapely.area(parts) >= least_area]
        shores = _lines(_edge_of_map_removed(shapely.boundary(land)))
        edges = shapely.union_all(shapely.boundary(simple))
        borders = _lines(shapely.difference(edges, shapely.union_all(shapely.boundary(land))))
        physical = folder / "shapefiles/natural_earth/physical"
        cultural = folder / "shapefiles/natural_earth/cultural"
        _write_polygons(physical / f"ne_{scale}_land", land)
        _write_lines(physical / f"ne_{scale}_coastline", shores)
        _write_lines(cultural / f"ne_{scale}_admin_0_boundary_lines_land", borders)
        if scale == "110m":
            ocean = shapely.difference(WORLD, shapely.union_all(land))
            _write_polygons(physical / f"ne_{scale}_ocean", shapely.get_parts(ocean))
            named = facts.loc[outlines.index].rename_axis("ISO_A2").reset_index()
            columns = {"ISO_A2": "ISO_A2", "name": "NAME", "continent": "CONTINENT"}
            columns = {field: named[column].tolist() for column, field in columns.items()}
            columns["POP_EST"] = named.population.tolist()
            _write_polygons(cultural / f"ne_{scale}_admin_0_countries", simple, columns)


def _without_islets(country: shapely.MultiPolygon, least_area: float) -> shapely.MultiPolygon:
    """The country's parts that are large enough, or else its largest one."""
    parts = shapely.get_parts(country)
    areas = shapely.area(parts)
    return shapely.MultiPolygon(parts[areas >= min(least_area, areas.max())].tolist())


def _edge_of_map_removed(lines: np.ndarray) -> np.ndarray:
    """Lines without their runs along the antimeridian and the south pole, which are no coasts."""
    inside = shapely.box(-179.9999, -89.9999, 179.9999, 90)
    return shapely.intersection(lines, inside)


def _lines(geometry) -> np.ndarray:
    """Merged line strings of any lines."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))


def _write_polygons(path: Path, polygons: np.ndarray, columns: dict | None = None) -> None:
    """Write polygons with their outer rings clockwise, as the format wants them."""
    clockwise = shapely.orient_polygons(polygons, exterior_cw=True)
    rings = [shapely.get_rings(shapely.get_parts(polygon)) for polygon in clockwise]
    _write(path, shapefile.POLYGON, rings, columns or {"id": range(len(rings))})


def _write_lines(path: Path, lines: np.ndarray) -> None:
    _write(path, shapefile.POLYLINE, [[line] for line in lines], {"id": range(len(lines))})


def _write(path: Path, kind: int, shapes: list, columns: dict) -> None:
    """Write .shp, .shx and .dbf: one shape of one or more rings or lines for each row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with shapefile.Writer(str(path), shapeType=kind) as writer:
        for name, values in columns.items():
            writer.field(name, *(("C", 60) if isinstance(values[0], str) else ("N", 12)))
        for parts, record in zip(shapes, zip(*columns.values(), strict=True), strict=True):
            points = [shapely.get_coordinates(part).tolist() for part in parts]
            writer.poly(points) if kind == shapefile.POLYGON else writer.line(points)
            writer.record(*record)
    with open(path.with_suffix(".dbf"), "rb+") as table:
        table.seek(1)
        table.write(bytes(DATE))
