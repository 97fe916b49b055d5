"""The demo: a photo goes in; where it may be, why, and how far to believe it come out."""

from geoutils.demo.locator import Locator, Placement
from geoutils.demo.page import Page
from geoutils.demo.photo import DemoPhoto, random_test_photo
from geoutils.demo.reasons import Reasons, reasons_for
from geoutils.demo.size_check import size_check
from geoutils.demo.study import DemoStudy, open_study
from geoutils.demo.upload import read_upload

__all__ = [
    "DemoPhoto",
    "DemoStudy",
    "Locator",
    "Page",
    "Placement",
    "Reasons",
    "open_study",
    "random_test_photo",
    "read_upload",
    "reasons_for",
    "size_check",
]
