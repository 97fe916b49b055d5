"""Photos, what was strong in them, what they show, and the same in words."""

from collections.abc import Mapping, Sequence
from textwrap import fill

from jaxtyping import Integer, Real, UInt8
from matplotlib.figure import Figure
from numpy import ndarray

from geoutils.plots.explanation import draw_concepts, draw_photo
from geoutils.plots.labels import unbroken
from geoutils.plots.map_over_photo import map_over_photo

SIDE, TEXT = 1.35, 2.9  # inches: side of a picture, width of the words
LETTERS = 50  # in a line of them


def draw_told(
    figure: Figure,
    photos: UInt8[ndarray, "photos h w 3"],
    maps: Real[ndarray, "photos rows columns"],
    words: Sequence[str],
    concepts: Integer[ndarray, "photos h w"] | None = None,
    names: Sequence[str] = (),
    influence: Sequence[Mapping[int, float]] = (),
    carriers: Sequence[int] | Integer[ndarray, " photos"] = (),
) -> None:
    """Fill a figure with a row for each photo: it, its map, its concepts (where known), its words.

    Concepts as in `draw_concepts`; `names[c]` names concept c. Raises ValueError for numbers of
    photos that differ.
    """
    for what, n in {"maps": len(maps), "words": len(words)}.items():
        if n != len(photos):
            raise ValueError(f"{what}: {n} for {len(photos)} photos")
    n_pictures = 2 if concepts is None else 3
    figure.set_size_inches(n_pictures * SIDE + TEXT, len(photos) * SIDE)
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    widths = [SIDE] * n_pictures + [TEXT]
    axes = figure.subplots(len(photos), n_pictures + 1, width_ratios=widths, squeeze=False)
    for row, (photo, of_photo) in enumerate(zip(axes, words, strict=True)):
        draw_photo(photo[0], photos[row])
        photo[1].imshow(map_over_photo(photos[row], maps[row]))
        photo[1].set_axis_off()
        if concepts is not None:
            draw_concepts(photo[2], concepts[row], names, influence[row], carriers[row])
        photo[-1].set_axis_off()
        wrapped = fill(unbroken(of_photo), LETTERS)
        photo[-1].text(0.02, 0.5, wrapped, fontsize=7, va="center", linespacing=1.5)
