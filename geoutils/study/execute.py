"""Executing one notebook of a study through Papermill."""

import sys
from pathlib import Path
from typing import Any

from geoutils.files import replace_synced
from geoutils.locks import held
from geoutils.study.provenance import facts_of_now, record_facts
from geoutils.study.quick_start import no_address_grammar


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
    appears under `results/<study>/notebooks/` only if the notebook ran to its end, and is gone
    while it runs: what it makes may then be of two runs. One that failed is kept as
    `<notebook>.failed.ipynb`. Either holds the commit, the machine and the versions that it was
    executed with.
    Raises NotebookError, with the notebook's own message; ValueError if it is being run already.
    """
    with no_address_grammar():
        import papermill
        from nbclient.exceptions import DeadKernelError

    folder = Path(out_dir or root) / "results" / study / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    running = folder / f".{notebook}.running.ipynb"
    failed = folder / f"{notebook}.failed.ipynb"
    executed = folder / f"{notebook}.ipynb"
    taken = f"{notebook} of study {study} is already being run in {folder.parent}"
    with held(folder / f".{notebook}.lock", taken):
        facts = facts_of_now(root)
        executed.unlink(missing_ok=True)
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
            replace_synced(running, executed)
        except papermill.PapermillExecutionError as error:
            record_facts(running, facts)
            replace_synced(running, failed)
            message = " ".join(str(error.evalue).split())
            raise NotebookError(
                f"{notebook}: {message} (traceback in {failed})", error.ename == "ValueError"
            ) from None
        except DeadKernelError:
            raise NotebookError(
                f"{notebook}: its process was killed, as happens when memory runs out; the same "
                "command goes on from here",
                is_bad_input=False,
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
