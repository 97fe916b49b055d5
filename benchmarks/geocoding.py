"""Geocoding a million photos offline, and reading their addresses as a table, beside the peers.

Run `python benchmarks/geocoding.py`; at full size
`python benchmarks/geocoding.py --photos 1000000 --lines 500000` (2 minutes, 4 GB, most of it the
peers'). What is compared runs alternately in this process, on one core. The peers of the atlas
give only the nearest city with the region that the gazetteer writes beside it, in a list of
dictionaries; its border may lie between: the share of countries that differ is printed. They are
left out, and said to be, where they are not installed.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from comparison import Comparison, compared, in_turn, installed, report
from coordinates import mp16_coordinates

from geoutils.geocoding import atlas_addresses, read_address_table, write_address_table

AIM_PER_SECOND = 100_000
REPEATS = 3


def with_reverse_geocoder(latlon_deg: np.ndarray) -> list[str]:
    import reverse_geocoder

    # mode 1: one process, as ours
    found = reverse_geocoder.search([tuple(row) for row in latlon_deg.tolist()], mode=1)
    return [place["cc"] for place in found]


def with_reverse_geocode(latlon_deg: np.ndarray) -> list[str]:
    import reverse_geocode

    found = reverse_geocode.search([tuple(row) for row in latlon_deg.tolist()])
    return [place["country_code"] for place in found]


READING = """
import sys
from pathlib import Path
from geoutils.geocoding import read_address_table
def peak_kb():  # of this process alone; getrusage would count the one that started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
before = peak_kb()
photos, addresses = read_address_table(*sys.argv[1:], address="h_raw")
print((peak_kb() - before) / 2**20)
"""

PEERS = {"reverse_geocoder": with_reverse_geocoder, "reverse_geocode": with_reverse_geocode}


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def compare_geocoders(latlon_deg: np.ndarray) -> list[Comparison]:
    start = time.perf_counter()
    atlas_addresses(latlon_deg[:1])
    print(f"atlas loaded in {time.perf_counter() - start:.1f} s")
    ours = atlas_addresses(latlon_deg)
    countries = np.append(ours.locations["country"].to_numpy(object), "")
    last = (ours.vectors >= 0).sum(axis=1) - 1
    country = countries[ours.vectors[np.arange(len(ours)), np.maximum(last, 0)]]
    present = {name: peer for name, peer in PEERS.items() if installed(name)}
    for name, peer in present.items():
        found = np.array(peer(latlon_deg), dtype=object)
        differ = (found != country)[last >= 0].mean()
        print(f"{name}: another country than the outlines for {differ:.2%} of the photos on land")
    tasks = {"atlas_addresses": lambda: atlas_addresses(latlon_deg)}
    tasks |= {name: lambda peer=peer: peer(latlon_deg) for name, peer in present.items()}
    rates = {
        name: len(latlon_deg) / np.array(taken) for name, taken in in_turn(tasks, REPEATS).items()
    }
    ours, task = rates.pop("atlas_addresses"), f"offline: {len(latlon_deg):,} photos"
    rows = [
        compared(task, ours, rate, name, installed(name), "photos/s", limit=AIM_PER_SECOND)
        for name, rate in rates.items()
    ]
    absent = PEERS.keys() - present.keys()
    return rows + [Comparison(task, name, missing="not installed") for name in sorted(absent)]


def compare_tables(latlon_deg: np.ndarray, folder: Path) -> list[Comparison]:
    """Made-up lines in EMP-16's format, read by us and by pandas."""
    addresses = atlas_addresses(latlon_deg)
    photos = pd.DataFrame({"photo": [f"{i % 256:02x}/{i}.jpg" for i in range(len(latlon_deg))]})
    photos[["latitude", "longitude"]] = latlon_deg
    lines, locations = folder / "photos.jsonl", folder / "locations.feather"
    start = time.perf_counter()
    write_address_table(photos, addresses, lines, locations)
    seconds = time.perf_counter() - start
    print(f"written {len(photos) / seconds:,.0f} lines/s, {lines.stat().st_size / 1e6:.0f} MB")
    if Path("/proc/self/status").exists():
        command = [sys.executable, "-c", READING, str(lines), str(locations)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"reading h_raw takes {float(told):.2f} GB beyond the libraries")
    tasks = {
        "h": lambda: read_address_table(lines, locations),
        "h_raw": lambda: read_address_table(lines, locations, "h_raw"),
        "read_json": lambda: pd.read_json(lines, lines=True),
    }
    rates = {name: len(photos) / np.array(taken) for name, taken in in_turn(tasks, REPEATS).items()}
    theirs = rates.pop("read_json")
    return [
        compared(
            f"reading lines of addresses: {name}",
            rate,
            theirs,
            "read_json",
            installed("pandas"),
            "lines/s",
        )
        for name, rate in rates.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200_000)
    parser.add_argument("--lines", type=int, default=100_000)
    arguments = parser.parse_args()
    latlon_deg = mp16_coordinates(max(arguments.photos, arguments.lines))
    print(f"{arguments.photos:,} photos with the density of MP-16")
    rows = compare_geocoders(latlon_deg[: arguments.photos])
    print(f"{arguments.lines:,} lines")
    with tempfile.TemporaryDirectory() as folder:
        rows += compare_tables(latlon_deg[: arguments.lines], Path(folder))
    print(f"peak memory of everything: {peak_gb():.1f} GB")
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
