"""The commands that ask a finished study: `locate` photos by it, write its `cells` for others."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from geoutils.command_options import add_command
from geoutils.known_names import known_name
from geoutils.whole import checked_whole

if TYPE_CHECKING:
    from geoutils.study.saved_study import Prediction

AT_ONCE = 64  # photos that are asked together
CELLS = ("isn", "semp", "geojson")
Answer = TypeVar("Answer")


def add_saved_commands(commands: Any) -> None:
    """Add `locate` and `cells` to the commands of a parser."""
    locate = add_command(
        *(commands, "locate", locate_command, "say where photos were taken, by a finished study"),
        "Each photo's likeliest places are printed: probability, position, name of the cell.",
    )
    locate.add_argument("results", help="a study's results, such as results/default")
    locate.add_argument("photos", nargs="+", help="JPEG, PNG or WebP files, or folders of them")
    locate.add_argument(
        "--method", default="", metavar="NAME", help="default: the central one of the study"
    )
    locate.add_argument(
        "--top-k", type=int, default=5, metavar="N", help="places of each; default: %(default)s"
    )
    locate.add_argument(
        "--out", default="", metavar="FILE", help="write the first places as CSV instead"
    )
    locate.add_argument(
        "--style",
        default="isn",
        metavar="NAME",
        help="of the CSV: isn, isn_classes or osv5m; default: %(default)s",
    )

    cells = add_command(
        *(commands, "cells", cells_command, "write a study's partitions as others read them"),
        "isn has S2 cells and semp named places, both as CSV; geojson has all, with outlines.",
    )
    cells.add_argument("results", help="a study's results, such as results/default")
    cells.add_argument("--out-dir", required=True, metavar="FOLDER", help="folder for the files")
    cells.add_argument(
        "--style",
        default="isn",
        metavar="NAME",
        help=f"{', '.join(CELLS)}; default: %(default)s",
    )


def locate_command(options: argparse.Namespace) -> int:
    """Print where photos were taken, or write it; 1 if some of them could not be read."""
    import pandas as pd  # here, since these take a while

    from geoutils.prediction.peer_files import FORMATS, write_predictions_csv
    from geoutils.study.saved_study import load_study

    names = photo_files(options.photos)
    photos = list(names)
    known_name("--style", options.style, FORMATS)
    checked_whole(options.top_k, "--top-k")
    study = load_study(options.results)
    method = known_name("--method", options.method or study.central, study.methods)
    asked: dict[str, Any] = {"top_k": options.top_k, "method": method}
    n_read, tables = 0, []
    if options.out:
        for some, table in answers(partial(study.locate, **asked), photos):
            tables.append(table.assign(photo=[names[photo] for photo in some]))
            n_read += len(some)
    else:
        for some, places in answers(partial(study.predict, **asked), photos):
            print(*map(told, some, places), sep="\n")
            n_read += len(some)
    if tables:
        write_predictions_csv(pd.concat(tables), options.out, options.style, partition=method)
        print(f"{n_read:,} photos in {options.out}, {len(photos) - n_read:,} could not be read")
    return int(n_read < len(photos))


def photo_files(paths: list[str]) -> dict[str, str]:
    """The photos given and what to call them: as given, those of a single folder as in there.

    ValueError for folders without a photo.
    """
    from geoutils.photos.folder import PHOTO_SUFFIXES, files_below

    found: dict[str, str] = {}
    for path in paths:
        if not Path(path).is_dir():
            found[path] = path
            continue
        for file in sorted(files_below(Path(path))):
            if file.suffix.lower() in PHOTO_SUFFIXES:
                alone = len(paths) == 1
                found[str(file)] = file.relative_to(path).as_posix() if alone else str(file)
    if not found:
        raise ValueError(f"photos: no JPEG, PNG or WebP photo below {', '.join(paths)}")
    return found


def answers(
    ask: Callable[[list[str]], Answer], photos: list[str]
) -> Iterator[tuple[list[str], Answer]]:
    """Photos, some at a time, and what `ask` says of them; those that cannot be read are named."""
    for start in range(0, len(photos), AT_ONCE):
        some = photos[start : start + AT_ONCE]
        try:
            yield some, ask(some)
        except ValueError:
            for photo in some:
                try:
                    yield [photo], ask([photo])
                except ValueError as error:
                    print(error, file=sys.stderr)


def told(photo: str, found: "Prediction") -> str:
    """A photo's places in lines, likeliest first: probability, position, name.

    >>> from geoutils.study.saved_study import Prediction
    >>> print(told("a.jpg", Prediction([[59.9, 10.7]], ["Oslo, Norway"], [0.25])))
    a.jpg
      25.0 %   59.9000   10.7000  Oslo, Norway
    """
    lines = [photo]
    for (latitude, longitude), name, share in zip(*found, strict=True):
        sure = f"{share:7.1%}".replace("%", " %") if share == share else " " * 8  # retrieval: NaN
        lines.append(f"{sure} {latitude:9.4f} {longitude:9.4f}  {name}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "  placed nowhere"])


def cells_command(options: argparse.Namespace) -> int:
    """Write the partitions of a study that a style has a place for, in files named as there."""
    known_name("--style", options.style, CELLS)
    partitions = Path(options.results) / "partitions"
    if not partitions.is_dir():
        raise ValueError(f"results: no folder {partitions}; notebook 02 of a study makes it")
    names = write_cells(partitions, Path(options.out_dir), options.style)
    if not names:
        raise ValueError(f"results: {partitions} holds no cells that the style {options.style} has")
    print(*(f"{options.out_dir}/{name}" for name in names), sep="\n")
    return 0


def write_cells(partitions: Path, out_dir: Path, style: str) -> list[str]:
    """Write the partitions below a folder; return the names of the files, or of SemP's folders."""
    from geoutils.partitions import Hierarchy, Partition, write_cells_csv, write_geojson
    from geoutils.partitions.semp_csv import PARENTS, write_semp, write_semp_csv

    written = []
    for path in sorted(partitions.rglob("hierarchy.json" if style == "semp" else "*.parquet")):
        inside = path.relative_to(partitions)
        if style == "semp":
            hierarchy, folder = Hierarchy.load(path.parent), out_dir / inside.parent
            if hierarchy.levels[0].cells.kind != "semantic":
                continue
            try:
                write_semp(hierarchy, folder)
            except ValueError as error:
                reason = str(error).removeprefix("hierarchy: ")
                told = f"{inside.parent}: wrote the classes of each level (m_*.csv), but not"
                print(f"{told} {PARENTS}, in what place each lies: {reason}", file=sys.stderr)
                numbers = [len(level) for level in hierarchy.levels]
                for n, level in zip(numbers, hierarchy.levels, strict=True):
                    beside = f"_{level.name}" * (numbers.count(n) > 1)
                    write_semp_csv(level, folder / f"m_{n}{beside}.csv")
            written.append(f"{inside.parent}/")
            continue
        partition, suffix = Partition.load(path), ".csv" if style == "isn" else ".geojson"
        if style == "geojson":
            write_geojson(partition, out_dir / inside.with_suffix(suffix))
        elif partition.cells.kind == "s2":
            write_cells_csv(partition, out_dir / inside.with_suffix(suffix))
        else:
            continue
        written.append(str(inside.with_suffix(suffix)))
    return written
