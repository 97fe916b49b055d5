"""Do the committed results come out again? `make check-results` runs the study anew and compares.

The default study runs in a scratch folder (some minutes on two cores), or a finished one is taken:
`make check-results OUT=folder`. Photos, cells and what is counted from them must be equal. Trained
scores may move as far as chance moves them: photo by photo for the errors of every method, by the
intervals of the tables for the rest. Figures are compared by the data behind them, and must fit a
printed page. Everything that moved is printed; the status is 1 if something moved beyond chance,
or a figure cannot be printed.

`--record` keeps the sums and errors that this needs beside a study's committed tables.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoutils.files import replacing
from geoutils.plots.in_print import print_faults
from geoutils.study.reproduction.comparison import Comparison, compare_results
from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.rings import FILE as RINGS
from geoutils.study.reproduction.rings import rings_of_study
from geoutils.study.reproduction.sources import FILE as SOURCES
from geoutils.study.reproduction.sources import source_sums
from geoutils.study.reproduction.sums import write_sums
from geoutils.study.run import run_study
from geoutils.study.settings import find_root

SCRATCH = Path("build", "check-results")
N_SHOWN = 8  # lines per file


def main(arguments: list[str] | None = None) -> int:
    """Check, or record; 0 if all is as it was, 1 beyond chance, 2 for what cannot be compared."""
    options = parse(arguments)
    try:
        root = find_root()
        if options.record:
            record(Path(options.out_dir or root) / "results" / options.study, root)
            return 0
        return check(root, options.study, options.out_dir)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    command = "python -m geoutils.study.check_results"
    parser = argparse.ArgumentParser(prog=command, description=__doc__.split("\n")[0])
    parser.add_argument("--study", default="default", help="a file under studies/")
    parser.add_argument("--out-dir", default="", help="a finished study, instead of a new run")
    parser.add_argument(
        "--record", action="store_true", help="take what will be compared from a finished study"
    )
    return parser.parse_args(arguments)


def check(root: Path, study: str, out_dir: str = "") -> int:
    """Compare a study's committed results with a new run, or with a finished one.

    A run that was interrupted, or that moved beyond chance, stays in the scratch folder.
    """
    base = Path(out_dir).resolve() if out_dir else root / SCRATCH
    with committed_results(root, study) as (folder, version):
        if not out_dir:
            base.mkdir(parents=True, exist_ok=True)
            status = run_study(root, study, str(base))
            if status:
                return status
        found = compare_results(folder, base / "results" / study)
    print(f"{base / 'results' / study} beside {version}:")
    faults = figure_faults(base / "figures" / study)
    print("\n".join([as_text(found), *faults]), flush=True)
    failed = bool(found.beyond or faults)
    if not out_dir and not failed:
        shutil.rmtree(base)
    return int(failed)


def figure_faults(figures: Path) -> list[str]:
    """What keeps figures of a folder from being printed as they are: a line each."""
    faults = {pdf.name: print_faults(pdf) for pdf in sorted(figures.glob("*.pdf"))}
    return [f"{name}: {'; '.join(of_one)}" for name, of_one in faults.items() if of_one]


def record(results: Path, root: Path) -> None:
    """Write check/rings.parquet and check/sources.json of a study among the root's results."""
    kept = root / "results" / results.name
    with replacing(kept / RINGS) as path:
        rings_of_study(results).to_parquet(path, index=False, compression="zstd")
    write_sums(source_sums(results), kept / SOURCES)
    size_kb = (kept / RINGS).stat().st_size / 1e3
    print(f"{kept / RINGS} ({size_kb:.0f} kB), {kept / SOURCES}")


@contextmanager
def committed_results(root: Path, study: str) -> Iterator[tuple[Path, str]]:
    """A folder with a study's committed results, and where they are from.

    They are the files as they lie where the repository has no history, else those of its last
    commit: a study that was run in place has written over them. ValueError if there are none.
    """
    name = f"results/{study}"
    if not (root / ".git").exists():
        if not (root / name / "answers").is_dir():
            raise ValueError(f"{root / name}: no committed results to compare with")
        yield root / name, f"the files in {root / name}"
        return
    git = ["git", "-C", str(root)]
    packed = subprocess.run([*git, "archive", "HEAD", name], capture_output=True, check=False)
    if packed.returncode:
        raise ValueError(f"{name}: {packed.stderr.decode().strip()}")
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder, name), f"commit {commit.stdout.decode().strip()}"


def as_text(found: Comparison) -> str:
    """What was compared, then what moved by file, beyond chance first."""
    parts = [f"  {line}" for line in found.lines]
    for title, beyond in (("Moved beyond chance", True), ("Moved, as chance does", False)):
        moves = [move for move in found.moves if move.beyond == beyond]
        if moves:
            parts += ["", f"{title}:", *_by_file(moves)]
    end = f"{len(found.beyond)} moved beyond chance." if found.beyond else "The results hold."
    return "\n".join([*parts, "", end])


def _by_file(moves: list[Move]) -> Iterator[str]:
    for file in dict.fromkeys(move.file for move in moves):
        of_file = [move for move in moves if move.file == file]
        yield f"  {file}"
        for move in of_file[:N_SHOWN]:
            yield f"    {move.where}: {move.before} → {move.after}"
        if len(of_file) > N_SHOWN:
            yield f"    and {len(of_file) - N_SHOWN:,} more"


if __name__ == "__main__":
    sys.exit(main())
