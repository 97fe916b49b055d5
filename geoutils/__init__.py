"""Where on Earth was this photo taken? Partitions, models, metrics and explanations."""

from geoutils.torchvision_repair import repair_torchvision
from geoutils.version import VERSION

__version__ = VERSION

repair_torchvision()
