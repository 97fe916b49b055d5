"""Where on Earth was this photo taken? Partitions, models, metrics and explanations."""

import warnings

from geoutils.torchvision_repair import repair_torchvision
from geoutils.version import VERSION

__version__ = VERSION

repair_torchvision()

# timm's progress bars ask for widgets, which the study does without: a report keeps plain text.
warnings.filterwarnings("ignore", message="IProgress not found")
