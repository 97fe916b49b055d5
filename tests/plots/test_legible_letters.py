"""Letters in figures stay letters, legible in a figure that is no wider than it is printed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.transforms import Bbox

from geoutils.photos.scene_groups import SCENE_GROUPS
from geoutils.plots.accuracy import draw_accuracy_curve, mark_radii
from geoutils.plots.attention import draw_attention_grid
from geoutils.plots.explanation_sheet import MapColumn, draw_explanation_sheet
from geoutils.plots.guesses import draw_guess_cards, guess_captions
from geoutils.plots.in_print import TALLEST_IN, letter_sizes_pt, print_faults, size_in
from geoutils.plots.method_colors import SYSTEM_COLORS
from geoutils.plots.neighbours import Neighbours, draw_neighbours
from geoutils.plots.photos import contact_sheet
from geoutils.plots.style import COLUMN_IN, LEAST_TEXT_PT, MARGIN_IN, PAGE_IN, with_margin
from geoutils.plots.told import draw_told

pytestmark = pytest.mark.usefixtures("style")


def saved(figure, path):
    """Save a figure as a notebook's run does."""
    figure.draw_without_rendering()
    figure.savefig(path, bbox_inches=with_margin(figure.get_tightbbox()))
    return path


def photos(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 32, 32, 3)).astype(np.uint8)


def curve():
    figure, ax = plt.subplots(figsize=(COLUMN_IN, 2.8), layout="constrained")
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
    pdf = saved(draw(), tmp_path / "figure.pdf")
    written = pdf.read_bytes()
    assert b"/FontFile2" in written and b"/Type3" not in written
    assert letter_sizes_pt(pdf) and print_faults(pdf) == []
    assert size_in(pdf)[0] <= width_in + 0.005


def test_what_cannot_be_printed_is_said(tmp_path):
    figure, ax = plt.subplots(figsize=(PAGE_IN + 1, TALLEST_IN + 1))
    ax.set(xscale="log", xlim=(1, 1e6))
    ax.tick_params(labelsize=7)  # exponents are smaller
    for corner in (0, 1):
        figure.text(corner, corner, "in a corner")
    pdf = saved(figure, tmp_path / "figure.pdf")
    assert min(letter_sizes_pt(pdf)) == pytest.approx(4.9)
    faults = print_faults(pdf)
    assert [fault.split()[2] for fault in faults[:2]] == ["wide;", "tall;"]
    assert faults[2] == f"letters of 4.9 points; the least is {LEAST_TEXT_PT:g}"
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(ValueError, match=r"other.pdf: no page with a size"):
        size_in(tmp_path / "other.pdf")


@pytest.mark.parametrize(
    ("drawn_in", "saved_in"),
    [
        (3.0, 3.0 + 2 * MARGIN_IN),
        (COLUMN_IN - 0.02, COLUMN_IN),
        (COLUMN_IN, COLUMN_IN),
        (5.0, 5.0 + 2 * MARGIN_IN),
        (PAGE_IN - 0.01, PAGE_IN),
    ],
)
def test_a_margin_never_makes_a_figure_wider_than_its_place(drawn_in, saved_in):
    box = with_margin(Bbox.from_bounds(0, 0, drawn_in, 2))
    assert (box.width, box.height) == pytest.approx((saved_in, 2 + 2 * MARGIN_IN))
