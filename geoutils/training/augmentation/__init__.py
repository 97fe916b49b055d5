"""Augmentation: what each time a photo is seen may change in it."""

from geoutils.training.augmentation.augment import Draws, as_images, augmented, draw
from geoutils.training.augmentation.settings import Augmentation

__all__ = ["Augmentation", "Draws", "as_images", "augmented", "draw"]
