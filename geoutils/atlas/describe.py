"""Locations in words."""

from functools import cache

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray
from scipy.spatial import cKDTree

from geoutils.atlas.borders import admin1, admin1_of, countries
from geoutils.atlas.locations import checked
from geoutils.atlas.places import nearest_place, places
from geoutils.sphere import EARTH_RADIUS_KM, unit_vectors

NEAR_KM = 100.0  # a town further away says nothing about a location; its region does
# The nearest place to most of Paris is one of its quarters. Who is near a large city is in it, for
# a stranger: it lends its name as far as 0.01 km times the root of its people, 10 km for a million.
LARGE = 100_000
REACH_KM = 0.01
CANDIDATES = 6  # large cities that may reach a location; more do not in any conurbation


def describe(latlon_deg: Real[ndarray, "n 2"]) -> list[str]:
    """Town, region and country of each location; "open sea" beyond 12 nautical miles.

    The town is the largest city that reaches so far, else the nearest place; it is left out where
    none of the same country lies within 100 km.

    >>> describe(np.array([[45.76, 4.84], [30.0, -40.0]]))
    ['Lyon, Auvergne-Rhône-Alpes, France', 'open sea']
    """
    locations = checked(latlon_deg)
    regions, names, towns = admin1(), countries().name.to_dict(), places()
    held = admin1_of(locations)
    held_code, held_name = regions.country.to_numpy()[held], regions.name.to_numpy()[held]
    chosen, distance_km = nearest_place(locations)
    city = _city_around(locations)
    chosen = np.where(city >= 0, city, chosen)
    town, town_region = towns.name.to_numpy()[chosen], towns.admin1.to_numpy()[chosen]
    near = (distance_km <= NEAR_KM) & (towns.country.to_numpy()[chosen] == held_code)
    region = np.where(near, town_region, held_name)
    return [
        _joined(town[i] if near[i] else "", region[i], names[held_code[i]])
        if held[i] >= 0
        else "open sea"
        for i in range(len(locations))
    ]


def _city_around(locations: Float[ndarray, "n 2"]) -> Int[ndarray, " n"]:
    """Row in `places()` of the largest city whose reach covers each location, -1 if none does."""
    tree, rows, population = _large_cities()
    chord, nearest = tree.query(unit_vectors(locations), k=CANDIDATES)
    distance_km = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    people = population[nearest]
    people = np.where(distance_km <= REACH_KM * np.sqrt(people), people, 0)
    largest = people.argmax(axis=1)[:, None]
    city = rows[np.take_along_axis(nearest, largest, axis=1)[:, 0]]
    return np.where(np.take_along_axis(people, largest, axis=1)[:, 0] > 0, city, -1)


def _joined(*parts: str) -> str:
    """The parts in words: unknown ones and repetitions (Singapore, Singapore) are left out."""
    return ", ".join(dict.fromkeys(filter(None, parts)))


@cache
def _large_cities() -> tuple[cKDTree, Int[ndarray, " cities"], Int[ndarray, " cities"]]:
    large = places()[places().population >= LARGE]
    tree = cKDTree(unit_vectors(large[["latitude", "longitude"]].to_numpy()))
    return tree, large.index.to_numpy(), large.population.to_numpy().astype(np.int64)
