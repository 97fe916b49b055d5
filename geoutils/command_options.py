"""What the commands of `python -m geoutils` have in common: how they are added, shared options."""

import argparse
import os
import select
import sys
from collections.abc import Callable
from typing import Any


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], does: str, more: str = ""
) -> argparse.ArgumentParser:
    """Add a command that calls `run`; its line in the list is `does`, which `more` completes."""
    text = f"{does[0].upper()}{does[1:]}. {more}"
    command = commands.add_parser(name, help=does, description=text)
    command.set_defaults(command=run)
    return command


def add_study_options(command: argparse.ArgumentParser) -> None:
    """Add the options of whatever works on one study."""
    command.add_argument(
        "--study",
        default="default",
        metavar="NAME",
        help="a study, which is a file studies/NAME.yaml (default: %(default)s)",
    )
    command.add_argument(
        "--out-dir",
        default="",
        metavar="FOLDER",
        help="read and write results/ and figures/ there, and not in the repository",
    )


def add_parameter_option(command: argparse.ArgumentParser, metavar: str, example: str) -> None:
    """Add `-p`, which replaces parameters of the study file."""
    command.add_argument(
        *("-p", "--parameter"),
        action="append",
        default=[],
        metavar=metavar,
        help=f"replace a parameter of the study file, as in -p {example}; can be given repeatedly",
    )


def reader_is_gone() -> bool:
    """Whether our output is a pipe that nobody reads any more, as in `| head`."""
    watched = select.poll()
    try:
        watched.register(sys.stdout.fileno(), 0)
    except OSError:  # no file at all, as in a notebook
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in watched.poll(0))


def could_not_write() -> OSError | None:
    """Write the rest of our output; what hinders it, if anything, and the rest is dropped then.

    Python would try once more at its end, fail, and say so in words of its own.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())
        return error
    return None
