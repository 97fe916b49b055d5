"""Tables that readers can sort: which ones, and what a click or a key does to them."""

import json

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from geoutils.study.report.prose import prose
from geoutils.study.report.safe_html import safe_soup
from geoutils.study.report.scripts import page_script

ROWS = pd.DataFrame(
    {
        "name": ["ten 10", "Äpfel", "ten 9", ""],
        "score": ["9.5 [9.0, 9.9]", "1,204", "−3 %", None],
    }
)
DEED = """
<script>
addEventListener("load", () => {
  const told = [], table = document.querySelector("table");
  const buttons = [...table.querySelectorAll("th button")];
  const tell = () => told.push({
    names: [...table.tBodies[0].rows].map((row) => row.cells[0].textContent),
    sorts: buttons.map((button) => button.parentElement.getAttribute("aria-sort")),
  });
  for (const button of [1, 1, 1, 0, 0, 1]) { buttons[button].click(); tell(); }
  const pre = document.body.appendChild(document.createElement("pre"));
  pre.id = "told";
  pre.textContent = JSON.stringify(told);
});
</script>
"""


def sortable(html):
    return "sortable" in safe_soup(html).table.get("class", [])


def test_tables_whose_rows_may_stand_in_any_order_can_be_sorted():
    assert sortable(ROWS.to_html(index=False)) and sortable(ROWS.to_html())
    assert sortable(ROWS.rename_axis("n").to_html())
    assert not sortable(ROWS[:2].to_html())  # nothing to sort
    groups = ROWS.set_index([["a", "a", "b", "b"], [1, 2, 1, 2]])
    assert not sortable(groups.to_html())  # a heading of two rows
    assert not sortable("<table><tr><td>1<tr><td>2<tr><td>3</table>")


def test_an_empty_heading_is_none():
    page = safe_soup(ROWS.to_html())
    assert [cell.name for cell in page.tr(["td", "th"])] == ["td", "th", "th"]


@pytest.fixture(scope="module")
def told(browse, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sorting")
    table = safe_soup(ROWS.to_html(index=False, na_rep="–"))
    html = f"{table}<script>{page_script().code}</script>"
    page = folder / "page.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>t</title><body>{html}{DEED}")
    document = browse(page, folder / "profile")[1]
    return json.loads(BeautifulSoup(document, "html.parser").find(id="told").get_text())


def test_a_heading_turns_its_column_and_then_lets_it_go(told):
    given = ["ten 10", "Äpfel", "ten 9", ""]
    assert [state["names"] for state in told] == [
        ["Äpfel", "ten 10", "ten 9", ""],  # numbers: the largest first
        ["ten 9", "ten 10", "Äpfel", ""],
        given,
        ["Äpfel", "ten 9", "ten 10", ""],  # words: as in a dictionary, what is empty last
        ["ten 10", "ten 9", "Äpfel", ""],
        ["Äpfel", "ten 10", "ten 9", ""],
    ]


def test_a_screen_reader_hears_which_column_is_sorted(told):
    assert [state["sorts"] for state in told] == [
        [None, "descending"],
        [None, "ascending"],
        [None, None],
        ["ascending", None],
        ["descending", None],
        [None, "descending"],
    ]


def test_a_formula_wider_than_the_page_is_reached_by_the_keyboard(browse, tmp_path):
    page = tmp_path / "page.html"
    sheet = '<style>math[display="block"] { overflow-x: auto }</style>'
    formulas = prose("$$x$$\n\n" + "$$" + "x + " * 400 + "x$$")
    page.write_text(f"<!DOCTYPE html>{sheet}{formulas}<script>{page_script().code}</script>")
    document = browse(page, tmp_path / "profile")[1]
    reached = [math.get("tabindex") for math in BeautifulSoup(document, "html.parser")("math")]
    assert reached == [None, "0"]


def test_the_script_runs_under_the_policy_of_a_page(report, browse, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(report.pages["figures_and_tables"])
    assert "<button" not in page.read_text()
    document = browse(page, tmp_path / "profile")[1]
    assert len(BeautifulSoup(document, "html.parser").select("th > button")) == 4
    page.write_text(report.pages["figures_and_tables"].replace("sha256-", "sha256-0"))
    assert "<button" not in browse(page, tmp_path / "profile")[1]
