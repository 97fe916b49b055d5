"""Which of a study's small files must be the same when it is made again, and in what sense.

The table below is the rule, first match first. Photos, cells and what is counted from them come
from seeded generators and integer arithmetic: the same everywhere. Trainings repeat themselves to
the last bit on one machine, but add numbers up in another order on another, so their scores move a
little. What a machine is fast at is its own.
"""

from fnmatch import fnmatch

EQUAL = "equal"  # the same text, or numbers that agree to RELATIVE
PAIRED = "paired"  # follows from the distances of all photos, which are compared photo by photo
WITHIN = "within"  # each estimate in the other's interval, widened for how many are compared

RELATIVE = 1e-9  # what another order of the same additions may change

HOW = (
    ("tables/0[129]_*", EQUAL),
    ("answers/0[129]_*", EQUAL),
    ("tables/04_accuracy.*", PAIRED),
    ("tables/04_methods.csv", PAIRED),
    ("tables/04_differences.csv", PAIRED),
    ("tables/04_claims.csv", PAIRED),
    ("answers/04_*", PAIRED),
    ("tables/10_*", EQUAL),  # shows the sweeps' tables, which a study does not make again
    ("answers/10_*", EQUAL),
    ("ablations/*.csv", WITHIN),  # only where `make ablations` was run too
    ("*", WITHIN),
)

# Columns and keys that say how fast or what the machine was, or name files by their contents.
MACHINE = {
    *("seconds", "seconds_per_epoch", "epoch_s", "epoch_ratio", "images_per_s", "minutes"),
    *("key", "device", "processes", "threads", "precision"),
}


def standing(file: str, own_sweeps: bool = False) -> str:
    """How a file below a study's results is compared: EQUAL, PAIRED or WITHIN.

    `own_sweeps`: the sweeps were run again too, so that what notebook 10 shows was trained.

    >>> standing("tables/09_gini.csv"), standing("tables/06_calibration.csv")
    ('equal', 'within')
    """
    if own_sweeps and fnmatch(file, "*/10_*"):
        return WITHIN
    return next(how for pattern, how in HOW if fnmatch(file, pattern))


def figures_are_equal(notebook: str, own_sweeps: bool = False) -> bool:
    """Whether a notebook's figures must show the same data as before."""
    return standing(f"answers/{notebook}.json", own_sweeps) == EQUAL
