"""The command on predictions of any system: `score`."""

import argparse
from typing import Any

from geoutils.command_options import add_command
from geoutils.sphere import EARTH_RADIUS_KM
from geoutils.whole import checked_whole


def add_score_command(commands: Any) -> None:
    """Add `score` to the commands of a parser."""
    score = add_command(
        *(commands, "score", score_command, "score predictions of any system against the truth"),
        "It prints the share of photos placed within 1, 25, 200, 750 and 2,500 km, with 95 % "
        "intervals, the GeoScore with its own, and the median and mean distance. Both files are "
        "CSV or Parquet with columns photo, latitude, longitude; the names that other groups use "
        "are understood.",
    )
    score.add_argument("predictions", help="file of predictions; a photo without one is wrong")
    score.add_argument("truth", help="file of true positions, with a column author where known")
    score.add_argument(
        "--resamples",
        type=int,
        default=10_000,
        metavar="N",
        help="resamples of the bootstrap that intervals come from; default: %(default)s",
    )
    score.add_argument(
        "--radius-km",
        type=float,
        default=EARTH_RADIUS_KM,
        metavar="KM",
        help="radius of the Earth; 6371 gives other groups' distances; default: %(default)s",
    )


def score_command(options: argparse.Namespace) -> int:
    """Score someone's predictions."""
    from geoutils.evaluation import score_files  # here, since this takes a while

    checked_whole(options.resamples, "--resamples")
    score = score_files(
        options.predictions,
        options.truth,
        n_resamples=options.resamples,
        radius_km=options.radius_km,
    )
    print(score.text)
    return 0
