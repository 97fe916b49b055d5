"""LaTeX formulas become MathML, which browsers draw without a script or a font of ours."""

import html
import re
import unicodedata
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

# Said in the words latex2mathml knows.
_SYNONYMS = (
    (re.compile(r"\\(begin|end)\{(?:aligned|gathered|equation\*?)\}"), r"\\\1{split}"),
    (re.compile(r"\\operatorname\*?\{arg\s*(?:\\,)?\s*(max|min)\}"), r"\\arg\1 "),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"\\arg\s*\\(max|min)(?![A-Za-z])"), r"\\arg\1 "),
)
# How many children these elements must have (MathML Core, section 3).
_ARITY = dict(mfrac=2, mroot=2, msub=2, msup=2, munder=2, mover=2, msubsup=3, munderover=3)
_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
_WITH_LIMITS = {"max", "min", "sup", "inf", "lim", "arg max", "arg min"}
_FENCES = dict(zip("⌊⌈⟨⌋⌉⟩", ["prefix"] * 3 + ["postfix"] * 3, strict=True))
_CLOSING = (")", "]", "}", "|", "‖", "!", *"⌋⌉⟩")
# First code points of capitals, small letters, digits: MathML Core knows no `mathvariant` but
# "normal", so that a bold x has to be the character 𝐱.
_ALPHABETS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}


def mathml(latex: str, display: bool = False) -> str:
    """One formula as a `<math>` element, on a line of its own if `display`.

    The LaTeX goes along as an annotation. ValueError for what cannot be converted.

    >>> mathml("a < 1")[40:80]
    '<mi>a</mi><mo>&lt;</mo><mn>1</mn></mrow>'
    """
    root = _parse(latex, "block" if display else "inline")
    for element in root.iter():
        _mend_token(element)
    for parent in list(root.iter()):
        _join_words(parent)
        _space_functions(parent)
        _pair_bars(parent)
        _mark_signs(parent)
        if display and parent.tag == "msub" and parent[0].text in _WITH_LIMITS:
            parent.tag = "munder"
    (row,) = root
    root[:] = [semantics := Element("semantics")]
    annotation = Element("annotation", encoding="application/x-tex")
    annotation.text = latex.strip()
    semantics.extend([row, annotation])
    return ElementTree.tostring(root, encoding="unicode")


def _parse(latex: str, display: str) -> Element:
    source = latex.strip()
    for pattern, replacement in _SYNONYMS:
        source = pattern.sub(replacement, source)
    try:
        root = convert_to_element(source, display=display)
    except Exception as error:  # its errors share no base class and often carry no text
        reason = str(error) or type(error).__name__
        raise ValueError(f"formula {latex!r}: not converted ({reason}); is it LaTeX?") from error
    del root.attrib["xmlns"]  # the HTML parser puts <math> in its namespace
    for element in root.iter():
        # latex2mathml writes characters as entities, and counts on nobody escaping them again.
        text = element.text = html.unescape(element.text or "")
        if element.tag in ("mi", "mo") and (text == "&" or re.match(r"\\.", text)):
            raise ValueError(f"formula {latex!r}: unknown command {text!r}")
        if len(element) != _ARITY.get(element.tag, len(element)):
            raise ValueError(f"formula {latex!r}: a {element.tag} lacks an argument")
    return root


def _mend_token(element: Element) -> None:
    """Names as identifiers, fences as operators, letters in the alphabet asked for."""
    element.attrib.pop("href", None)
    text = element.text
    if element.tag == "mo" and len(text) > 1 and text.replace("\u2009", "").isalpha():
        element.tag, element.text = "mi", text.replace("\u2009", " ")
        element.attrib.clear()
    elif element.tag == "mo" and text and text in "∞∅∂∀∃":
        element.tag = "mi"  # letters to TeX: no space around them
    elif element.tag == "mi" and unicodedata.category(text[:1] or "a") == "Sm":
        element.tag = "mo"  # an arrow, mostly
    elif element.tag == "mi" and text in _FENCES:
        element.tag = "mo"
        element.attrib.update(stretchy="false", form=_FENCES[text])
    elif element.tag == "mi" and len(text) == 1 and text in "ΓΔΘΛΞΠΣΥΦΨΩ":
        element.set("mathvariant", "normal")  # TeX's Greek capitals stand upright
    elif element.tag == "mo" and text == "*":
        element.text = "∗"  # the asterisk of mathematics; the other one hangs high already
    elif element.tag == "mo" and text == "―":  # \overline: a character that does not stretch
        element.text = "‾"
        element.attrib.update(stretchy="true")
    elif element.tag == "mo" and text == "/":
        element.attrib.update(lspace="0", rspace="0")
    elif element.tag == "msup" and set(element[1].text or "") == {"′"}:
        element.tag = "mrow"  # the character hangs high already
    if len(element) == 1 and element.tag == "mrow" and element[0].tag == "mo":
        element[0].attrib.update(lspace="0", rspace="0")  # TeX: braces make an operator a letter
    variant = element.get("mathvariant")
    if variant in _ALPHABETS and element.tag == "mtext":
        element.set("style", "font-weight: bold" if variant.startswith("bold") else "")
    elif variant in _ALPHABETS:
        element.text = "".join(_styled(letter, variant) for letter in element.text)
    if variant != "normal":
        element.attrib.pop("mathvariant", None)


def _styled(letter: str, variant: str) -> str:
    capitals, small, digits = _ALPHABETS[variant]
    for first, start in (("A", capitals), ("a", small), ("0", digits)):
        offset = ord(letter) - ord(first)
        if 0 <= offset < (10 if first == "0" else 26):
            return chr(start + offset)
    return letter


def _join_words(parent: Element) -> None:
    r"""Let the letters of \mathrm{km} be one word: drawn upright, read out as one."""
    joined: list[Element] = []
    for child in parent:
        upright = child.tag == "mi" and child.get("mathvariant") == "normal"
        last = joined[-1] if joined else None
        if upright and last is not None and last.get("mathvariant") == "normal":
            last.text += child.text
        else:
            joined.append(child)
    if parent.tag not in _ARITY:
        parent[:] = joined


def _space_functions(parent: Element) -> None:
    """Set a thin space between a function's name and its neighbours, as TeX does."""
    if parent.tag in _ARITY:
        return
    spaced: list[Element] = []
    for child in parent:
        if spaced and (_is_function(spaced[-1]) or _is_function(child)):
            if not {spaced[-1].tag, child.tag} & {"mo", "mspace", "mtext"}:
                spaced.append(Element("mspace", width="0.167em"))
        spaced.append(child)
    parent[:] = spaced


def _is_function(element: Element) -> bool:
    name = element[0] if element.tag in _SCRIPTS else element
    return name.tag == "mi" and len(name.text) > 1 and name.get("mathvariant") != "normal"


def _pair_bars(parent: Element) -> None:
    """Tell an opening |x| bar from a closing one where a row holds an even number of them."""
    bars = [child for child in parent if child.tag == "mo" and child.text in ("|", "‖")]
    if len(bars) % 2 == 0:
        for index, bar in enumerate(bars):
            bar.attrib.setdefault("stretchy", "false")
            bar.attrib.setdefault("form", "postfix" if index % 2 else "prefix")


def _mark_signs(parent: Element) -> None:
    """Tell the minus of -x from that of a - x: it follows nothing, or another operator."""
    for before, child in zip([None, *parent], parent, strict=False):
        is_sign = child.tag == "mo" and child.text in ("+", "−", "-", "±")
        if is_sign and before is not None and before.tag == "mo" and before.text not in _CLOSING:
            child.set("form", "prefix")
