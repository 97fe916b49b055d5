"""Every side-by-side comparison of the study, one after the other, and one table of what they say.

Run `make bench`, or `python benchmarks/run_all.py` (under a quarter of an hour on two cores that
nothing else uses); `python benchmarks/run_all.py gini hmc` runs some of them and only prints. Each
script runs in a process of its own. The rows of all go into results/benchmarks/comparisons.csv
and, in groups, into docs/speed.md between its markers; some of them into the README. Leaves with an
error where an aim is missed, where a peer is not installed (`make bench` installs those of
peers.txt), and where a script breaks or takes too long: its row says so.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import torch
from comparison import HANDED_OVER, PYTHON, Comparison, handed_over, installed
from comparison_table import (
    full_table,
    printed,
    read,
    rows_of,
    save,
    short_table,
    table_of,
    write_table,
)

HERE = Path(__file__).parent
ROOT = HERE.parent
TABLE = ROOT / "results" / "benchmarks" / "comparisons.csv"
LONGEST_S = 300.0
TOPICS = {  # script: what it is about
    "s2_cells": "S2 cells",
    "adaptive_partitions": "adaptive partitions",
    "semantic_partitions": "semantic partitions",
    "geoclass_sets": "geoclass sets",
    "geocoding": "geocoding",
    "photos_check": "photos check",
    "input_pipeline": "input pipeline",
    "training_step": "training",
    "gpu_training": "training on a GPU",
    "hmc": "hierarchical scores",
    "hmc_step": "hierarchical training step",
    "combinatorial": "combinatorial scoring",
    "search_within_cell": "search within cell",
    "metrics": "metrics",
    "bootstrap": "bootstrap",
    "gini": "Gini coefficient",
    "even_sampling": "even sampling",
    "concept_influence": "concept influence",
}
WITH_A_GPU = ("gpu_training",)
# These compare with nothing, and are run by themselves.
ALONE = ("demo_first_answer", "demo_uploads", "million_photos", "render_photos")
HELPERS = ("comparison", "comparison_table", "coordinates", "run_all")


def run(script: Path, longest_s: float = LONGEST_S) -> list[Comparison]:
    """Rows of one script; one that says what went wrong where it broke or took too long."""
    with tempfile.TemporaryDirectory() as below:
        rows_file = Path(below, "rows")
        environment = os.environ | {HANDED_OVER: str(rows_file), "TQDM_DISABLE": "1"}
        started = subprocess.Popen(
            [sys.executable, str(script)], cwd=ROOT, env=environment, start_new_session=True
        )
        try:
            status = started.wait(longest_s)
            wrong = f"failed with status {status}" if status else ""
        except subprocess.TimeoutExpired:
            wrong = f"took longer than {longest_s:g} s"
        finally:
            if started.poll() is None:  # also when this process is interrupted
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()
        rows = handed_over(rows_file)
    if not rows or (wrong and not any(row.met == "no" for row in rows)):
        rows.append(Comparison(script.stem, missing=wrong or "reported nothing"))
    return rows


def collect(names: list[str]) -> pd.DataFrame:
    """Rows of all these scripts."""
    tables = []
    for name in names:
        print(f"\n== benchmarks/{name}.py", flush=True)
        start = time.perf_counter()
        tables.append(table_of(run(HERE / f"{name}.py"), TOPICS[name]))
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
    return pd.concat(tables, ignore_index=True).assign(
        machine=machine(), date=datetime.now(UTC).date().isoformat()
    )


def machine() -> str:
    """What the numbers were measured on, not whose it is: cores, processor, memory, versions."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    versions = ", ".join([PYTHON, *map(installed, ("numpy", "torch"))])
    cores = f"{os.cpu_count()} cores ({model}), {memory_gib:.0f} GiB of memory"
    return f"{cores}; {platform.system()}, {versions}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="script", help="some of them, only printed")
    asked = parser.parse_args().names
    for name in asked:
        if name not in TOPICS:
            parser.error(f"{name}: no comparison; expected some of {', '.join(TOPICS)}")
    without = () if torch.cuda.is_available() else WITH_A_GPU
    start = time.perf_counter()
    found = collect(asked or [name for name in TOPICS if name not in without])
    minutes = (time.perf_counter() - start) / 60
    print(f"\n{printed(found)}\n\n{found['machine'].iloc[0]}; {minutes:.1f} minutes")
    for name in () if asked else without:
        print(f"left out: {name}, there is no GPU")
    if not asked:
        save(found, TABLE)
        write_table(full_table(read(TABLE)), ROOT / "docs" / "speed.md")
        write_table(short_table(read(TABLE)), ROOT / "README.md")
        print(f"written: {TABLE.relative_to(ROOT)}, and the tables in docs/speed.md and README.md")
    bad = found[found["met"] == "no"]
    for topic, row in zip(bad["topic"], rows_of(bad), strict=True):
        print(f"missed: {topic}, {row.told}")
    return int(len(bad) > 0)


if __name__ == "__main__":
    sys.exit(main())
