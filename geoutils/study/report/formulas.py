"""Formulas are set aside before Markdown is read, so that no * or _ in them is taken for markup."""

import re
from dataclasses import dataclass
from html import escape

from bs4 import BeautifulSoup

from geoutils.study.report.mathml import mathml

# What may hold a dollar without meaning a formula comes first: code blocks, code, escapes.
_MARKDOWN = re.compile(
    r"""
    (?P<other> ^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)
             | (?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)
             | \\[\\$`] )
  | \$\$ (?P<display> .+? ) \$\$
  | (?P<environment> \\begin\{(?P<name>[a-z]+\*?)\} .+? \\end\{(?P=name)\} )
  | \$ (?P<inline> (?:[^$\\\n] | \\. | \n(?!\s*\n))+ ) \$ (?!\d)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_MARK = re.compile("\ue000(\\d+)\ue001")  # private characters, which Markdown lets through


@dataclass(frozen=True)
class Formula:
    """LaTeX without its dollars, and whether it stands on a line of its own."""

    latex: str
    display: bool


def set_formulas_aside(markdown: str) -> tuple[str, list[Formula]]:
    r"""Replace each formula by a mark; those within code stay as they are.

    >>> set_formulas_aside("`$HOME` and $a_1$")[1]
    [Formula(latex='a_1', display=False)]
    """
    formulas: list[Formula] = []

    def mark(match: re.Match[str]) -> str:
        if match["other"]:
            return match["other"]
        latex = match["display"] or match["environment"] or match["inline"]
        formulas.append(Formula(latex, display=not match["inline"]))
        return f"\ue000{len(formulas) - 1}\ue001"

    return _MARKDOWN.sub(mark, _MARK.sub("", markdown)), formulas


def put_formulas_back(soup: BeautifulSoup, formulas: list[Formula]) -> None:
    """Replace the marks by MathML; by the LaTeX source where it cannot be converted."""
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if isinstance(value, str) and _MARK.search(value):  # sanitised before: words only
                spoken = name in ("alt", "title")
                latex = _MARK.sub(lambda mark: formulas[int(mark[1])].latex, value)
                tag[name] = latex if spoken else ""
    for text in soup.find_all(string=_MARK):
        pieces = _MARK.split(escape(text, quote=False))
        pieces[1::2] = [_drawn(formulas[int(index)]) for index in pieces[1::2]]
        text.replace_with(*list(BeautifulSoup("".join(pieces), "html.parser").contents))


def _drawn(formula: Formula) -> str:
    try:
        return mathml(formula.latex, formula.display)
    except ValueError as error:
        return f'<code class="latex" title="{escape(str(error))}">{escape(formula.latex)}</code>'
