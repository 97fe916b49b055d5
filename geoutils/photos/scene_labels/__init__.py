"""Scene labels for photos that have none: by a network of Places365 that the user supplies."""

from geoutils.photos.scene_labels.hierarchy import Hierarchy, packaged_hierarchy, read_hierarchy
from geoutils.photos.scene_labels.label import label_scenes
from geoutils.photos.scene_labels.network import load_network

__all__ = ["Hierarchy", "label_scenes", "load_network", "packaged_hierarchy", "read_hierarchy"]
