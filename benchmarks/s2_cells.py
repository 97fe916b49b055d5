"""S2 cells of many locations: geoutils against the libraries one would use instead.

Run `python benchmarks/s2_cells.py`. All of them run in this process on the same points, turn and
turn about, several rounds; a ratio is the median over the rounds. The results are compared as
well as the times. Libraries that are not installed are left out and said to be:
`pip install s2cell s2geometry s2-py` for the full table.

The other libraries have no arrays, so a loop calls them; its input is as they like it best
(Python numbers, or their own cell objects made beforehand), its output the ids as Python numbers.
Tokens stay about as slow as elsewhere: they are a list of Python strings, made one by one.
"s2_py, C calls" goes past the Python classes of s2-py to the functions of its extension module.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable

import numpy as np

from geoutils import s2

LEVEL = 12


def s2sphere_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2sphere import CellId, LatLng

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
    }


def s2_py_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2_py import S2CellId, S2LatLng

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
    }


def s2_py_c_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2_py.s2geometry import _s2geometry as functions

    degrees = functions.S2LatLng_FromDegrees
    cell, number = functions.new_S2CellId, functions.S2CellId_id
    return {"cell_ids": lambda: [number(cell(degrees(a, b))) for a, b in rows]}


def s2geometry_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2geometry import S2CellId, S2LatLng

    degrees = S2LatLng.FromDegrees
    return {"cell_ids": lambda: [S2CellId(degrees(a, b)).id() for a, b in rows]}


def s2cell_loops(rows: list, leaves: list[int]) -> dict[str, Callable]:
    from s2cell import lat_lon_to_cell_id

    return {"cell_ids": lambda: [lat_lon_to_cell_id(a, b) for a, b in rows]}


LIBRARIES = {  # name -> (module, its loops)
    "s2sphere": ("s2sphere", s2sphere_loops),
    "s2cell": ("s2cell", s2cell_loops),
    "s2geometry": ("s2geometry", s2geometry_loops),
    "s2_py": ("s2_py", s2_py_loops),
    "s2_py, C calls": ("s2_py", s2_py_c_loops),
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
    }


def seconds(task: Callable) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000, help="points for geoutils")
    parser.add_argument("--loop-points", type=int, default=50_000, help="points for the loops")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    rng = np.random.default_rng(0)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, arguments.points)))
    latlon_deg = np.stack([latitude, rng.uniform(-180, 180, arguments.points)], axis=1)
    few = latlon_deg[: arguments.loop_points]
    ours, ours_of_few = our_functions(latlon_deg), our_functions(few)
    loops = {}
    for name, (module, make) in LIBRARIES.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name}: not installed")
            continue
        loops[name] = make(few.tolist(), s2.cell_ids(few).tolist())

    print(f"{'':10} {'geoutils':>16}   geoutils is faster than … by")
    for function, task in ours.items():
        peers = {name: known[function] for name, known in loops.items() if function in known}
        expected = np.asarray(ours_of_few[function]())
        for name, loop in peers.items():
            found = np.array(loop(), dtype=expected.dtype)
            if found.dtype == np.float64:  # degrees, to rounding
                same = np.abs(found - expected) < 1e-12
            else:
                same = found == expected
            if not same.all():
                print(f"{function}: {name} differs in {(~same).mean():.3%}")
        rates = {name: [] for name in ["geoutils", *peers]}
        for _ in range(arguments.rounds):
            rates["geoutils"].append(len(latlon_deg) / seconds(task))
            for name, loop in peers.items():
                rates[name].append(len(few) / seconds(loop))
        mine = np.array(rates.pop("geoutils"))
        ratios = [f"{name} {np.median(mine / rate):.1f} x" for name, rate in rates.items()]
        print(f"{function:10} {np.median(mine):12,.0f} /s   {' · '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
