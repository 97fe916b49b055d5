"""Dashes for lines of one colour."""

from collections import Counter
from collections.abc import Collection

from matplotlib.axes import Axes
from matplotlib.colors import to_hex

DASHES = ("-", (0, (4, 1.2)), (0, (1.2, 1.2)), (0, (6, 1.2, 1.2, 1.2)))  # of lines of one colour


def tell_lines_apart(ax: Axes, labels: Collection[str]) -> None:
    """Give lines of one colour, among those with these labels, dashes of their own."""
    seen: Counter[str] = Counter()
    for line in ax.get_lines():
        if line.get_label() in labels:
            color = to_hex(line.get_color())
            line.set_linestyle(DASHES[seen[color] % len(DASHES)])
            seen[color] += 1
