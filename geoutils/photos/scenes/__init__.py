"""Small painted scenes from the facts of a place: the photos of the default study."""

from geoutils.photos.scenes.compose import compose
from geoutils.photos.scenes.concepts import CONCEPTS
from geoutils.photos.scenes.kinds import CUES, KINDS
from geoutils.photos.scenes.render import render
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.truth import scene_truth

__all__ = ["CONCEPTS", "CUES", "KINDS", "Scenes", "compose", "render", "scene_truth"]
