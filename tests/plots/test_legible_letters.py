"""Letters in figures stay letters, and are legible at the width of a page."""

import re
import zlib

import matplotlib.pyplot as plt
import numpy as np
import pytest

from geoutils.photos.scene_groups import SCENE_GROUPS
from geoutils.plots.accuracy import draw_accuracy_curve, mark_radii
from geoutils.plots.attention import draw_attention_grid
from geoutils.plots.explanation_sheet import MapColumn, draw_explanation_sheet
from geoutils.plots.guesses import draw_guess_cards, guess_captions
from geoutils.plots.method_colors import SYSTEM_COLORS
from geoutils.plots.neighbours import Neighbours, draw_neighbours
from geoutils.plots.photos import contact_sheet
from geoutils.plots.style import COLUMN_IN, LEAST_TEXT_PT, PAGE_IN
from geoutils.plots.told import draw_told

pytestmark = pytest.mark.usefixtures("style")


def letter_sizes_pt(path):
    """Width of a PDF's page in inches, and the sizes of the letters on it in points."""
    written = path.read_bytes()
    left, _, right, _ = map(float, re.search(rb"/MediaBox \[([^\]]+)\]", written)[1].split())
    sizes = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", written, re.DOTALL):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue
        sizes += [float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", drawn)]
    return (right - left) / 72, sizes


def photos(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 32, 32, 3)).astype(np.uint8)


def curve():
    figure, ax = plt.subplots(figsize=(4.4, 3.4), layout="constrained")
    draw_accuracy_curve(ax, 10 ** np.linspace(-1, 4, 50), "f", SYSTEM_COLORS["SemP"])
    mark_radii(ax)
    return figure


def sheet():
    return contact_sheet(photos(8), ["Kaliningrad, RU"] * 8)


def cards():
    figure, places = plt.figure(), np.full((6, 2), 50.0)
    captions = guess_captions(np.full(6, 19_999.0), places)
    draw_guess_cards(figure, photos(6), places, places, captions)
    return figure


def found():
    km = np.full((1, 5), 19_999.0)
    groups = [Neighbours("a", photos(1), photos(1, 5), km, ["19,999 km off"])] * 2
    figure = plt.figure()
    draw_neighbours(figure, groups)
    return figure


def explained():
    figure, notes = plt.figure(), ["GB: over 99 %"] * 2
    columns = [MapColumn("occlusion,\nits cell", np.ones((2, 4, 4)), notes=notes)] * 6
    draw_explanation_sheet(figure, photos(2), columns, ["within 1 km\nguess: Lyon, FR"] * 2, 0.73)
    return figure


def told():
    figure, concepts = plt.figure(), np.ones((2, 32, 32), dtype=np.uint8)
    influence = [{1: 1.9}] * 2
    words = ["Most likely Lyon, Auvergne-Rhône-Alpes, France (41 %)."] * 2
    draw_told(
        figure, photos(2), np.ones((2, 4, 4)), words, concepts, ("", "tower"), influence, [1, 0]
    )
    return figure


def attention():
    figure, maps = plt.figure(), np.full((7, 16, 4, 4), 1 / 16)
    draw_attention_grid(figure, photos(1)[0], maps, ["2,446 cells"] * 7, SCENE_GROUPS, 3)
    return figure


@pytest.mark.parametrize(
    ("draw", "width_in"),
    [
        (curve, COLUMN_IN),
        *((draw, PAGE_IN) for draw in (sheet, cards, found, explained, told, attention)),
    ],
)
def test_letters_in_a_pdf_are_letters_and_legible_in_print(draw, width_in, tmp_path):
    draw().savefig(tmp_path / "figure.pdf")
    written = (tmp_path / "figure.pdf").read_bytes()
    assert b"/FontFile2" in written and b"/Type3" not in written
    drawn_in, sizes = letter_sizes_pt(tmp_path / "figure.pdf")
    assert sizes
    assert min(sizes) * width_in / drawn_in >= LEAST_TEXT_PT - 0.05
