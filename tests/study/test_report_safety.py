import re

import pandas as pd
import pytest

from geoutils.study.report.prose import prose
from geoutils.study.report.safe_html import safe_soup


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href='javascript:x()'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "a"),
        ("<p style='color: red; background: url(https://a.org)'>a</p>", None),
        ("<b onclick='x()'>a</b>", "<b>a</b>"),
        ("<style>@import 'https://a.org'</style>a", "a"),
        ("<img src='https://a.org/b.png' alt='b'>", None),
        ("<img src='file:///etc/passwd' alt='b'>", "b"),
    ],
)
def test_html_of_outputs_is_made_harmless(html, expected):
    safe = str(safe_soup(html))
    assert expected in (None, safe)
    assert not re.search(r"url\(|@import|<img|javascript|onclick|<style", safe)


def test_columns_of_numbers_stand_flush_right():
    table = pd.DataFrame({"name": ["a", "b"], "r": ["31.0 [29.1, 33.0]", "−2 %"], "n": [1, None]})
    page = safe_soup(table.set_index("name").to_html())
    assert [cell.get_text() for cell in page.tr(class_="number")] == ["r", "n"]
    assert len(page.find_all("tr")) == 3  # pandas's row for the index name is gone
    assert page.th.get_text() == "name" and page.th["scope"] == "col"


def test_a_line_does_not_end_between_number_and_unit():
    assert (
        prose("29.9 % in 25 km, `25 km`")
        == "<p>29.9\u202f% in 25\u202fkm, <code>25 km</code></p>\n"
    )
