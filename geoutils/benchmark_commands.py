"""The command for benchmark sets: `benchmark` writes a study file that asks a trained study."""

import argparse
from typing import Any

from geoutils.command_options import add_command


def add_benchmark_command(commands: Any) -> None:
    """Add `benchmark` to the commands of a parser."""
    benchmark = add_command(
        *(commands, "benchmark", benchmark_command, "make a study of a set of test photos"),
        "It writes studies/NAME.yaml, in which the trained models of another study locate all "
        "photos of the set, seen as there; `run --study NAME` then runs it.",
    )
    benchmark.add_argument("name", help="of the new study, such as im2gps3k")
    benchmark.add_argument(
        "--model-from", required=True, metavar="STUDY", help="whose models are used: paper_semp"
    )
    benchmark.add_argument(
        "--photos", required=True, metavar="PATH", help="as for run: a folder, checked, or a list"
    )


def benchmark_command(options: argparse.Namespace) -> int:
    """Write the study file of a benchmark set."""
    from geoutils.study.benchmark_file import write_benchmark
    from geoutils.study.run_photos import photos_argument
    from geoutils.study.settings import find_root

    root = find_root()
    photos = photos_argument(options.photos)
    path = write_benchmark(root, options.name, options.model_from, photos)
    print(f"{path}; next: python -m geoutils run --study {options.name}")
    return 0
