"""Names of photos, people and places are texts: no formula in a CSV, no markup on a page."""

import ast
import re
from html import unescape
from pathlib import Path

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
from geoutils.spreadsheets import NUMBER, STARTS, guarded, guarded_table, unguarded

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


ENTRIES = st.one_of(st.text(LETTERS, max_size=6), st.integers(), st.sampled_from([None, "-2.5"]))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(ENTRIES, ENTRIES), min_size=1, max_size=5), st.text(LETTERS, max_size=3))
def test_tables_hold_no_formula_and_keep_their_numbers(rows, name):
    def texts(table):
        entries = table.to_numpy().ravel().tolist()
        return [*table.index, table.index.name, *table.columns, *entries]

    index = pd.Index([f"{name}{row}" for row in range(len(rows))], name=f"@{name}")
    table = pd.DataFrame(rows, index, ["first", f"={name}"], dtype=object)
    for safe, entry in zip(texts(guarded_table(table)), texts(table), strict=True):
        if isinstance(safe, str) and not NUMBER.fullmatch(safe):
            assert not safe.startswith(STARTS) and safe in (entry, f"'{entry}")
        else:
            assert safe is entry or safe == entry


PACKAGE = Path(__file__).parents[2] / "geoutils"
NO_NAMES = {  # files whose tables hold no name that comes from outside
    "atlas/rebuild/contents.py",
    "partitions/published.py",
    "study/ablations/sweep.py",
    "training/state/record.py",
}
LOOKED_UP = {"prediction/peer_files.py"}  # others look photos up by these names, as they are


def unguarded_tables(source):
    """Functions that write a CSV and never speak of `guarded`, by name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            code = ast.unparse(node)
            if "to_csv(" in code and "guarded" not in code:
                yield node.name


def test_every_table_that_is_written_is_guarded():
    found = {
        path.relative_to(PACKAGE).as_posix(): [*unguarded_tables(path.read_text())]
        for path in PACKAGE.rglob("*.py")
    }
    found["photos/sources/checked.py"].remove("write_checked")  # the header alone
    assert {name for name, functions in found.items() if functions} == NO_NAMES | LOOKED_UP
    assert [*unguarded_tables("def f(t):\n    t.to_csv('a')")] == ["f"]


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
