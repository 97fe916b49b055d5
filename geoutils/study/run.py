"""Running a whole study: which notebooks are out of date is Snakemake's to say."""

import fcntl
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from geoutils.files import replacing
from geoutils.study.own_model import count_placed, settled
from geoutils.study.settings import merge, notebooks_of, read_sections, read_study


def run_study(
    root: Path, study: str, out_dir: str = "", given: dict[str, dict[str, Any]] | None = None
) -> int:
    """Bring every result of a study up to date, its report last; return the exit status.

    `given` replaces parameters of the study file, by notebook: {"04_evaluation": {"seed": 1}}.
    An interrupted run goes on where it stopped; with nothing changed nothing is done.
    Raises ValueError for unknown studies or parameters, or if the study is running already.
    """
    base = Path(out_dir).resolve() if out_dir else root
    contents = with_photos_counted(read_study(root, study), given or {})
    for notebook, parameters in (given or {}).items():
        if notebook not in notebooks_of(contents):
            raise ValueError(
                f"-p {notebook}: study {study} has no such notebook; "
                f"it has {', '.join(notebooks_of(contents))}"
            )
        contents[notebook] = merge(contents[notebook], parameters, notebook)
    model_from = contents.get("model_from", study)
    with ExitStack() as locks:
        held = [locks.enter_context(only_run_of(s, base)) for s in sorted({study, model_from})]
        write_settings(contents, study, base)
        remove_left_notebooks(contents, base / "results" / study / "notebooks")
        if not (base / "results" / model_from / "settings.yaml").exists():
            write_settings(read_study(root, model_from), model_from, base)
        started = time.time()
        command = [
            *(sys.executable, "-m", "snakemake"),
            *("--snakefile", str(root / "Snakefile")),
            *("--directory", str(base)),
            *("--cores", str(max(2, os.cpu_count() or 2))),
            *("--config", f"study={study}"),
            "--rerun-incomplete",  # a killed run leaves half a job behind
            "--nolock",  # our lock, unlike Snakemake's, ends with the process that holds it
            *("--quiet", "all"),  # the notebooks speak for themselves
        ]
        # The locks live as long as the last process that works on the results.
        status = subprocess.run(command, cwd=root, check=False, pass_fds=held).returncode
        folders = {base / "results" / name / "notebooks" for name in (study, model_from)}
        return 2 if status and any(bad_input(folder, started) for folder in folders) else status


def with_photos_counted(
    contents: dict[str, Any], given: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """A study's contents, in which it is decided whether it trains a model of its own."""
    if "own_model" not in contents:
        return contents
    name = "01_photos"
    photos = merge(contents[name], given.get(name, {}), name)
    if "train" not in photos.get("shares", {"train": 1}):  # a benchmark: none is to learn from
        return {key: value for key, value in contents.items() if key != "own_model"}
    n_photos = count_placed(photos)
    decided = settled(contents, n_photos)
    source = decided.get("model_from")
    whose = f"the model of study {source} locates them" if source else "they train a model"
    print(f"{n_photos:,} photos with a position: {whose}", flush=True)
    return decided


def settings_in_force(root: Path, study: str, base: Path) -> dict[str, Any]:
    """A study's contents for whoever runs or shows a part of it.

    Those of the study file; where they depend on the photos, those recorded by the last run, or
    before any run those for too few photos.
    """
    contents = read_study(root, study)
    if "own_model" not in contents:
        return contents
    if (base / "results" / study / "settings.yaml").exists():
        return recorded_settings(base, study)
    return settled(contents, 0)


def remove_left_notebooks(contents: dict[str, Any], folder: Path) -> None:
    """Remove executed notebooks that a study no longer has, so that no report shows them."""
    for path in folder.glob("[0-9][0-9]_*.ipynb"):
        if path.name.split(".")[0] not in notebooks_of(contents):
            path.unlink()


def bad_input(folder: Path, since: float) -> bool:
    """Whether a notebook that failed since then stopped because its input cannot be used."""
    for path in folder.glob("*.failed.ipynb"):
        if path.stat().st_mtime < since:
            continue
        for cell in json.loads(path.read_text())["cells"]:
            if any(output.get("ename") == "ValueError" for output in cell.get("outputs", [])):
                return True
    return False


def recorded_settings(base: Path, study: str) -> dict[str, Any]:
    """The parameters in force in a study's last run, as `run_study` recorded them."""
    path = base / "results" / study / "settings.yaml"
    return read_sections(path, str(path))


def write_settings(contents: dict[str, Any], study: str, base: Path) -> None:
    """Record the parameters in force; left untouched when they are the same as before."""
    path = base / "results" / study / "settings.yaml"
    text = yaml.safe_dump(contents, sort_keys=False, allow_unicode=True)
    if path.exists() and path.read_text() == text:
        return
    with replacing(path) as temporary:
        temporary.write_text(text)


@contextmanager
def only_run_of(study: str, base: Path):
    """Hold a study's lock, yield its file's number; ValueError if it is held or not writable."""
    path = base / "results" / study / ".lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "w")
    except OSError as error:
        raise ValueError(f"{path.parent}: results cannot be written ({error.strerror})") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"study {study} is already being run in {path.parent}") from None
        yield file.fileno()
