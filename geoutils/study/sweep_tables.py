"""The sweeps and where their tables lie; apart from what runs them, whose import takes seconds."""

from pathlib import Path

ABLATIONS = "ablations"  # folder of a study's results
# Sweep → its module in geoutils.study.ablations, with a function `variants(study, settings)`.
SWEEPS = {
    "semp": "semp",
    "end_to_end": "end_to_end",
    "retrieval": "retrieval",
    "cplanet": "cplanet",
    "geodecoder": "geodecoder",
    "thesis_a": "thesis_backbones",
    "thesis_b": "thesis_photos",
    "thesis_c": "thesis_cells",
    "thesis_d": "thesis_models",
}


def table_files(results: Path, committed: Path | None = None) -> dict[str, Path]:
    """The tables of the sweeps that were run, by sweep: a study's own, else committed ones.

    Both are folders results/<study>.
    """
    for folder in filter(None, (results, committed)):
        found = sorted((folder / ABLATIONS).glob("*.csv"))
        if found:
            return {path.stem: path for path in found}
    return {}
