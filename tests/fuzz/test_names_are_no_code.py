"""Names of photos, people and places are texts: no formula in a CSV, no markup on a page."""

import re
from html import unescape

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.demo.cards import sentence_card, truth_line
from geoutils.demo.photo import DemoPhoto
from geoutils.partitions import adaptive_partition
from geoutils.photos.manifest import read_rejected, write_rejected
from geoutils.plots.interactive_map.drawing import interactive_map
from geoutils.plots.prediction_cells import prediction_cells
from geoutils.spreadsheets import STARTS, guarded, unguarded

EVIL = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'\"><b>bold</b>", "</svg><p>"),
    *("&lt;i&gt;", "javascript:alert(1)", "{{7*7}}", "=HYPERLINK(1)", "\u202etxt"),
]
TAGS = re.compile(r"<\s*(script>alert|img src=x|b>bold|/svg><p|i>)", re.IGNORECASE)
SQUARE = np.zeros((8, 8, 3), np.uint8)
LETTERS = st.sampled_from("=+-@\t'\"<>&,;ab é")
NAMES = st.lists(st.text(LETTERS, max_size=6), min_size=1, max_size=20)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(NAMES)
def test_guarded_names_are_no_formula_and_come_back(names):
    texts = pd.Series(names, dtype="str")
    assert not guarded(texts).str.startswith(STARTS).any()
    assert unguarded(guarded(texts)).tolist() == names


def test_rejected_photos_are_listed_without_formulas(tmp_path):
    rejected = pd.DataFrame({"photo": EVIL, "reason": [f"-{name}" for name in EVIL]})
    write_rejected(rejected, tmp_path / "rejected.csv")
    written = pd.read_csv(tmp_path / "rejected.csv", dtype="str", keep_default_na=False)
    assert not written.map(lambda text: text.startswith(STARTS)).any().any()
    pd.testing.assert_frame_equal(read_rejected(tmp_path / "rejected.csv"), rejected)
    write_rejected(rejected[:0], tmp_path / "none.csv")
    assert read_rejected(tmp_path / "none.csv").shape == (0, 2)


def test_names_of_cells_are_no_markup_on_a_map():
    photos = np.random.default_rng(0).uniform(-60, 60, (len(EVIL) * 4, 2))
    partition = adaptive_partition(photos, 1, 6)
    names = [EVIL[k % len(EVIL)] for k in range(len(partition))]
    chances = np.full(len(partition), 1 / len(partition))
    cells = prediction_cells(partition.with_names(names), chances, " ".join(EVIL))
    drawn = interactive_map(cells, None)._repr_html_()
    assert not TAGS.search(drawn), TAGS.search(drawn)
    assert names[0] in unescape(unescape(drawn))


def test_what_a_file_says_is_no_markup_in_the_demo():
    for evil in EVIL:
        photo = DemoPhoto(SQUARE, SQUARE, truth_problem=f"GPS reference is {evil}")
        for html in (truth_line(photo, wanted=True), sentence_card(evil, evil)):
            assert not TAGS.search(html) and evil in unescape(html)
