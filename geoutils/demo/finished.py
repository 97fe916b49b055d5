"""Is a study finished as far as the demo asks? Told from its files, before anything is loaded."""

from pathlib import Path

from geoutils.study.run import settings_in_force
from geoutils.study.settings import merge

EVALUATION = "04_evaluation"


def check_finished(study: str, root: Path, base: Path) -> None:
    """Raise ValueError, saying what to run first, where a study cannot be shown.

    It can where notebook 04 has answered and its central model lies in `base`, in the study's own
    results or in those of the study whose model it uses.
    """
    contents = settings_in_force(root, study, base)
    if EVALUATION not in contents:
        raise ValueError(f"study: {study} has no section {EVALUATION}; expected one that has")
    model = merge(contents[EVALUATION], {}, EVALUATION)["model"]
    results, model_results = (
        base / "results" / name for name in (study, contents.get("model_from", study))
    )
    needed = [
        results / "answers" / f"{EVALUATION}.json",
        results / "manifest.parquet",
        model_results / "checkpoints" / model / "model.safetensors",
    ]
    if not all(path.is_file() for path in needed):
        command = "make study" if study == "default" else f"make study STUDY={study}"
        raise ValueError(
            f"The demo shows a finished study, and {study} is not finished: run `{command}` first."
        )
