"""Interactive map of one prediction: a piece of HTML that needs no network."""

from geoutils.plots.interactive_map.drawing import InteractiveMap, interactive_map

__all__ = ["InteractiveMap", "interactive_map"]
