"""Rebuild the outlines of countries and their first-level regions."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geoutils.atlas.rebuild.geopackage import read_layer
from geoutils.atlas.shapes import GRID_PER_DEG, save_shapes
from geoutils.files import replacing

GAP_DEG = 0.005  # narrower gaps between neighbours are slips of the source
TOLERANCE_DEG = 0.01  # Visvalingam's triangles smaller than this squared (1 km²) are cut off
CLEAR_MAJORITY = 0.6
# The map gives these units to no country, or to the power that holds them; GeoNames, whose places
# and populations we use, to the territory with its own ISO code or to the country recognised by
# the United Nations. Photos must be counted under one of the two: GeoNames' everywhere.
RECODED = {
    "Akrotiri": "CY",
    "Baykonur lease in Qyzylorda": "KZ",
    "Bonaire": "BQ",
    "Christmas Island": "CX",
    "Clipperton Island": "FR",
    "Cocos (Keeling) Islands": "CC",
    "Crimea": "UA",
    "Dhekelia": "CY",
    "Guadeloupe": "GP",
    "Guantanamo Bay USNB": "CU",
    "Guyane française": "GF",
    "Kashmir": "IN",
    "La Réunion": "RE",
    "Laâyoune - Boujdour - Sakia El Hamra": "EH",
    "Martinique": "MQ",
    "Mayotte": "YT",
    "Northern Cyprus": "CY",
    "Oued el Dahab": "EH",
    "Saba": "BQ",
    "Sevastopol": "UA",
    "Somaliland": "SO",
    "St. Eustatius": "BQ",
    "Svalbard": "SJ",
}
NOBODYS = ("Spratly Islands",)


def admin1(source: Path, places: pd.DataFrame) -> pd.DataFrame:
    """Regions as a table of country, name and geometry, named as GeoNames names the places inside.

    Natural Earth often draws a smaller unit (French departments): units whose places lie, by a
    clear majority, in the same region of GeoNames are joined under its name. Where GeoNames is the
    finer (Kenya's counties), the unit keeps Natural Earth's name.
    """
    units = read_layer(source, "states_provinces", ["name", "iso_a2"], "geom")
    units = units[~units.name.isin(NOBODYS)].reset_index(drop=True)
    units["country"] = units.name.map(RECODED).fillna(units.iso_a2)
    if (unknown := units[~units.country.str.fullmatch("[A-Z]{2}")]).size:
        raise ValueError(f"{source}: units without a country: {unknown.name.tolist()}")
    snapped = _closed_at_the_edges(units.geometry.to_numpy())
    snapped = shapely.set_precision(snapped, 1 / GRID_PER_DEG)
    units["geometry"] = shapely.coverage_clean(snapped, gap_width=GAP_DEG)
    units["name"] = _region_names(units, places).fillna(units.name).fillna("")
    regions = units.groupby(["country", "name"]).geometry.agg(_dissolved).reset_index()
    simple = shapely.coverage_simplify(regions.geometry.to_numpy(), TOLERANCE_DEG)
    regions["geometry"] = _on_the_grid(simple)
    return regions[["name", "country", "geometry"]]


def _closed_at_the_edges(geometry: np.ndarray) -> np.ndarray:
    """The source stops 0.1° before the antimeridian and the south pole: carry it on to them."""

    def carried(lonlat: np.ndarray) -> np.ndarray:
        lon, lat = lonlat.T
        lon = np.where(np.abs(lon) > 179.899, np.copysign(180.0, lon), lon)
        return np.stack([lon, np.where(lat < -89.899, -90.0, lat)], axis=1)

    return shapely.transform(geometry, carried)


def _region_names(units: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """GeoNames' region of each unit, NaN where its places disagree or there are none."""
    points = shapely.points(places.longitude / 1e5, places.latitude / 1e5)
    place, unit = shapely.STRtree(units.geometry.to_numpy()).query(points, predicate="intersects")
    votes = places.iloc[place][["country", "admin1"]].assign(unit=unit)
    votes = votes[
        (votes.country.to_numpy() == units.country.to_numpy()[unit]) & (votes.admin1 != "")
    ]
    counts = votes.groupby(["unit", "admin1"]).size().rename("n").reset_index()
    counts["share"] = counts.n / counts.groupby("unit").n.transform("sum")
    winners = counts[counts.share > CLEAR_MAJORITY].set_index("unit").admin1
    return winners.reindex(units.index)


def countries(regions: pd.DataFrame) -> pd.Series:
    """Outline of each country: the union of its regions."""
    return regions.groupby("country").geometry.agg(_dissolved)


def _dissolved(parts: pd.Series) -> shapely.MultiPolygon:
    """One multipolygon of all parts, the borders between them gone."""
    union = shapely.union_all(parts.to_numpy(), grid_size=1 / GRID_PER_DEG)
    return shapely.MultiPolygon(shapely.get_parts(shapely.get_parts(union)).tolist())


def _on_the_grid(outlines: np.ndarray) -> np.ndarray:
    """Outlines with every vertex rounded by itself, so that neighbours stay in step."""
    rounded = shapely.transform(
        outlines, lambda lonlat: np.round(lonlat * GRID_PER_DEG) / GRID_PER_DEG
    )
    if not shapely.is_valid(rounded).all() or shapely.is_empty(rounded).any():
        raise ValueError(f"outlines: some are lost on a grid of 1/{GRID_PER_DEG}°")
    return np.array([shapely.MultiPolygon(shapely.get_parts(g).tolist()) for g in rounded])


def write(regions: pd.DataFrame, outlines: pd.Series, facts: pd.DataFrame, folder: Path) -> None:
    """Write both tables: names as Parquet, outlines as packed integers beside them.

    Countries without an outline on the map (the Vatican, Tokelau) keep an empty one.
    """
    empty = shapely.MultiPolygon()
    geometry = [outlines.get(code, empty) for code in facts.index]
    save_shapes(folder / "admin1_shapes.npz", regions.geometry.to_numpy())
    save_shapes(folder / "country_shapes.npz", np.array(geometry, dtype=object))
    with replacing(folder / "admin1.parquet") as temporary:
        regions[["name", "country"]].to_parquet(temporary, compression="zstd", index=False)
    with replacing(folder / "countries.parquet") as temporary:
        facts.rename_axis("country").reset_index().to_parquet(temporary, compression="zstd")
