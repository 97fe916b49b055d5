"""Markdown, as notebooks hold it, becomes HTML with MathML formulas."""

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup
from bs4.element import Tag
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from geoutils.study.report.formulas import put_formulas_back, set_formulas_aside
from geoutils.study.report.safe_html import safe_soup

_UNIT = re.compile(r"(?<=\d) (?=(?:%|km|°)(?!\w))")  # a line does not end between number and unit


def prose_soup(
    markdown: str,
    pages: frozenset[str] = frozenset(),
    attachments: Mapping[str, dict[str, str]] | None = None,
) -> BeautifulSoup:
    """Markdown as a parsed piece of HTML; `pages` are the notebooks that links may lead to."""
    text, formulas = set_formulas_aside(markdown)
    renderer = IPythonRenderer(
        escape=False, exclude_anchor_links=True, attachments=dict(attachments or {})
    )
    soup = safe_soup(MarkdownWithMath(renderer=renderer).render(text), pages)
    put_formulas_back(soup, formulas)
    for text in soup.find_all(string=_UNIT):
        if not text.find_parent(["code", "pre", "math"]):
            text.replace_with(_UNIT.sub("\u202f", text))
    return soup


def prose(markdown: str, pages: frozenset[str] = frozenset()) -> str:
    r"""Markdown as HTML.

    >>> prose("*Two* <b>cells</b> <script>")
    '<p><em>Two</em> <b>cells</b> &lt;script&gt;</p>\n'
    """
    return str(prose_soup(markdown, pages))


def plain_text(tag: Tag) -> str:
    """The words of a piece of HTML on one line, formulas as they are drawn, without their LaTeX."""
    texts = [text for text in tag.find_all(string=True) if text.parent.name != "annotation"]
    return " ".join("".join(texts).replace("∗", "*").split())
