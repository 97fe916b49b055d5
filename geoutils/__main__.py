"""The command line: `python -m geoutils COMMAND`, such as run, notebook, report and demo."""

import argparse
import errno
import sys
from contextlib import nullcontext
from pathlib import Path

from geoutils.benchmark_commands import add_benchmark_command
from geoutils.command_options import (
    add_command,
    add_parameter_option,
    add_study_options,
    could_not_write,
    reader_is_gone,
)
from geoutils.photo_commands import STOPPED, add_photo_commands
from geoutils.saved_commands import add_saved_commands
from geoutils.score_commands import add_score_command
from geoutils.study.execute import NotebookError, execute_notebook, parse_parameter
from geoutils.study.quick_start import no_address_grammar
from geoutils.study.run import (
    only_run_of,
    recorded_settings,
    run_study,
    settings_in_force,
    unlike_last_run,
)
from geoutils.study.run_photos import PHOTOS, found_photos, photos_argument
from geoutils.study.settings import find_root, merge, notebooks_of, read_study
from geoutils.training_commands import add_training_commands
from geoutils.version import VERSION

UNREAD = 141  # what shells say of a command whose output nobody reads on, as in `| head`


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, 1 for a failure inside, 2 for input that cannot be used.

    STOPPED after Ctrl-C; UNREAD, without a word, where nobody reads its output to the end.
    """
    options = command_parser().parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()
        return status
    except NotebookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if error.is_bad_input else 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError) and reader_is_gone():
            return UNREAD
        is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        then = "; with more room, the same command goes on from here" if is_full else ""
        print(f"error: {error}{then}", file=sys.stderr)
        return 2


def command_parser() -> argparse.ArgumentParser:
    """All commands; argparse itself ends with status 2 on a mistake."""
    parser = argparse.ArgumentParser(
        prog="python -m geoutils",
        description="Where on Earth was a photo taken? locate, cells, score and photos work "
        "anywhere; the other commands are run from inside the study's repository.",
        epilog="python -m geoutils COMMAND --help tells what a command takes.",
    )
    parser.add_argument(
        "--version", action="version", version=f"geoutils {VERSION}", help="print the version"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    run = add_command(
        *(commands, "run", run_command, "bring a study's results and its report up to date"),
        "Notebooks whose code, parameters or photos changed are run, others are not; the same "
        "command goes on after an interruption. The report is results/STUDY/report/index.html.",
    )
    run.add_argument(
        "--photos",
        default="",
        metavar="PATH",
        help="your own photos: a folder, a folder that photos check wrote, or a list (CSV or "
        "Parquet) with the files beside it; for studies of real photos, such as own_photos",
    )
    add_study_options(run)
    add_parameter_option(run, "NOTEBOOK.NAME=VALUE", "04_evaluation.seed=1")

    notebook = add_command(
        *(commands, "notebook", notebook_command, "run a single notebook of a study"),
        "The executed copy is results/STUDY/notebooks/NAME.ipynb.",
    )
    notebook.add_argument("notebook", help="its name, such as 04_evaluation")
    notebook.add_argument(
        "--recorded",
        action="store_true",
        help="take parameters from the study's last run, its -p included, and not from its file",
    )
    add_study_options(notebook)
    add_parameter_option(notebook, "NAME=VALUE", "seed=1")

    add_training_commands(commands)

    report = add_command(
        *(commands, "report", report_command, "make the report again from executed notebooks"),
        "It writes results/STUDY/report/index.html.",
    )
    add_study_options(report)

    demo = add_command(
        *(commands, "demo", demo_command, "serve a page that places photos by a finished study"),
        "Ctrl-C ends it.",
    )
    demo.add_argument(
        "--ip", default="localhost", help="address to listen on; default: this computer alone"
    )
    demo.add_argument("--port", type=int, default=8866, help="port; default: %(default)s")
    demo.add_argument(
        "--segmenter",
        default="",
        metavar="MODEL",
        help="names what is seen in uploaded photos: a SegFormer for ADE20K, by its folder or its "
        "name on the Hugging Face hub; default: none",
    )
    demo.add_argument("--browser", action="store_true", help="open the page in a browser")
    add_study_options(demo)

    add_photo_commands(commands)
    add_benchmark_command(commands)
    add_saved_commands(commands)
    add_score_command(commands)
    return parser


def run_command(options: argparse.Namespace) -> int:
    """Bring a whole study up to date."""
    given: dict[str, dict] = {}
    for text in options.parameter:
        notebook, separator, rest = text.partition(".")
        if not separator or "=" in notebook:
            raise ValueError(f"-p {text}: expected notebook.name=value")
        name, value = parse_parameter(rest)
        given.setdefault(notebook, {})[name] = value
    root = find_root()
    photos = given.get(PHOTOS, {})
    contents = read_study(root, options.study)
    if PHOTOS in contents:
        if options.photos and contents[PHOTOS].get("source") == "rendered":
            raise ValueError(f"photos: study {options.study} draws its own; try --study own_photos")
        if options.photos:
            photos = photos_argument(options.photos) | photos
        section = merge(contents[PHOTOS], photos, PHOTOS)
        given[PHOTOS] = photos | found_photos(section, root, options.study)
    return run_study(root, options.study, options.out_dir, given)


def notebook_command(options: argparse.Namespace) -> int:
    """Run one notebook."""
    root, study, name = find_root(), options.study, options.notebook
    base = Path(options.out_dir or root)
    if options.recorded:  # as a step of a run, which holds the study
        contents = recorded_settings(base, study)
    else:
        contents = settings_in_force(root, study, base)
    if name not in notebooks_of(contents):
        raise ValueError(
            f"notebook: study {study} has no {name}; it has {', '.join(notebooks_of(contents))}"
        )
    given = dict(parse_parameter(text) for text in options.parameter)
    section = merge(contents[name], given, name)
    if told := unlike_last_run(section, given, name, study, base):
        print(told, file=sys.stderr)
    with nullcontext() if options.recorded else only_run_of(study, base, shared=True):
        print(execute_notebook(root, name, study, section, options.out_dir))
    return 0


def demo_command(options: argparse.Namespace) -> int:
    """Serve the demo."""
    from geoutils.demo.serve import serve

    return serve(
        find_root(),
        options.study,
        options.out_dir,
        ip=options.ip,
        port=options.port,
        segmenter=options.segmenter,
        browser=options.browser,
    )


def report_command(options: argparse.Namespace) -> int:
    """Make the report."""
    with no_address_grammar():
        from geoutils.study.report import build_report

    print(build_report(find_root(), options.study, options.out_dir))
    return 0


if __name__ == "__main__":
    try:
        status = main()
    except SystemExit as ended:  # by argparse: a help, the version, a mistake
        status = ended.code
    sys.exit(UNREAD if isinstance(could_not_write(), BrokenPipeError) else status)
