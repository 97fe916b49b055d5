"""Where on Earth was this photo taken? Partitions, models, metrics and explanations."""

import os
import warnings
from typing import TYPE_CHECKING, Any

from geoutils.torchvision_repair import repair_torchvision
from geoutils.version import VERSION

if TYPE_CHECKING:
    from geoutils.study.saved_study import load_study

__all__ = ["load_study"]
__version__ = VERSION

repair_torchvision()

# Threads that wait for work by spinning take it from whoever else is on the machine: beside one
# other busy process two of torch's threads were six times slower so. Read when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# timm's progress bars ask for widgets, which the study does without: a report keeps plain text.
warnings.filterwarnings("ignore", message="IProgress not found")


def __getattr__(name: str) -> Any:
    """`load_study` when it is first asked for: torch and what it brings take seconds to import."""
    if name != "load_study":
        raise AttributeError(f"module 'geoutils' has no attribute {name!r}")
    from geoutils.study.saved_study import load_study

    return load_study
