"""Sweeps: variants of one thing, each trained and scored once, and never twice."""

import inspect
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from geoutils.files import remove_leftovers, replacing
from geoutils.known_names import known_name
from geoutils.study.ablations import cells
from geoutils.study.ablations.results import sweep_table
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.study.sweep_tables import SWEEPS
from geoutils.training.state.fingerprint import code_fingerprint, fingerprint

CODE = ("geoutils.models", "geoutils.training", "geoutils.partitions", "geoutils.prediction")
COLUMNS = ("photo", "distance_km")


def variants_of(study: AblationStudy, sweep: str, settings: Mapping[str, Any]) -> list[Variant]:
    """The variants of a sweep in the order of its table; ValueError if two have one file."""
    variants = _module(sweep).variants(study, dict(settings))
    files = [variant.file for variant in variants]
    for file in files:
        if files.count(file) > 1:
            raise ValueError(f"{sweep}: two variants {file}; expected one for a name and a seed")
    return variants


def run_sweep(study: AblationStudy, sweep: str, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Place the test photos by every variant of a sweep, write <sweep>.csv, and return it.

    A variant that is there, of the same settings, base study and code, is not run again; one that
    was killed goes on from its last epoch. Results lie in ablations/<sweep>/<name>_<seed>.parquet,
    models in <name>_<seed>/ beside them. Raises ValueError for results of other photos.
    """
    variants = variants_of(study, sweep, settings)
    folder = study.folder / sweep
    found = {variant.file: _stored(study, variant, settings) for variant in variants}
    done = sum(table is not None for table in found.values())
    with tqdm(total=len(variants), initial=done, desc=sweep, unit=" variants") as bar:
        for variant in variants:
            if found[variant.file] is not None:
                continue
            bar.set_postfix_str(variant.file)
            table = _checked(study, variant, variant.place(folder / variant.file))
            table.attrs = {"key": variant_key(study, variant, settings)}
            path = folder / f"{variant.file}.parquet"
            remove_leftovers(path)
            with replacing(path) as temporary:
                table.to_parquet(temporary, index=False)
            found[variant.file] = table
            bar.update()
    table = sweep_table([(variant, found[variant.file]) for variant in variants], study.authors)
    with replacing(study.folder / f"{sweep}.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    return table


def variant_key(study: AblationStudy, variant: Variant, settings: Mapping[str, Any]) -> str:
    """Fingerprint of all that decides what a variant's photos are placed at."""
    own = settings if variant.settings is None else variant.settings
    sources = [_module(variant.sweep), inspect.getmodule(AblationStudy), cells]
    return fingerprint(
        [variant.sweep, variant.name, variant.seed, dict(own)],
        study.key,
        code_fingerprint(*CODE),
        *(Path(module.__file__) for module in sources),
    )


def _module(sweep: str) -> Any:
    return import_module(f"geoutils.study.ablations.{SWEEPS[known_name('sweep', sweep, SWEEPS)]}")


def _stored(
    study: AblationStudy, variant: Variant, settings: Mapping[str, Any]
) -> pd.DataFrame | None:
    """The result of a variant where it is up to date."""
    path = study.folder / variant.sweep / f"{variant.file}.parquet"
    if not path.is_file():
        return None
    table = pd.read_parquet(path)
    return table if table.attrs.get("key") == variant_key(study, variant, settings) else None


def _checked(study: AblationStudy, variant: Variant, table: pd.DataFrame) -> pd.DataFrame:
    """A result with the column `answer`; ValueError unless each answer is on the test photos."""
    for column in COLUMNS:
        if column not in table:
            raise ValueError(f"{variant.file}: columns {[*table]}; expected {column} among them")
    if "answer" not in table:
        table = table.assign(answer="")
    for answer, part in table.groupby("answer"):
        if part["photo"].tolist() != study.photo:
            raise ValueError(
                f"{variant.file}: answer {answer!r} is about {len(part)} photos; expected the "
                f"{len(study.photo)} test photos in their order"
            )
    return table.reset_index(drop=True)
