"""The data behind a figure, in a few numbers per kind of mark.

Pictures of the same data differ from one version of a library or font to the next; what was drawn
does not. So a figure is compared by the numbers handed to it.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.sums import Sums, differs, sums, text_sum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure_data(figure: "Figure") -> dict[str, Sums]:
    """Sums of all lines, points, outlines, values and pictures of a figure, and of its words.

    Positions are in the units of the data. What a figure has none of is left out.
    """
    parts: dict[str, list] = {}
    words = []
    for axes in _all_axes(figure):
        for kind, numbers in _marks(axes):
            parts.setdefault(kind, []).append(np.ma.asarray(numbers).ravel())
        titles = [axes.get_title(), axes.get_title("left"), axes.get_xlabel(), axes.get_ylabel()]
        words += [*titles, *(text.get_text() for text in axes.texts)]
    found = {kind: sums(np.ma.concatenate(numbers)) for kind, numbers in parts.items()}
    words = [word for word in words if word]
    return found | ({"words": text_sum(words)} if words else {})


def figure_moves(
    file: str,
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    beyond: bool,
) -> list[Move]:
    """Figures of a notebook whose data moved; `beyond`: they should not have."""
    moves = []
    for name in dict.fromkeys([*before, *after]):
        if name not in before or name not in after:
            texts = ["a figure" if name in side else "nothing" for side in (before, after)]
            moves.append(Move(file, name, *texts, beyond))
            continue
        old, new = before[name], after[name]
        moves += [
            Move(file, f"{name}: {kind}", _text(old.get(kind)), _text(new.get(kind)), beyond)
            for kind in dict.fromkeys([*old, *new])
            if kind not in old or kind not in new or differs(old[kind], new[kind])
        ]
    return moves


def _all_axes(figure: "Figure") -> Iterator["Axes"]:
    """Axes of a figure, and those set into them."""
    waiting = list(figure.axes)
    while waiting:
        axes = waiting.pop(0)
        yield axes
        waiting += axes.child_axes


def _marks(axes: "Axes") -> Iterator[tuple[str, Any]]:
    for line in axes.lines:
        yield "lines", np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
    for collection in axes.collections:
        if type(collection).__name__ == "FeatureArtist":  # cartopy's ground, cut when it is drawn
            continue
        yield "points", collection.get_offsets()
        yield from (("outlines", path.vertices) for path in collection.get_paths())
        if collection.get_array() is not None:
            yield "values", collection.get_array()
    for patch in axes.patches:
        if hasattr(patch, "get_bbox"):  # a bar
            yield "outlines", patch.get_bbox().get_points()
        elif hasattr(patch, "get_xy"):
            yield "outlines", patch.get_xy()
    for image in axes.images:
        yield "pictures", image.get_array()


def _text(part: Sums | None) -> str:
    if part is None:
        return "nothing"
    if len(part) < 6:
        return f"{part[0]:,} of them"
    return f"{part[0]:,} of them, mean {part[4]:.6g}"
