"""Where the tables of a study's sweeps lie; apart from the sweeps, whose import takes seconds."""

from pathlib import Path

ABLATIONS = "ablations"  # folder of a study's results


def table_files(results: Path, committed: Path | None = None) -> dict[str, Path]:
    """The tables of the sweeps that were run, by sweep: a study's own, else committed ones.

    Both are folders results/<study>.
    """
    for folder in filter(None, (results, committed)):
        found = sorted((folder / ABLATIONS).glob("*.csv"))
        if found:
            return {path.stem: path for path in found}
    return {}
