"""Notebooks 01, 02 and 09 on a list of a million photos: minutes and memory of each.

Run `python benchmarks/million_photos.py` (four minutes on two quiet cores); quickly `python
benchmarks/million_photos.py --photos 50000`. The list holds what MP-16's holds, without photos: an
id, a position and an author. Positions are jittered around the 100,000 of the atlas that have the
density of Flickr's photos, author by author. Notebooks run as a user would run them, by `python -m
geoutils notebook`, with the cells of `studies/paper_semp.yaml`, those of the papers. Memory is what
a command and all of its children hold together, looked at ten times a second; pages that several
of them share count for each. Leaves with an error where a notebook holds 8 GB or more.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from geoutils.atlas import photo_density
from geoutils.sphere import destination

MOST_GB, STUDY = 8, "paper_semp"
PAGE = os.sysconf("SC_PAGE_SIZE")  # bytes
NOTEBOOKS = ("01_photos", "02_partitions", "09_dataset_geography")


def photo_list(n_photos: int, seed: int = 0) -> pd.DataFrame:
    """Authors of 1 to 5,000 photos, most of few, each around some places of the density."""
    rng = np.random.default_rng(seed)
    density = np.asarray(photo_density(), dtype=np.float64)
    sizes = np.minimum(1 + rng.pareto(1.1, n_photos), 5000).astype(int)
    author = np.repeat(np.arange(n_photos), sizes)[:n_photos]
    trip = author * 4 + rng.integers(0, 4, n_photos)
    home = rng.integers(0, len(density), 4 * n_photos)[trip]
    away_km = np.exp(rng.normal(0, 1.5, n_photos))  # a kilometre; one in a thousand 100 km
    place = destination(density[home], rng.uniform(0, 360, n_photos), away_km)
    number = rng.permutation(n_photos) + 10**9
    ids = [f"{i % 256:02x}/{i // 256 % 256:02x}/{i}.jpg" for i in number]
    named = pd.Series(author).map("{}@N00".format)
    columns = {"IMG_ID": ids, "AUTHOR": named, "LAT": place[:, 0], "LON": place[:, 1]}
    return pd.DataFrame(columns).round({"LAT": 6, "LON": 6})


def run_notebook(name: str, below: Path, photos: Path) -> dict[str, float]:
    """Run a notebook; the minutes that it took, and the most memory in GB."""
    command = [sys.executable, "-m", "geoutils", "notebook", name, "--study", STUDY]
    command += ["--out-dir", str(below)]
    if name == NOTEBOOKS[0]:
        command += ["-p", f"photos={photos}", "-p", 'photos_dir=""']
    started, most = time.perf_counter(), 0.0
    log = below / f"{name}.log"
    with open(log, "w") as file:
        running = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        while running.poll() is None:
            most = max(most, memory_gb(running.pid))
            time.sleep(0.1)
    if running.returncode:
        raise RuntimeError(f"{name} failed: {log.read_text()[-2000:]}")
    return {"minutes": (time.perf_counter() - started) / 60, "memory_gb": most}


def memory_gb(process: int) -> float:
    """What a process and its descendants hold in memory."""
    children, held = defaultdict(list), {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, fields = int(path.parent.name), path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue
        children[int(fields[1])].append(number)
        held[number] = int(fields[21]) * PAGE
    waiting, total = [process], 0
    while waiting:
        number = waiting.pop()
        total += held.get(number, 0)
        waiting += children[number]
    return total / 1e9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--keep", default="", help="folder to leave the results in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        below = Path(options.keep or scratch)
        below.mkdir(parents=True, exist_ok=True)
        photos = below / "photos.csv"
        made = photo_list(options.photos)
        arrow_csv.write_csv(pa.Table.from_pandas(made, preserve_index=False), photos)
        n_authors = made["AUTHOR"].nunique()
        del made
        print(f"{options.photos:,} photos by {n_authors:,} authors", flush=True)
        rows = {name: run_notebook(name, below, photos) for name in NOTEBOOKS}
    table = pd.DataFrame(rows).T
    print(table.to_string(float_format="{:.2f}".format))
    most = table["memory_gb"].max()
    print(f"most memory: {most:.2f} GB (aim: less than {MOST_GB})")
    return int(most >= MOST_GB)


if __name__ == "__main__":
    sys.exit(main())
