"""`python -m geoutils ablations`: the sweeps of a study, after the study itself."""

from collections.abc import Sequence
from pathlib import Path

from geoutils.known_names import known_name
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.sweep import run_sweep
from geoutils.study.ablations.sweeps_file import read_sweeps
from geoutils.study.methods.model_training import study_contents
from geoutils.study.run import only_run_of, run_study, settings_in_force
from geoutils.training.recipes.study_training import SECTION

TRAINED = Path("notebooks") / f"{SECTION}.ipynb"  # executed: whatever a sweep starts from is there


def run_ablations(
    root: Path, study: str, names: Sequence[str] = (), out_dir: str = "", budget: str = "small"
) -> int:
    """Run sweeps of a study, all of them unless named; return the exit status.

    A study that has not been trained yet is run first. An interrupted run goes on where it
    stopped, and what is up to date is not done again. Raises ValueError for an unknown study,
    sweep or budget, a study that trains nothing, and one that is being run.
    """
    base = Path(out_dir).resolve() if out_dir else root
    sweeps = read_sweeps(root, budget)
    for name in names:
        known_name("sweep", name, sweeps)
    if SECTION not in settings_in_force(root, study, base):
        raise ValueError(f"study: {study} has no section {SECTION}: it trains nothing")
    results = base / "results" / study
    if not (results / TRAINED).is_file():
        status = run_study(root, study, out_dir)
        if status:
            return status
    with only_run_of(study, base):
        ablations = AblationStudy.of(results, study_contents(results, root)[SECTION])
        for name in names or sweeps:
            table = run_sweep(ablations, name, sweeps[name])
            print(f"{name}: {len(table)} rows in {ablations.folder / f'{name}.csv'}", flush=True)
    return 0
