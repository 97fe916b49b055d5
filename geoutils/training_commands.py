"""Commands on what studies train: `train`, `ablations` and `budget`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from geoutils.command_options import add_command, add_parameter_option, add_study_options
from geoutils.study.execute import parse_parameter
from geoutils.study.run import recorded_settings, settings_in_force, unlike_last_run
from geoutils.study.settings import find_root, merge


def add_training_commands(commands: Any) -> None:
    """Add the commands to those of a parser."""
    train = add_command(
        *(commands, "train", train_command, "train the networks and heads that a study lists"),
        "It reads what notebooks 01 and 02 made and does what notebook 03 would, which then finds "
        "it done. Under accelerate launch or torchrun it trains in several processes.",
    )
    train.add_argument(
        "name", nargs="?", default="", help="one of them, by its name in 03_training; default: all"
    )
    train.add_argument(
        "--recorded",
        action="store_true",
        help="take parameters from the study's last run, its -p included, and not from its file",
    )
    add_study_options(train)
    add_parameter_option(train, "NAME=VALUE", "seed=1")

    ablations = add_command(
        *(commands, "ablations", ablations_command, "vary one choice of a study at a time"),
        "Each sweep trains variants and writes results/STUDY/ablations/SWEEP.csv; notebook 10 "
        "shows them. A study that was not run yet is run first.",
    )
    ablations.add_argument(
        "sweeps",
        nargs="*",
        metavar="sweep",
        help="a name in studies/ablations/sweeps.yaml; default: all",
    )
    ablations.add_argument(
        "--budget",
        default="small",
        metavar="NAME",
        help="photos, epochs and seeds: small (the default), or paper, for a study at its scale",
    )
    add_study_options(ablations)

    budget = add_command(
        *(commands, "budget", budget_command, "tell what a study costs on GPUs, before it is run"),
        "Hours, disk and memory follow from a study's file by formula; nothing is run or "
        "measured. Of one study alone every step is listed.",
    )
    budget.add_argument(
        "--tflops",
        type=float,
        required=True,
        metavar="T",
        help="10^12 operations a second that a card keeps up in training: far fewer than its data "
        "sheet says, and by network; benchmarks/gpu_training.py measures it",
    )
    budget.add_argument(
        "--gpus",
        type=int,
        nargs="+",
        default=[1],
        metavar="N",
        help="numbers of cards to count with, such as 1 8; default: 1",
    )
    budget.add_argument(
        "--study",
        nargs="+",
        metavar="NAME",
        help="studies, which are files studies/NAME.yaml; default: all at the papers' scale",
    )
    budget.add_argument(
        "--photos",
        type=int,
        metavar="N",
        help="photos on disk; default: as many as each study expects (expected_photos)",
    )


def train_command(options: argparse.Namespace) -> int:
    """Train one thing that a study lists, or all of them, from the files of notebooks 01 and 02."""
    from accelerate import PartialState  # here, since these take a while

    from geoutils.photos.lost_list import told_of_lost
    from geoutils.training.recipes.from_study import train_recipe
    from geoutils.training.recipes.study_training import SECTION, StudyTraining

    root, study = find_root(), options.study
    base = Path(options.out_dir).resolve() if options.out_dir else root
    if options.recorded:
        contents = recorded_settings(base, study)
    else:
        contents = settings_in_force(root, study, base)
    if SECTION not in contents:
        raise ValueError(f"study: {study} has no section {SECTION}: it trains nothing")
    given = dict(parse_parameter(text) for text in options.parameter)
    section = merge(contents[SECTION], given, SECTION)
    told = unlike_last_run(section, given, SECTION, study, base)
    # Processes are for accelerate to start.
    training = StudyTraining.of(base / "results" / study, section | {"processes": 1})
    is_main = PartialState().is_main_process
    if told and is_main:
        print(told, file=sys.stderr)
    for name in [options.name] if options.name else training.recipes:
        log = train_recipe(training, name)
        if is_main:
            print(f"{name}: validation loss {log['val_loss'].min():.4f}")
    if (lost := told_of_lost(training.results / "photos")) and is_main:
        print(lost)
    return 0


def ablations_command(options: argparse.Namespace) -> int:
    """Run sweeps of a study."""
    from geoutils.study.ablations.command import run_ablations

    root, budget = find_root(), options.budget
    return run_ablations(root, options.study, options.sweeps, options.out_dir, budget)


def budget_command(options: argparse.Namespace) -> int:
    """Print what studies cost before anyone runs them."""
    from geoutils.study.budget_text import budget_text, expecting_studies

    root = find_root()
    studies = options.study or expecting_studies(root)
    print(budget_text(root, studies, options.tflops, options.gpus, options.photos))
    return 0
