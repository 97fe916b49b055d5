"""Study files: one YAML per study, one section per notebook."""

from pathlib import Path
from typing import Any

import yaml

# Keys of a study file that are no notebook's section.
GENERAL_KEYS = {
    "title": str,  # heading of the report
    "about": str,  # the report's first paragraph
    "rendered": bool,  # whether the photos are drawn, which every page then says
    "expected_photos": int,  # as many as it is meant for; `budget` counts with them
    "model_from": str,  # the study whose trained model is used; by default its own
    "own_model": dict,  # what changes where there are enough photos to train on: own_model.py
}


def find_root(start: str | Path | None = None) -> Path:
    """The repository's root: the first folder from `start` (default: here) upwards with `studies/`.

    Raises ValueError where there is none.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "studies").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise ValueError(
        f"{start}: no folder from here upwards holds studies/ and notebooks/; "
        "run from inside the study's repository"
    )


def study_names(root: Path) -> list[str]:
    """Names of all study files, sorted."""
    return sorted(path.stem for path in (root / "studies").glob("*.yaml"))


def notebook_names(root: Path) -> list[str]:
    """Names of the study's numbered notebooks in reading order."""
    return sorted(path.stem for path in (root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def read_study(root: Path, study: str) -> dict[str, Any]:
    """Contents of `studies/<study>.yaml`: general keys and one section of parameters per notebook.

    Raises ValueError for an unknown study, an unknown key, or a section that is no mapping.
    """
    if study not in study_names(root):
        raise ValueError(
            f"study: no file studies/{study}.yaml; known: {', '.join(study_names(root))}"
        )
    contents = read_sections(root / "studies" / f"{study}.yaml", f"studies/{study}.yaml")
    sections = notebook_names(root)
    for key, value in contents.items():
        expected = GENERAL_KEYS.get(key, dict if key in sections else None)
        if expected is None:
            known = ", ".join([*GENERAL_KEYS, *sections])
            raise ValueError(f"studies/{study}.yaml: unknown key {key!r}; known: {known}")
        if not isinstance(value, expected):
            raise ValueError(
                f"studies/{study}.yaml: {key} should be a {expected.__name__}, found {value!r}"
            )
    return contents


def read_sections(path: Path, where: str) -> dict[str, Any]:
    """Keys and sections of a YAML file; ValueError, naming it as `where`, for what is no such."""
    try:
        contents = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2001-99-99, bytes
        line = " ".join(str(error).split())
        raise ValueError(f"{where} is not valid YAML: {line}") from None
    if not isinstance(contents, dict):
        found = repr(contents)[:100]
        raise ValueError(f"{where}: expected keys and sections, found {found}")
    return contents


def notebooks_of(contents: dict[str, Any]) -> list[str]:
    """The notebooks that a study runs, in order: those that have a section."""
    return sorted(key for key in contents if key not in GENERAL_KEYS)


def merge(section: dict[str, Any], given: dict[str, Any], where: str) -> dict[str, Any]:
    """A notebook's parameters: the study file's values, replaced by those given (None: not given).

    Raises ValueError for a name that the section does not have, or a text where it has a number.
    """
    unknown = sorted(set(given) - set(section))
    if unknown:
        raise ValueError(
            f"{where}: unknown parameter {', '.join(unknown)}; known: {', '.join(section)}"
        )
    merged = section | {name: value for name, value in given.items() if value is not None}
    for name, value in merged.items():
        is_number = isinstance(section[name], int | float) and not isinstance(section[name], bool)
        if is_number and isinstance(value, str):
            try:
                merged[name] = float(value)  # YAML takes 1e-3 for a word
            except ValueError:
                raise ValueError(f"{where}: {name} should be a number, found {value!r}") from None
    return merged
