import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils.study.report.formulas import Formula, set_formulas_aside
from geoutils.study.report.mathml import mathml
from geoutils.study.report.prose import prose

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def drawn(latex, display=False):
    """What is drawn of a formula, without the LaTeX that goes along."""
    root = ElementTree.fromstring(mathml(latex, display))
    (semantics,) = root
    row, annotation = semantics
    assert annotation.text == latex.strip()
    return row


def words(latex):
    return [element.text for element in drawn(latex).iter() if (element.text or "").strip()]


def test_a_fraction_has_its_two_parts():
    # MathML Core, section 3.3.2: numerator, then denominator.
    (fraction,) = drawn(r"\frac{a}{b}").iter("mfrac")
    assert ["".join(part.itertext()) for part in fraction] == ["a", "b"]


def test_display_puts_limits_below():
    assert [e.tag for e in drawn(r"\sum_i x", display=True).iter("munder")] == ["munder"]
    assert [e.tag for e in drawn(r"\sum_i x").iter("msub")] == ["msub"]
    assert [e.tag for e in drawn(r"\arg\max_c x", display=True).iter("munder")] == ["munder"]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathbf{x}_1", ["𝐱", "1"]),
        (r"\boldsymbol{1}", ["𝟏"]),
        (r"\mathrm{ECE}", ["ECE"]),
        (r"\operatorname*{arg\,max}_c p", ["arg max", "c", "p"]),
        (r"\operatorname{softmax} z", ["softmax", "z"]),
        (r"c'", ["c", "′"]),
        (r"f^*", ["f", "∗"]),
        (r"\text{if } x < 3", ["if\xa0", "x", "<", "3"]),
    ],
)
def test_letters_and_names(latex, expected):
    assert words(latex) == expected


def test_a_function_stands_apart_from_its_argument_but_not_from_its_bracket():
    assert [child.tag for child in drawn(r"\log p")] == ["mi", "mspace", "mi"]
    assert [child.tag for child in drawn(r"\log(p)")] == ["mi", "mo", "mi", "mo"]


def test_bars_open_and_close():
    forms = [bar.get("form") for bar in drawn(r"|a| + |b|").iter("mo") if bar.text == "|"]
    assert forms == ["prefix", "postfix", "prefix", "postfix"]


def test_a_sign_is_told_from_a_difference():
    forms = [sign.get("form") for sign in drawn(r"f(-a) - b = -c").iter("mo") if sign.text == "−"]
    assert forms == ["prefix", None, "prefix"]


@pytest.mark.parametrize("latex", [r"\foo x", r"\frac{1", r"\left( x", r"a_b_c", "a & b"])
def test_what_cannot_be_converted_is_refused(latex):
    with pytest.raises(ValueError, match=f"formula {re.escape(repr(latex))}"):
        mathml(latex)


@given(st.text(alphabet="<>&\"'/ax script=onload", max_size=30))
def test_no_text_in_a_formula_becomes_markup(text):
    latex = rf"x \text{{{text}}} y"
    try:
        html = mathml(latex)
    except ValueError:
        return
    ElementTree.fromstring(html)  # well-formed, so nothing in it opens or closes an element
    assert "<script" not in html


def test_formulas_are_found_and_code_is_left_alone():
    text = "`$a$` $b_1$ costs \\$5 and $$c$$\n```\n$d$\n```\n\\begin{align}e\\end{align}"
    rest, formulas = set_formulas_aside(text)
    assert formulas == [
        Formula("b_1", False),
        Formula("c", True),
        Formula("\\begin{align}e\\end{align}", True),
    ]
    assert "`$a$`" in rest and "$d$" in rest and "\\$5" in rest


def test_dollars_of_two_paragraphs_are_no_formula():
    assert set_formulas_aside("It costs 5$.\n\nOr 6$.")[1] == []


def test_markup_characters_in_formulas_are_not_markdown():
    html = prose("*All $f^*$ and $a_1 b_2$* | $|x|$")
    assert html.count("<math") == 3
    assert html.startswith("<p><em>All <math")


def test_a_formula_in_an_attribute_stays_text():
    html = prose('<abbr title="$x$">A</abbr> [B](https://example.org "$y$")')
    assert 'title="x"' in html and 'title="y"' in html and "<math" not in html


def test_an_impossible_formula_is_shown_as_written():
    html = prose(r"See $\foo<b>$.")
    assert '<code class="latex"' in html and r"\foo&lt;b&gt;" in html and "$" not in html


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_the_notebooks_is_drawn(path):
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "markdown":
            for formula in set_formulas_aside("".join(cell["source"]))[1]:
                mathml(formula.latex, formula.display)
