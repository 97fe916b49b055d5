"""Whether a saved figure can be printed as it is: no wider than a page, no letter too small."""

import re
import zlib
from pathlib import Path

from geoutils.plots.style import LEAST_TEXT_PT, PAGE_IN

TALLEST_IN = 9.5  # of a page, above a caption
_PAGE = re.compile(rb"/MediaBox \[ *([^\]]+)\]")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_LETTERS = re.compile(rb"/F\d+ ([\d.]+) Tf")


def size_in(pdf: Path) -> tuple[float, float]:
    """Width and height in inches of a figure that matplotlib saved; ValueError for other files."""
    page = _PAGE.search(pdf.read_bytes())
    if page is None:
        raise ValueError(f"{pdf}: no page with a size; expected a PDF by matplotlib")
    left, low, right, high = map(float, page[1].split())
    return (right - left) / 72, (high - low) / 72


def letter_sizes_pt(pdf: Path) -> list[float]:
    """Sizes in points of all letters of a figure, exponents and all, as it lies in the file."""
    sizes = []
    for stream in _STREAM.findall(pdf.read_bytes()):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:  # a font
            continue
        sizes += [float(size) for size in _LETTERS.findall(drawn)]
    return sizes


def print_faults(pdf: Path) -> list[str]:
    """What is wrong with a figure in print, in words: too wide, too tall, letters too small."""
    width, height = size_in(pdf)
    least = min(letter_sizes_pt(pdf), default=LEAST_TEXT_PT)
    found = {
        f"{width:.2f} in wide; a page has {PAGE_IN:g}": width > PAGE_IN + 0.005,
        f"{height:.2f} in tall; a page has {TALLEST_IN:g}": height > TALLEST_IN,
        f"letters of {least:g} points; the least is {LEAST_TEXT_PT:g}": least < LEAST_TEXT_PT,
    }
    return [fault for fault, is_so in found.items() if is_so]
