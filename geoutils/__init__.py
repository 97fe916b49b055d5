"""Where on Earth was this photo taken? Partitions, models, metrics and explanations."""

import os
import warnings

from geoutils.torchvision_repair import repair_torchvision
from geoutils.version import VERSION

__version__ = VERSION

repair_torchvision()

# Threads that wait for work by spinning take it from whoever else is on the machine: beside one
# other busy process two of torch's threads were six times slower so. Read when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# timm's progress bars ask for widgets, which the study does without: a report keeps plain text.
warnings.filterwarnings("ignore", message="IProgress not found")
