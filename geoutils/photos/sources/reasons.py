"""Why photos were set aside, and what photos are called, in one line for the screen."""

import re
from collections import Counter
from pathlib import Path

from pyarrow import csv as arrow_csv

SHOWN = 3
OF_ONE_PHOTO = re.compile(r"'[^']*'|-?\d[\d,.]*")  # what differs between photos of one reason


def commonest_reasons(rejected: str | Path) -> str:
    """The commonest reasons in a rejected.csv, each with its number and a photo; "" without any.

    Values that a reason quotes are left out: "latitude … is not a number" is one reason.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    options = arrow_csv.ParseOptions(newlines_in_values=True)
    with arrow_csv.open_csv(rejected, parse_options=options) as batches:
        for batch in batches:
            photos, reasons = (batch[name].to_pylist() for name in ("photo", "reason"))
            kinds: dict[str, str] = {}
            for photo, reason in zip(photos, reasons, strict=True):
                if reason not in kinds:
                    kinds[reason] = OF_ONE_PHOTO.sub("…", reason)
                    examples.setdefault(kinds[reason], str(photo))
                counts[kinds[reason]] += 1
    told = [f"{n:,} × {kind} ({examples[kind]})" for kind, n in counts.most_common(SHOWN)]
    return on_screen("; ".join(told) + "; …" * (len(counts) > SHOWN))


def on_screen(text: str) -> str:
    r"""A text with photos' names, without what a terminal would obey: line breaks, colours.

    >>> on_screen("a\x1b[31m.jpg")
    'a?[31m.jpg'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)
