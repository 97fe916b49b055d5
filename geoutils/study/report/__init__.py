"""The HTML report of a study: executed notebooks as pages that need no network."""

from geoutils.study.report.build import build_report

__all__ = ["build_report"]
