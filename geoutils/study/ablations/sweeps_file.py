"""The one file that lists every sweep: its values, its budget here, and the paper's beside it."""

from pathlib import Path
from typing import Any

import yaml

from geoutils.known_names import known_name
from geoutils.study.sweep_tables import SWEEPS

FILE = Path("studies") / "ablations" / "sweeps.yaml"
BUDGETS = ("small", "paper")
PAPER = "paper"  # key of a sweep: what the paper's budget puts in the place of the small one


def read_sweeps(root: Path, budget: str = "small") -> dict[str, dict[str, Any]]:
    """Settings of every sweep in the order of the file, by budget: small, or the paper's.

    Under the paper's budget each value below `paper:` replaces the one of the same name. Raises
    ValueError for an unknown budget or sweep, a sweep without seeds, and a paper's value of a name
    that the sweep does not have.
    """
    known_name("budget", budget, BUDGETS)
    try:
        contents = yaml.safe_load((root / FILE).read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{FILE} is not valid YAML: {' '.join(str(error).split())}") from None
    sweeps = {}
    for name, section in contents.items():
        known_name(f"{FILE}: sweep", name, SWEEPS)
        if not isinstance(section, dict) or not section.get("seeds"):
            raise ValueError(f"{FILE}: {name}: {section!r}; expected a mapping with seeds")
        small = {key: value for key, value in section.items() if key != PAPER}
        large = section.get(PAPER) or {}
        for key in large:
            known_name(f"{FILE}: {name}: {PAPER}", key, small)
        sweeps[name] = small | large if budget == PAPER else small
    return sweeps
