"""A repository of two notebooks that take a second each, run as the study is: to be disturbed.

Where the environment has WAIT_IN=<name>, the notebook of that name stops in its middle, tells so by
a file `waiting` (with the number of its process) in the folder of its results, and waits to be
killed. Where it has AHEAD_IN=<name>, the manifest was made by a clock some decades
ahead of that notebook's, when it runs first.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
STUDY = """
title: A tiny study
01_photos: {source: rendered, photos: "", photos_dir: "", n_photos: 50}
02_partitions: {n_cells: 7}
"""
PARAMETERS = 'study: str = "tiny"\nout_dir: str = ""\n'
WAIT = """
import os, time
if os.environ.get("WAIT_IN") == "{name}":
    (run.results / "waiting").write_text(str(os.getpid()))
    time.sleep(60)
if os.environ.get("AHEAD_IN") == "{name}" and not (run.results / "ahead").exists():
    (run.results / "ahead").touch()
    os.utime(run.results / "manifest.parquet", (2 * time.time(), 2 * time.time()))
"""
OPEN = """
import numpy as np, pandas as pd
from geoutils.files import replacing
from geoutils.study import open_notebook
run = open_notebook("{name}", globals())
"""
PHOTOS = """
drawn = np.random.default_rng(0).uniform(-60, 60, (run.settings.n_photos, 2))
table = pd.DataFrame(drawn, columns=["latitude", "longitude"])
with replacing(run.results / "manifest.parquet") as path:
    table.to_parquet(path)
with replacing(run.results / "rejected.csv") as path:
    table.iloc[:0].to_csv(path)
run.save_table(table.describe(), "numbers")
run.conclude(f"{len(table)} photos.", photos=len(table))
"""
CELLS = """
table = pd.read_parquet(run.results / "manifest.parquet")
cell = np.arange(len(table)) % run.settings.n_cells
run.save_json(table.groupby(cell).mean().to_dict("list"), "means")
with replacing(run.results / "partitions" / "hierarchy.json") as path:
    path.write_text("{}")
run.conclude(f"{cell.max() + 1} cells.", cells=int(cell.max() + 1))
"""
NOTEBOOKS = {"01_photos": ("n_photos: int = None\n", PHOTOS)} | {
    "02_partitions": ("n_cells: int = None\n", CELLS)
}


def small_root(folder):
    """Make the repository in a folder, and return it."""
    (folder / "studies").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "studies" / "tiny.yaml").write_text(STUDY)
    shutil.copy(ROOT / "Snakefile", folder)
    for name, (own, code) in NOTEBOOKS.items():
        parameters = new_code_cell(PARAMETERS + own, metadata={"tags": ["parameters"]})
        first, last = code.strip().rsplit("\n", 1)
        sources = [OPEN.format(name=name), first, WAIT.format(name=name), last]
        cells = [new_markdown_cell(f"# {name}?"), parameters, *map(new_code_cell, sources)]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    return folder


def start(root, *arguments, **environment):
    """Start a command of the study, which the test must end."""
    return subprocess.Popen(
        [sys.executable, "-m", "geoutils", *arguments],
        cwd=root,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Exit status of a command that was started, and all it printed."""
    printed = "".join(process.communicate(timeout=120))
    return process.returncode, printed


def run(root, *arguments, **environment):
    """Run a command of the study; its exit status, and all it printed."""
    return finish(start(root, *arguments, **environment))


def waiting(results, process):
    """Wait until a notebook waits; the number of its kernel's process."""
    file = results / "waiting"
    deadline = time.monotonic() + 90
    while not (file.exists() and file.read_text()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kernel = int(file.read_text())
    file.unlink()
    return kernel


def processes_below(process):
    """A process and all that it has started."""
    whole = psutil.Process(process.pid)
    return [*whole.children(recursive=True), whole]


def kill(processes):
    """SIGKILL processes, and wait until they are gone."""
    for one in processes:
        one.send_signal(signal.SIGKILL)
    assert all(gone(one.pid) for one in processes)


def lives(number):
    """Whether a process is there, and not only its remains."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(number):
    """Whether a process ends within some seconds."""
    deadline = time.monotonic() + 20
    while lives(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not lives(number)


def contents(results):
    """What a study has made: bytes of files by name, of notebooks and pages what they show."""
    found = {}
    for path in sorted(results.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(results))
            found[name] = _shown(path) if path.suffix in (".ipynb", ".html") else path.read_bytes()
    return {name: value for name, value in found.items() if not name.endswith(".lock")}


def _shown(path):
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text())["cells"]
        return [cell.get("outputs") for cell in cells]
    return path.stat().st_size > 1000
