"""Fonts in PDFs, without the tables that they do not need."""

from collections.abc import Iterator
from contextlib import contextmanager

# What shapes text: ligatures, accents, kerning. A PDF says of each glyph which one it is and where
# it stands; to cut these tables down to a figure's letters takes longer than to draw the figure.
SHAPING = ["GDEF", "GPOS", "GSUB", "kern"]


@contextmanager
def no_shaping_tables() -> Iterator[None]:
    """Within the block the fonts that matplotlib embeds in a PDF have no tables for shaping."""
    from fontTools.subset import Options

    before = Options._drop_tables_default
    Options._drop_tables_default = [*before, *SHAPING]
    try:
        yield
    finally:
        Options._drop_tables_default = before
