"""Executing one notebook of a study through Papermill."""

import os
import sys
from pathlib import Path
from typing import Any

from geoutils.study.provenance import facts_of_now, record_facts


class NotebookError(Exception):
    """A notebook stopped with an error; `is_bad_input` tells whether its input was at fault."""

    def __init__(self, message: str, is_bad_input: bool):
        super().__init__(message)
        self.is_bad_input = is_bad_input


def execute_notebook(
    root: Path, notebook: str, study: str, section: dict[str, Any], out_dir: str = ""
) -> Path:
    """Run `notebooks/<notebook>.ipynb` for a study; return the executed copy's path.

    `section` holds all the notebook's parameters, so that the executed copy shows them. The copy
    appears under `results/<study>/notebooks/` only if the notebook ran to its end; one that failed
    is kept beside it as `<notebook>.failed.ipynb`. Either holds the commit, the machine and the
    versions that it was executed with.
    Raises NotebookError, with the notebook's own message.
    """
    import papermill

    folder = Path(out_dir or root) / "results" / study / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    running = folder / f".{notebook}.running.ipynb"
    failed = folder / f"{notebook}.failed.ipynb"
    executed = folder / f"{notebook}.ipynb"
    facts = facts_of_now(root)
    try:
        papermill.execute_notebook(
            root / "notebooks" / f"{notebook}.ipynb",
            running,
            parameters=section
            | {"study": study, "out_dir": str(Path(out_dir).resolve()) if out_dir else ""},
            kernel_name="python3",
            cwd=root / "notebooks",
            progress_bar={"desc": notebook, "mininterval": 1},
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
            extra_arguments=["--IPKernelApp.log_level=40"],  # it would warn of local sockets
        )
        record_facts(running, facts)
        os.replace(running, executed)
    except papermill.PapermillExecutionError as error:
        record_facts(running, facts)
        os.replace(running, failed)
        message = " ".join(str(error.evalue).split())
        raise NotebookError(
            f"{notebook}: {message} (traceback in {failed})", error.ename == "ValueError"
        ) from None
    finally:
        running.unlink(missing_ok=True)
    failed.unlink(missing_ok=True)
    return executed


def parse_parameter(text: str) -> tuple[str, Any]:
    """Read `name=value`, the value as YAML (so 3 is a number and [1, 2] a list)."""
    import yaml

    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"-p {text}: expected name=value")
    try:
        return name, yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ValueError(f"-p {text}: {' '.join(str(error).split())}") from None
