"""The command line: `python -m geoutils COMMAND`, such as run, notebook, score, demo, report."""

import argparse
import errno
import sys
from contextlib import nullcontext
from pathlib import Path

from geoutils.photo_commands import add_photo_commands
from geoutils.sphere import EARTH_RADIUS_KM
from geoutils.study.execute import NotebookError, execute_notebook, parse_parameter
from geoutils.study.quick_start import no_address_grammar
from geoutils.study.run import only_run_of, recorded_settings, run_study, settings_in_force
from geoutils.study.settings import find_root, merge, notebooks_of, read_study


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, 1 for a failure inside, 2 for input that cannot be used."""
    options = parse(arguments)
    try:
        return options.command(options)
    except NotebookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if error.is_bad_input else 1
    except (ValueError, OSError) as error:
        is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        then = "; with more room, the same command goes on from here" if is_full else ""
        print(f"error: {error}{then}", file=sys.stderr)
        return 2


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line; argparse itself ends with status 2 on a mistake."""
    parser = argparse.ArgumentParser(prog="python -m geoutils", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="bring a study's results and report up to date")
    run.set_defaults(command=run_command)
    run.add_argument("--photos", default="", help="folder or list of your own photos")

    notebook = commands.add_parser("notebook", help="run one notebook of a study")
    notebook.set_defaults(command=notebook_command)
    notebook.add_argument("notebook", help="its name, such as 04_evaluation")
    notebook.add_argument(
        "--recorded", action="store_true", help="parameters as recorded by the study's last run"
    )

    train = commands.add_parser(
        "train", help="train what a study lists; under accelerate launch or torchrun, in processes"
    )
    train.set_defaults(command=train_command)
    train.add_argument("name", nargs="?", default="", help="a stage or head; all if left out")

    ablations = commands.add_parser(
        "ablations", help="run a study's sweeps, and before them the study if it is not trained"
    )
    ablations.set_defaults(command=ablations_command)
    ablations.add_argument("sweeps", nargs="*", metavar="sweep", help="all if left out")
    ablations.add_argument(
        "--budget", default="small", help="small (the default), or paper: photos, epochs and seeds"
    )

    budget = commands.add_parser(
        "budget", help="what a study costs on GPUs: hours, disk and memory, by formula"
    )
    budget.set_defaults(command=budget_command)
    budget.add_argument("--study", nargs="+", default=["paper_semp"], help="files under studies/")
    budget.add_argument(
        "--rate", type=float, required=True, help="photos a second that one card learns from"
    )
    budget.add_argument("--gpus", type=int, nargs="+", default=[1], help="numbers of cards")
    budget.add_argument("--photos", type=int, default=4_720_000, help="default: those of MP-16")

    score = commands.add_parser("score", help="score a file of predictions against the truth")
    score.set_defaults(command=score_command)
    score.add_argument("predictions", help="CSV or Parquet: photo, latitude, longitude")
    score.add_argument("truth", help="the same, and author where known")
    score.add_argument("--resamples", type=int, default=10_000, help="of the bootstrap")
    score.add_argument(
        "--radius-km",
        type=float,
        default=EARTH_RADIUS_KM,
        help="of the Earth; 6371 reproduces other people's distances (default: %(default)s)",
    )

    add_photo_commands(commands)

    report = commands.add_parser("report", help="make the HTML report from executed notebooks")
    report.set_defaults(command=report_command)

    demo = commands.add_parser("demo", help="serve the demo of a finished study")
    demo.set_defaults(command=demo_command)
    demo.add_argument("--ip", default="localhost", help="address to listen on")
    demo.add_argument("--port", type=int, default=8866)
    demo.add_argument("--segmenter", default="", help="segmentation model for uploaded photos")
    demo.add_argument("--browser", action="store_true", help="open it in a browser")

    for command in (run, notebook, train, ablations, report, demo):
        command.add_argument("--study", default="default", help="a file under studies/")
        command.add_argument("--out-dir", default="", help="write below this folder instead")
    run.add_argument(
        *("-p", "--parameter"),
        action="append",
        default=[],
        metavar="NOTEBOOK.NAME=VALUE",
        help="replace a parameter of the study file",
    )
    for command in (notebook, train):
        command.add_argument(
            *("-p", "--parameter"),
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="replace a parameter of the study file",
        )
    return parser.parse_args(arguments)


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
    source = read_study(root, options.study).get("01_photos", {}).get("source")
    if options.photos and source == "rendered":
        raise ValueError(f"photos: study {options.study} draws its own; try --study own_photos")
    if options.photos:
        given.setdefault("01_photos", {}).update(photos_argument(options.photos))
    elif source in ("folder", "table", "checked") and not given.get("01_photos", {}).get("photos"):
        raise ValueError(f"photos: study {options.study} needs a folder or list; give --photos")
    return run_study(root, options.study, options.out_dir, given)


def photos_argument(path: str) -> dict[str, str]:
    """Parameters of notebook 01 for the user's photos; ValueError where there are none.

    The files of a list are looked for beside it; a folder that `photos check` wrote is told by its
    manifest.
    """
    from geoutils.photos.folder import PHOTO_SUFFIXES  # here, since these take a while
    from geoutils.photos.sources import is_checked

    photos = Path(path).resolve()
    if not photos.exists():
        raise ValueError(f"photos: {path} does not exist; expected a folder or a CSV/Parquet list")
    if photos.is_file():
        return {"source": "table", "photos": str(photos), "photos_dir": str(photos.parent)}
    if is_checked(photos):
        return {"source": "checked", "photos": str(photos)}
    if not any(file.suffix.lower() in PHOTO_SUFFIXES for file in photos.rglob("*")):
        raise ValueError(f"photos: no JPEG, PNG or WebP photo below {path}")
    return {"source": "folder", "photos": str(photos)}


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
    with nullcontext() if options.recorded else only_run_of(study, base, shared=True):
        print(execute_notebook(root, name, study, section, options.out_dir))
    return 0


def train_command(options: argparse.Namespace) -> int:
    """Train one thing that a study lists, or all of them, from the files of notebooks 01 and 02."""
    from accelerate import PartialState

    from geoutils.photos.live_record import told_of_lost
    from geoutils.training.recipes.from_study import train_recipe
    from geoutils.training.recipes.study_training import SECTION, StudyTraining

    root, study = find_root(), options.study
    base = Path(options.out_dir).resolve() if options.out_dir else root
    contents = settings_in_force(root, study, base)
    if SECTION not in contents:
        raise ValueError(f"study: {study} has no section {SECTION}: it trains nothing")
    given = dict(parse_parameter(text) for text in options.parameter)
    section = merge(contents[SECTION], given, SECTION) | {"processes": 1}  # accelerate's to start
    training = StudyTraining.of(base / "results" / study, section)
    for name in [options.name] if options.name else training.recipes:
        log = train_recipe(training, name)
        if PartialState().is_main_process:
            print(f"{name}: validation loss {log['val_loss'].min():.4f}")
    if (lost := told_of_lost(training.results / "photos")) and PartialState().is_main_process:
        print(lost)
    return 0


def ablations_command(options: argparse.Namespace) -> int:
    """Run sweeps of a study."""
    from geoutils.study.ablations.command import run_ablations

    root, budget = find_root(), options.budget
    return run_ablations(root, options.study, options.sweeps, options.out_dir, budget)


def budget_command(options: argparse.Namespace) -> int:
    """Print what studies cost before anyone runs them."""
    from geoutils.study.budget_text import budget_text

    print(budget_text(find_root(), options.study, options.rate, options.gpus, options.photos))
    return 0


def score_command(options: argparse.Namespace) -> int:
    """Score someone's predictions."""
    from geoutils.evaluation import score_files

    score = score_files(
        options.predictions,
        options.truth,
        n_resamples=options.resamples,
        radius_km=options.radius_km,
    )
    print(score.text)
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
    sys.exit(main())
