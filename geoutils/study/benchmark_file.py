"""A study file for a benchmark set: every photo is a test photo of a model trained elsewhere."""

import re
from pathlib import Path
from typing import Any

import yaml

from geoutils.files import replacing
from geoutils.study.settings import read_study, study_names

KEPT = ("01_photos", "04_evaluation", "06_calibration", "07_explanations", "08_concept_influence")
ALL_TEST = {"n_train": 0, "n_val": 0, "n_test": 0, "n_seen": 0, "shares": {"test": 1.0}}


def write_benchmark(root: Path, name: str, model_from: str, photos: dict[str, Any]) -> Path:
    """Write studies/<name>.yaml: `photos` located by the models of another study; return its path.

    Parameters of the notebooks are those of the other study, so the photos are seen at the size
    and with the crops that its models learned with; `photos` (source, photos, photos_dir) replace
    those of 01_photos. Raises ValueError for a study file that is there already, for a name that
    is none, and for a study that trains nothing.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise ValueError(f"name: {name!r}; expected letters, digits, _ and -")
    for there in study_names(root):
        if there.lower() == name.lower():  # some disks take both for one
            raise ValueError(
                f"name: studies/{there}.yaml is there already; choose another, or delete it"
            )
    source = read_study(root, model_from)
    if "03_training" not in source:
        raise ValueError(f"model_from: study {model_from} trains nothing; name one that does")
    contents: dict[str, Any] = {
        "title": f"{name}, located by the models of {model_from}",
        "about": (
            f"All photos of {name} are test photos: the models are those of study {model_from}, "
            "which learned from others."
        ),
        "rendered": False,
        "model_from": model_from,
    }
    contents |= {section: dict(source[section]) for section in KEPT if section in source}
    contents["01_photos"] |= ALL_TEST | photos
    if source.get("rendered"):
        contents["about"] += " Those were drawn: the models have never seen a real photo."
        contents.get("08_concept_influence", {})["segmenter"] = "parts"
    path = root / "studies" / f"{name}.yaml"
    with replacing(path) as temporary:
        temporary.write_text(yaml.safe_dump(contents, sort_keys=False, allow_unicode=True))
    return path
