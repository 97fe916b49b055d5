"""S2 cells of many locations: geoutils against the libraries one would use instead.

Run `python benchmarks/s2_cells.py`. All of them run in this process on the same points, turn and
turn about, several rounds. The aims are 30 x s2sphere and 5 x a loop over Google's C++. The results
are compared as well as the times. Libraries that are not installed are left out and said to be.

The aims are for ids, parents, children, neighbors, centers and boundaries, against each library
as it is meant to be called. There are none for tokens, which are a list of Python strings, made one
by one; nor areas, where the trigonometry takes the time and not the loop.

The other libraries have no arrays, so a loop calls them; its input is as they like it best
(Python numbers, or their own cell objects made beforehand), its output Python numbers.
"s2-py, C calls" goes past the Python classes of s2-py to the functions of its extension module;
it is the fastest loop there can be, and nobody writes it: no aim either.
"""

import argparse
import sys
from collections.abc import Callable

import numpy as np
from comparison import Comparison, compared, installed, report, timed

from geoutils import s2
from geoutils.sphere import EARTH_RADIUS_KM

LEVEL = 12
KM2 = EARTH_RADIUS_KM**2
CORNERS = [0, 1, 2, 3, 0]  # closed, as ours
AIMS = {"s2sphere": 30, "s2geometry": 5, "s2-py": 5}
NOT_CLAIMED = ("tokens", "areas_km2")


def s2sphere_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2sphere import Cell, CellId, LatLng

    degrees = LatLng.from_degrees
    leaf_cells = [CellId(leaf) for leaf in leaves]
    cells = [cell.parent(LEVEL) for cell in leaf_cells]
    return {
        "cell_ids": lambda: [CellId.from_lat_lng(degrees(a, b)).id() for a, b in rows],
        "parents": lambda: [cell.parent(LEVEL).id() for cell in leaf_cells],
        "children": lambda: [[child.id() for child in cell.children()] for cell in cells],
        "neighbors": lambda: [[near.id() for near in cell.get_edge_neighbors()] for cell in cells],
        "tokens": lambda: [cell.to_token() for cell in cells],
        "centers": lambda: [_degrees(cell.to_lat_lng()) for cell in cells],
        "areas_km2": lambda: [Cell(cell).exact_area() * KM2 for cell in cells],
        "boundaries": lambda: [
            [_degrees(LatLng.from_point(square.get_vertex(k))) for k in CORNERS]
            for square in map(Cell, cells)
        ],
    }


def s2_py_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2_py import S2Cell, S2CellId, S2LatLng

    degrees = S2LatLng.FromDegrees
    leaf_cells = [S2CellId(leaf) for leaf in leaves]
    cells = [cell.parent(LEVEL) for cell in leaf_cells]
    return {
        "cell_ids": lambda: [S2CellId(degrees(a, b)).id() for a, b in rows],
        "parents": lambda: [cell.parent(LEVEL).id() for cell in leaf_cells],
        "children": lambda: [[cell.child(k).id() for k in range(4)] for cell in cells],
        "neighbors": lambda: [[near.id() for near in cell.GetEdgeNeighbors()] for cell in cells],
        "tokens": lambda: [cell.ToToken() for cell in cells],
        "centers": lambda: [_degrees(cell.ToLatLng()) for cell in cells],
        "areas_km2": lambda: [S2Cell(cell).ExactArea() * KM2 for cell in cells],
        "boundaries": lambda: [
            [_degrees(square.GetS2LatLngVertex(k)) for k in CORNERS]
            for square in map(S2Cell, cells)
        ],
    }


def s2_py_c_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2_py.s2geometry import _s2geometry as functions

    degrees = functions.S2LatLng_FromDegrees
    cell, number = functions.new_S2CellId, functions.S2CellId_id
    return {"cell_ids": lambda: [number(cell(degrees(a, b))) for a, b in rows]}


def s2geometry_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2geometry import S2Cell, S2CellId, S2LatLng

    degrees = S2LatLng.FromDegrees
    cells = [S2CellId(leaf).parent(LEVEL) for leaf in leaves]
    return {
        "cell_ids": lambda: [S2CellId(degrees(a, b)).id() for a, b in rows],
        "areas_km2": lambda: [S2Cell(cell).ExactArea() * KM2 for cell in cells],
    }


def s2cell_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2cell import lat_lon_to_cell_id

    return {"cell_ids": lambda: [lat_lon_to_cell_id(a, b) for a, b in rows]}


LIBRARIES = {  # name -> (package, its loops)
    "s2sphere": ("s2sphere", s2sphere_loops),
    "s2cell": ("s2cell", s2cell_loops),
    "s2geometry": ("s2geometry", s2geometry_loops),
    "s2-py": ("s2-py", s2_py_loops),
    "s2-py, C calls": ("s2-py", s2_py_c_loops),
}


def _degrees(point) -> list[float]:
    latitude, longitude = point.lat(), point.lng()
    if callable(latitude.degrees):  # a method in C++, a property in s2sphere
        return [latitude.degrees(), longitude.degrees()]
    return [latitude.degrees, longitude.degrees]


def our_functions(latlon_deg: np.ndarray) -> dict[str, Callable]:
    leaves = s2.cell_ids(latlon_deg)
    cells = s2.parents(leaves, LEVEL)
    return {
        "cell_ids": lambda: s2.cell_ids(latlon_deg),
        "parents": lambda: s2.parents(leaves, LEVEL),
        "children": lambda: s2.children(cells),
        "neighbors": lambda: s2.neighbors(cells),
        "tokens": lambda: s2.tokens(cells),
        "centers": lambda: s2.centers(cells),
        "areas_km2": lambda: s2.areas_km2(cells),
        "boundaries": lambda: s2.boundaries(cells, points_per_edge=1),
    }


def differing(ours: np.ndarray | list, theirs: list) -> float:
    """Share of the results that differ; degrees and areas may by rounding."""
    if isinstance(ours, list) and isinstance(ours[0], np.ndarray):  # outlines
        # At the antimeridian only ours are cut, or begin elsewhere, and 180 may be -180.
        whole = [k for k, ring in enumerate(ours) if np.nanmax(np.abs(ring[:, 1])) < 180]
        ours, theirs = [ours[k] for k in whole], [theirs[k] for k in whole]
    ours = np.asarray(ours)
    theirs = np.array(theirs, dtype=ours.dtype)
    if ours.dtype == np.float64:
        return float((~np.isclose(theirs, ours, rtol=1e-9, atol=1e-12)).mean())
    return float((theirs != ours).mean())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=500_000, help="points for geoutils")
    parser.add_argument("--loop-points", type=int, default=10_000, help="points for the loops")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    rng = np.random.default_rng(0)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, arguments.points)))
    latlon_deg = np.stack([latitude, rng.uniform(-180, 180, arguments.points)], axis=1)
    few = latlon_deg[: arguments.loop_points]
    ours, ours_of_few = our_functions(latlon_deg), our_functions(few)
    loops = {}
    rows = []
    for name, (package, make) in LIBRARIES.items():
        if installed(package):
            loops[name] = make(few.tolist(), s2.cell_ids(few).tolist())
        else:
            rows.append(Comparison("ids", name, aim=AIMS.get(name), missing="not installed"))
    for function, task in ours.items():
        peers = {name: known[function] for name, known in loops.items() if function in known}
        expected = ours_of_few[function]()
        for name, loop in peers.items():
            different = differing(expected, loop())
            if different:
                print(f"{function}: {name} differs in {different:.3%}")
        rates = {name: [] for name in ["geoutils", *peers]}
        for _ in range(arguments.rounds):
            rates["geoutils"].append(len(latlon_deg) / timed(task)[0])
            for name, loop in peers.items():
                rates[name].append(len(few) / timed(loop)[0])
        mine = rates.pop("geoutils")
        for name, theirs in rates.items():
            aim = None if function in NOT_CLAIMED else AIMS.get(name)
            version = installed(LIBRARIES[name][0])
            task_name = function.removesuffix("_km2").removeprefix("cell_")
            rows.append(compared(task_name, mine, theirs, name, version, "cells/s", aim))
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
