"""Running a whole study: which notebooks are out of date is Snakemake's to say."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from geoutils.files import replacing
from geoutils.locks import check_free, held
from geoutils.study.clock import bring_back
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
        both = sorted({study, model_from})
        numbers = [locks.enter_context(only_run_of(name, base)) for name in both]
        for name in both:
            bring_back(base / "results" / name)
        write_settings(contents, study, base)
        remove_left_notebooks(contents, base / "results" / study / "notebooks")
        if not (base / "results" / model_from / "settings.yaml").exists():
            write_settings(read_study(root, model_from), model_from, base)
        folders = {base / "results" / name / "notebooks" for name in both}
        failed_before = failed_notebooks(folders)
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
        status = subprocess.run(command, cwd=root, check=False, pass_fds=numbers).returncode
        if status and sum(bring_back(base / "results" / name) for name in both):
            print("the clock went back while the study ran; once more from there", flush=True)
            status = subprocess.run(command, cwd=root, check=False, pass_fds=numbers).returncode
        failed = failed_notebooks(folders) - failed_before
        return 2 if status and any(bad_input(path) for path, _ in failed) else status


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


def failed_notebooks(folders: Iterable[Path]) -> set[tuple[Path, int]]:
    """The notebooks that have failed, and when: a clock may be wrong, but this tells them apart."""
    found = (path for folder in folders for path in folder.glob("*.failed.ipynb"))
    return {(path, path.stat().st_mtime_ns) for path in found}


def bad_input(failed: Path) -> bool:
    """Whether a notebook that failed stopped because its input cannot be used."""
    return any(
        output.get("ename") == "ValueError"
        for cell in json.loads(failed.read_text())["cells"]
        for output in cell.get("outputs", [])
    )


def recorded_settings(base: Path, study: str) -> dict[str, Any]:
    """The parameters in force in a study's last run, as `run_study` recorded them.

    ValueError where there was none.
    """
    path = base / "results" / study / "settings.yaml"
    if not path.is_file():
        raise ValueError(f"{path}: no such file, for study {study} has not been run as a whole")
    return read_sections(path, str(path))


def unlike_last_run(
    section: dict[str, Any], given: Collection[str], notebook: str, study: str, base: Path
) -> str:
    """A sentence on parameters of a notebook that a study's last run had otherwise; "" if none.

    Those that were `given` are meant to differ.
    """
    if not (base / "results" / study / "settings.yaml").is_file():
        return ""
    then = recorded_settings(base, study).get(notebook, section)
    other = {name: value for name, value in then.items() if section.get(name) != value}
    told = [f"{name}={_in_short(other[name])}" for name in other if name not in given]
    if not told:
        return ""
    return (
        f"{notebook}: the last run of study {study} had {', '.join(told)}, unlike its file, which "
        "is followed here; --recorded follows that run"
    )


def _in_short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def write_settings(contents: dict[str, Any], study: str, base: Path) -> None:
    """Record the parameters in force; left untouched when they are the same as before."""
    path = base / "results" / study / "settings.yaml"
    text = yaml.safe_dump(contents, sort_keys=False, allow_unicode=True)
    if path.exists() and path.read_text() == text:
        return
    with replacing(path) as temporary:
        temporary.write_text(text)


@contextmanager
def only_run_of(study: str, base: Path, shared: bool = False) -> Iterator[int]:
    """Hold a study's lock, yield its file's number; ValueError if it is held or not writable.

    The lock is `shared` by those who run single notebooks by hand; a run waits for none of them,
    nor for a notebook that outlived an earlier run, but says which it is.
    """
    results = base / "results" / study
    path, taken = results / ".lock", f"study {study} is already being run in {results}"
    with ExitStack() as stack:
        try:
            results.mkdir(parents=True, exist_ok=True)
            check_free(path, taken)
            for lock in [] if shared else sorted(results.glob("notebooks/.*.lock")):
                check_free(lock, f"{lock.stem[1:]} of {taken}")
            number = stack.enter_context(held(path, taken, shared))
        except OSError as error:
            raise ValueError(f"{results}: results cannot be written ({error.strerror})") from None
        yield number
