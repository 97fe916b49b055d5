"""The atlas's places, each with the region that it belongs to, and how far it is to be believed."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from geoutils.atlas import admin1, admin1_of, countries, places
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, unit_vectors

# The outlines are rounded to about 1 km: a place that lies a little beyond the border of its own
# region or country is drawn on the wrong side. Further away the gazetteer means something else.
BLUR_KM = 3.0
# Around such a place the map is not believed; so far, unless its whole country is smaller.
STRAY_KM = 1.0
_APART = 10.0  # more than any two unit vectors


@dataclass(frozen=True, repr=False, eq=False)
class Gazetteer:
    """Places with the regions they belong to, and searches among the places of one region.

    `home` is the row of `admin1()` that each place of `places()` belongs to, -1 where its country
    has no region on the map (the Vatican). `strays` are the rows of places drawn on the wrong side
    of a border, each believed up to its `stray_km`. Islets that the map leaves out are found from
    the open sea (region -1).
    """

    home: Int[ndarray, " places"]
    strays: Int[ndarray, " strays"]
    stray_km: Float[ndarray, " strays"]
    _region_tree: cKDTree
    _rows: Int[ndarray, " entries"]
    _stray_tree: cKDTree

    def nearest_in(
        self, latlon_deg: Float[ndarray, "n 2"], regions: Int[ndarray, " n"], within_km: float
    ) -> tuple[Int[ndarray, " n"], Float[ndarray, " n"]]:
        """Nearest place of each location's own region and its distance; -1, inf where too far."""
        chord, entry = self._region_tree.query(
            _apart(latlon_deg, regions), distance_upper_bound=_chord(within_km)
        )
        return np.append(self._rows, -1)[entry], _km(chord)

    def nearest_stray(
        self, latlon_deg: Float[ndarray, "n 2"]
    ) -> tuple[Int[ndarray, " n"], Float[ndarray, " n"]]:
        """Nearest stray place and its distance; -1, inf where it is not to be believed so far."""
        chord, entry = self._stray_tree.query(
            unit_vectors(latlon_deg), distance_upper_bound=_chord(STRAY_KM)
        )
        distance_km = _km(chord)
        believed = distance_km <= np.append(self.stray_km, -1.0)[entry]
        row = np.where(believed, np.append(self.strays, -1)[entry], -1)
        return row, np.where(believed, distance_km, np.inf)


@cache
def gazetteer() -> Gazetteer:
    """All of `places()`, each in the region whose outline holds it, with two exceptions.

    A place up to 3 km beyond the border of the region that the gazetteer names (or of its country,
    where the map does not know that region) belongs there: a stray. A place on the open sea is an
    islet that the map leaves out; it belongs to the region that the gazetteer names, else to that
    of the nearest place of its country. Takes a second, once.
    """
    table = places()
    locations = table[["latitude", "longitude"]].to_numpy()
    home, drawn = _homes(locations)
    at_sea = drawn < 0
    strays = np.flatnonzero(~at_sea & (home != drawn))
    area_km2 = countries().area_km2.reindex(table.country[strays]).to_numpy(np.float64)
    # Half a km² where whole ones are none: the Vatican.
    stray_km = np.minimum(STRAY_KM, np.sqrt(np.maximum(area_km2, 0.5) / np.pi))
    searched_from = np.where(at_sea, -1, home)
    # Of places with the same coordinates the one with most people is found.
    crowd = np.argsort(-table.population.to_numpy(), kind="stable")
    crowd = crowd[(at_sea | (home >= 0))[crowd]]
    spots = np.column_stack([locations, searched_from])[crowd]
    rows = crowd[~pd.DataFrame(spots).duplicated().to_numpy()]
    # Unbalanced trees are built faster, and searched as fast.
    region_tree = cKDTree(_apart(locations[rows], searched_from[rows]), balanced_tree=False)
    stray_tree = cKDTree(unit_vectors(locations[strays]))
    return Gazetteer(home, strays, stray_km, region_tree, rows, stray_tree)


def _homes(
    locations: Float[ndarray, "places 2"],
) -> tuple[Int[ndarray, " places"], Int[ndarray, " places"]]:
    """Region that each place belongs to, and region where the outlines draw it (-1 at sea)."""
    table, regions = places(), admin1()
    drawn = admin1_of(locations)
    at_sea = drawn < 0
    foreign = ~at_sea & (np.append(regions.country, "")[drawn] != table.country.to_numpy())
    named = pd.MultiIndex.from_frame(regions[["country", "name"]]).get_indexer(
        pd.MultiIndex.from_frame(table[["country", "admin1"]])
    )
    doubtful = np.flatnonzero(at_sea | foreign | ((named >= 0) & (named != drawn)))
    countrymen = _region_of_countryman(locations, drawn, ~at_sea & ~foreign, doubtful)
    meant = np.where(named[doubtful] >= 0, named[doubtful], countrymen)
    outlines = np.append(regions.geometry.to_numpy(), None)  # row -1 has none
    gap_km = _gap_km(locations[doubtful], outlines[meant])
    believed = at_sea[doubtful] | (meant < 0) | (gap_km <= BLUR_KM)
    home = drawn.copy()
    home[doubtful[believed]] = meant[believed]
    return home, drawn


def _region_of_countryman(
    locations: Float[ndarray, "places 2"],
    drawn: Int[ndarray, " places"],
    sure: Bool[ndarray, " places"],
    asked: Int[ndarray, " n"],
) -> Int[ndarray, " n"]:
    """Region of the nearest sure place of the same country, -1 where it has none."""
    country = countries().index.get_indexer(places().country)
    apart = _apart(locations, country)
    _, nearest = cKDTree(apart[sure]).query(apart[asked], distance_upper_bound=_APART / 2)
    return np.append(drawn[sure], -1)[nearest]


def _apart(latlon_deg: Float[ndarray, "n 2"], groups: Int[ndarray, " n"]) -> Float[ndarray, "n 4"]:
    """Unit vectors with a fourth axis that sets groups apart: the nearest is of the same group."""
    return np.column_stack([unit_vectors(latlon_deg), _APART * groups])


def _gap_km(locations: Float[ndarray, "n 2"], outlines: ndarray) -> Float[ndarray, " n"]:
    """Distance of each location to the nearest point of its outline, NaN without outline."""
    points = shapely.points(locations[:, ::-1])
    lines = shapely.shortest_line(points, outlines)
    ends = np.full((len(lines), 2), np.nan)
    known = ~shapely.is_missing(lines)
    ends[known] = shapely.get_coordinates(lines[known])[1::2, ::-1]
    return great_circle_km(locations, ends)


def _chord(distance_km: float) -> float:
    return 2 * np.sin(distance_km / EARTH_RADIUS_KM / 2)


def _km(chord: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
    """Great-circle distances of chords between unit vectors; inf stays inf."""
    found = np.isfinite(chord)
    arc = 2 * np.arcsin(np.where(found, chord, 0) / 2)
    return np.where(found, EARTH_RADIUS_KM * arc, np.inf)
