"""Fonts in PDFs keep what draws letters and lose what shapes words."""

import io
import re
import zlib

import matplotlib.pyplot as plt
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.subset import Options
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from geoutils.plots.pdf_fonts import SHAPING, no_shaping_tables

pytestmark = pytest.mark.usefixtures("style")
WORDS = "Affinity: Ȯ, 25 km"
DRAWN = WORDS.replace("ffi", "ﬃ")  # three letters in one glyph


def fonts_in_pdf():
    """The fonts of a PDF with one text."""
    figure, ax = plt.subplots()
    ax.axis("off")
    ax.set_title(WORDS, fontweight="normal")
    file = io.BytesIO()
    figure.savefig(file, format="pdf")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", file.getvalue(), re.DOTALL)
    found = []
    for stream in streams:
        try:
            contents = zlib.decompress(stream)
        except zlib.error:
            continue
        if contents[:4] == b"\x00\x01\x00\x00":
            found.append(TTFont(io.BytesIO(contents)))
    return found


def outline(font, name):
    pen, glyphs = RecordingPen(), font.getGlyphSet()
    glyphs[name].draw(pen)
    return glyphs[name].width, pen.value


def outlines(font):
    """Every glyph's width and path; names in a PDF's font may differ."""
    return [outline(font, name) for name in font.getGlyphOrder()]


def test_a_pdf_holds_the_outlines_of_its_letters_and_no_tables_for_shaping():
    with no_shaping_tables():
        plain = fonts_in_pdf()
    assert plain
    assert not set(SHAPING) & {table for font in plain for table in font.keys()}
    whole = TTFont(font_manager.findfont("DejaVu Sans"))
    held = [found for font in plain for found in outlines(font)]
    for letter in set(DRAWN):
        assert outline(whole, whole.getBestCmap()[ord(letter)]) in held, letter


def test_without_the_block_fonts_are_as_matplotlib_makes_them():
    before = list(Options()._drop_tables_default)
    with pytest.raises(RuntimeError), no_shaping_tables():
        raise RuntimeError
    assert Options()._drop_tables_default == before
    assert any("GSUB" in font for font in fonts_in_pdf())
