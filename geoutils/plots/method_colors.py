"""The colour of every method: a hue for its system, a shade for the way in which it answers."""

from collections.abc import Mapping
from numbers import Real as Number
from typing import Protocol, runtime_checkable

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from geoutils.plots.style import PALETTE

SYSTEM_COLORS = {
    "SemP": PALETTE["blue"],
    "Kordopatis et al.": PALETTE["orange"],
    "CPlaNet": PALETTE["green"],
    "GeoDecoder": PALETTE["purple"],
    "Loria": PALETTE["vermilion"],
    "baseline": PALETTE["grey"],
}
# Ways to cut the Earth have the colour of the system that brought them; ISN's cells their own.
PARTITION_COLORS = {
    "s2": PALETTE["sky"],
    "semantic": SYSTEM_COLORS["SemP"],
    "fullest": SYSTEM_COLORS["Kordopatis et al."],
    "cplanet": SYSTEM_COLORS["CPlaNet"],
    "seven": SYSTEM_COLORS["GeoDecoder"],
    "tree": SYSTEM_COLORS["Loria"],
    "countries": PALETTE["yellow"],
}
LIGHTER, DARKER = 0.5, 0.4  # shares of white, of ink
_PARTS = ("simple", "raw")  # answers beside which the same recipe, or its kin, has a fuller one


@runtime_checkable
class Answering(Protocol):
    """What a method's colour depends on; `geoutils.study.methods.Method` is one."""

    system: str
    recipe: str
    answer: str


def method_colors(methods: Mapping[str, Answering]) -> dict[str, str]:
    """Hexadecimal colour of each method, in the order given; ask for all methods of a study.

    The hue is the system's. What a paper ends with has it in full; a part of that (the finest
    level alone beside the product, a set beside the sum, the simple sum beside the normalised, raw
    features) is paler; a search within cells is darker.
    """
    whole = {method.recipe for method in methods.values() if method.answer == "f_star"}
    colors = {}
    for name, method in methods.items():
        color = SYSTEM_COLORS[method.system]
        is_part = method.answer == "f" and method.recipe in whole
        if is_part or method.answer in _PARTS or method.answer.startswith("set_"):
            color = mixed(color, "white", LIGHTER)
        elif method.answer == "swc":
            color = mixed(color, PALETTE["ink"], DARKER)
        colors[name] = color
    return colors


def distribution_colors(
    kinds: Mapping[str, Answering], methods: Mapping[str, Answering]
) -> dict[str, str]:
    """Colour of each distribution: its method's; where none answers by it, that of a part.

    `kinds` are the distributions of all `methods`, by name; those that answer share their names.
    """
    colors = method_colors(methods)
    return {
        name: colors.get(name, mixed(SYSTEM_COLORS[kind.system], "white", LIGHTER))
        for name, kind in kinds.items()
    }


def shades_of(color: str, n: int) -> list[str]:
    """`n` shades of a colour, pale to dark, with itself in the middle: radii of one method, say.

    >>> shades_of("#808080", 3)
    ['#b3b3b3', '#808080', '#51585d']
    """
    pale = [mixed(color, "white", share) for share in np.linspace(0.4, 0, n // 2, endpoint=False)]
    dark = np.linspace(0, 0.5, n - len(pale)) if n > 1 else [0.0]
    return [*pale, *(mixed(color, PALETTE["ink"], share) for share in dark)]


def text_color(color: str) -> str:
    """The colour dark enough for small letters on white."""
    return mixed(color, PALETTE["ink"], DARKER)


def mixed(color: str, other: str, share: Number) -> str:
    """A colour with a share of another in it, as hexadecimal digits.

    >>> mixed("black", "white", 0.2)
    '#333333'
    """
    return to_hex((1 - share) * np.array(to_rgb(color)) + share * np.array(to_rgb(other)))
