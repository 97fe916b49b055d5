"""Studies: their settings, notebooks, runs and reports."""

from geoutils.study.notebook import open_notebook

__all__ = ["open_notebook"]
