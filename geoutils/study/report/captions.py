"""Captions: the paragraph after a figure or a table that says how to read it."""

import re

from bs4 import BeautifulSoup
from bs4.element import Tag
from nbformat import NotebookNode

from geoutils.study.report.prose import plain_text
from geoutils.study.report.shown import pictures_of, tables_of

_LABEL = re.compile(r"\s*(Figure|Gallery|Table)\b([^:]{0,60}):\s*")


def set_caption(soup: BeautifulSoup, before: list[NotebookNode], counts: dict[str, int]) -> None:
    """Number the caption that a text begins with; a figure's moves to the picture.

    `before` are the cells above the text, `counts` how many figures and tables they hold.
    """
    first = soup.find(True)
    kind = caption_kind(first)
    shown = _shown_before(before, pictures_of if kind == "Figure" else tables_of) if kind else None
    if not kind or (kind == "Figure" and shown is None):
        return
    counts[kind] += 1
    label, anchor = f"{kind} {counts[kind]}", f"{kind.lower()}-{counts[kind]}"
    words = number_caption(first, label)
    first["class"] = "caption"
    if kind == "Table":
        first["id"] = anchor
    if shown is not None:
        texts = shown.metadata["report"]
        texts |= {"label": label, "anchor": anchor, "words": words}
        if kind == "Figure":
            texts["caption"] = first.extract().decode_contents()
            texts["alt"] = texts.get("alt") or plain_text(first)


def caption_kind(block: Tag | None) -> str:
    """What a block of text is the caption of, "Figure" or "Table"; empty if it is none.

    A caption begins with an emphasised "Figure:", "Gallery:" or "Table:".
    """
    emphasis = block.find(True) if block is not None and block.name == "p" else None
    match = _LABEL.match(emphasis.get_text()) if emphasis and emphasis.name == "em" else None
    if not match or not plain_text(block).startswith(match[1]):
        return ""
    return "Table" if match[1] == "Table" else "Figure"


def number_caption(block: Tag, label: str) -> str:
    """Write "Figure 3." in front of a caption; return what it emphasises after "Figure:".

    The caption is set upright, for long italics tire the eye.
    """
    emphasis = block.find("em")
    first = emphasis.find(string=_LABEL)
    match = _LABEL.match(first)
    words = first[match.end() :]
    words = words[:1].upper() + words[1:]
    first.replace_with(words)
    title = plain_text(emphasis)
    emphasis.unwrap()
    title = title[:1].upper() + title[1:]
    front = Tag(name="b")
    front.string = f"{label}{match[2]}."
    block.insert(0, front)
    front.insert_after(" ")
    return title


def _shown_before(cells: list[NotebookNode], shown_by) -> NotebookNode | None:
    """What the code between a text and the text before it showed last."""
    for cell in reversed(cells):
        if cell.cell_type == "markdown":
            break
        if shown := shown_by(cell):
            return shown[-1]
    return None
