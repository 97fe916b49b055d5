"""Tables as a book would set them: figures flush right, headings that know what they head."""

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_NUMBER = re.compile(r"[<>≈~]?\s*[-−+]?\d[\d\s.,:%+−–\-\[\]()±×e/…]*(\s?[a-zµ°]{1,3}[²³]?)?")
_FEWEST = 3  # rows that are worth sorting
_NOTHING = {"", "nan", "NaN", "<NA>", "None", "NaT", "—", "–", "-"}


def dress_tables(soup: BeautifulSoup) -> None:
    """Mark the columns of numbers, what the header cells head, and which tables can be sorted.

    Wide tables scroll within a frame of their own, which the keyboard reaches.
    """
    for table in soup.find_all("table"):
        for tag in (table, *table.find_all(["tr", "thead"])):
            tag.attrs.pop("style", None)
        table.attrs.pop("border", None)
        _join_headings(table)
        _mark_numbers(table)
        _mark_headings(table)
        _mark_sortable(table)
        frame = {"class": "table", "tabindex": "0", "role": "group", "aria-label": "Table"}
        table.wrap(soup.new_tag("div", attrs=frame))


def _mark_headings(table: Tag) -> None:
    """Say what each header cell heads; one without words heads nothing."""
    for cell in table.find_all("th"):
        if cell.get_text(strip=True):
            cell["scope"] = "col" if cell.find_parent("thead") else "row"
        else:
            cell.name = "td"
            cell.attrs.pop("scope", None)


def _mark_sortable(table: Tag) -> None:
    """Mark a table whose rows may stand in any order: no cell spans rows, each has a heading."""
    heads = table.thead.find_all("tr") if table.thead else []
    rows = [row for body in table.find_all("tbody") for row in body.find_all("tr")]
    if not heads or len(rows) < _FEWEST or len(table.find_all("tbody")) != 1:
        return
    lines = [row.find_all(["td", "th"], recursive=False) for row in (heads[-1], *rows)]
    spans = any(cell.get("rowspan") or cell.get("colspan") for line in lines for cell in line)
    if not spans and all(len(line) == len(lines[0]) for line in lines):
        _add_class(table, "sortable")


def _join_headings(table: Tag) -> None:
    """Put the names of the index, for which pandas adds a row of headings, into the row above."""
    rows = table.thead.find_all("tr") if table.thead else []
    if len(rows) < 2:
        return
    above, below = (row.find_all(["td", "th"], recursive=False) for row in rows[-2:])
    texts = [[cell.get_text(strip=True) for cell in row] for row in (above, below)]
    pairs = list(zip(*texts, strict=False))
    if len(above) == len(below) and not any(upper and lower for upper, lower in pairs):
        for upper, lower in zip(above, below, strict=True):
            upper.extend(list(lower.contents))
        rows[-1].decompose()


def _mark_numbers(table: Tag) -> None:
    """Give the class `number` to columns that hold numbers only, counted from the right edge.

    From the right, because row headings that span several rows stand at the left.
    """
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    body = [row for row in rows if any(cell.name == "td" for cell in row)]
    for column in range(1, max(map(len, body), default=0) + 1):
        cells = [row[-column] for row in body if len(row) >= column]
        texts = [cell.get_text(strip=True) for cell in cells]
        filled = [text for text in texts if text not in _NOTHING]
        if filled and all(_NUMBER.fullmatch(text) for text in filled):
            heads = [row[-column] for row in rows if len(row) >= column and row not in body]
            for cell in cells + [head for head in heads if not head.get("colspan")]:
                _add_class(cell, "number")


def _add_class(tag: Tag, name: str) -> None:
    tag["class"] = [*filter(None, tag.get_attribute_list("class")), name]
