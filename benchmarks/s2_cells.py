"""S2 cell ids of many locations: geoutils against the libraries one would use instead.

Run `python benchmarks/s2_cells.py`. All of them run one after the other in this process on the
same points, best of three; those that are not installed are left out and said to be. The ids are
compared as well as the times: pip install s2cell s2geometry s2-py for the full table.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable

import numpy as np

from geoutils.s2 import cell_ids

LEVEL = 30


def with_s2sphere(rows: list[list[float]]) -> list[int]:
    from s2sphere import CellId, LatLng

    return [CellId.from_lat_lng(LatLng.from_degrees(lat, lon)).id() for lat, lon in rows]


def with_s2cell(rows: list[list[float]]) -> list[int]:
    from s2cell import lat_lon_to_cell_id

    return [lat_lon_to_cell_id(lat, lon, LEVEL) for lat, lon in rows]


def with_s2geometry(rows: list[list[float]]) -> list[int]:
    from s2geometry import S2CellId, S2LatLng

    return [S2CellId(S2LatLng.FromDegrees(lat, lon)).id() for lat, lon in rows]


def with_s2_py(rows: list[list[float]]) -> list[int]:
    from s2_py import S2CellId, S2LatLng

    return [S2CellId(S2LatLng.FromDegrees(lat, lon)).id() for lat, lon in rows]


PEERS = {
    "s2sphere": with_s2sphere,
    "s2cell": with_s2cell,
    "s2geometry": with_s2geometry,
    "s2_py": with_s2_py,
}


def best_seconds(task: Callable, repeats: int = 3) -> float:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000, help="points for geoutils")
    parser.add_argument("--loop-points", type=int, default=100_000, help="points for the loops")
    arguments = parser.parse_args()

    rng = np.random.default_rng(0)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, arguments.points)))
    latlon_deg = np.stack([latitude, rng.uniform(-180, 180, arguments.points)], axis=1)
    few = latlon_deg[: arguments.loop_points]
    rows, expected = few.tolist(), cell_ids(few, LEVEL)

    ours = arguments.points / best_seconds(lambda: cell_ids(latlon_deg, LEVEL))
    print(f"{'':16}{'points/s':>12}{'geoutils is':>14}{'same ids':>11}")
    print(f"{'geoutils':16}{ours:12,.0f}")
    for name, loop in PEERS.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name:16}{'not installed':>12}")
            continue
        rate = len(rows) / best_seconds(lambda loop=loop: loop(rows))
        same = np.mean(np.array(loop(rows), dtype=np.uint64) == expected)
        print(f"{name:16}{rate:12,.0f}{ours / rate:12.1f} x{same:11.3%}")


if __name__ == "__main__":
    main()
