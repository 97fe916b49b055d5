"""Captions: the paragraph after a figure or a table that says how to read it."""

import re

from bs4.element import Tag

from geoutils.study.report.prose import plain_text

_LABEL = re.compile(r"\s*(Figure|Gallery|Table)\b([^:]{0,60}):\s*")


def caption_kind(block: Tag | None) -> str:
    """What a block of text is the caption of, "Figure" or "Table"; empty if it is none.

    A caption begins with an emphasised "Figure:", "Gallery:" or "Table:".
    """
    emphasis = block.find(True) if block is not None and block.name == "p" else None
    match = _LABEL.match(emphasis.get_text()) if emphasis and emphasis.name == "em" else None
    if not match or not plain_text(block).startswith(match[1]):
        return ""
    return "Table" if match[1] == "Table" else "Figure"


def number_caption(block: Tag, kind: str, number: int) -> None:
    """Write "Figure 3." in front of a caption; set it upright, for long italics tire the eye."""
    emphasis = block.find("em")
    first = emphasis.find(string=_LABEL)
    match = _LABEL.match(first)
    words = first[match.end() :]
    label = Tag(name="b")
    label.string = f"{kind} {number}{match[2]}."
    first.replace_with(label, " " + words[:1].upper() + words[1:])
    emphasis.unwrap()
