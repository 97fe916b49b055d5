"""Names that may be used: one that is not known is told with what is near."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any


def known_name(what: str, name: Any, names: Collection[str]) -> str:
    """Return a name that is known; ValueError, saying `what` it is and near matches, for any other.

    >>> known_name("head", "clases", ["classes", "hmc"])
    Traceback (most recent call last):
    ValueError: head: 'clases'; expected classes, hmc; similar: classes
    """
    if name not in names:
        expected = ", ".join(names) + similar_names(name, names)
        raise ValueError(f"{what}: {name!r}; expected {expected}")
    return name


def similar_names(name: Any, names: Collection[str]) -> str:
    """The end of a message that tells names near an unknown one; "" where none is.

    >>> similar_names("resnet5", ["resnet50", "vgg19"])
    '; similar: resnet50'
    """
    similar = get_close_matches(str(name), names, n=3, cutoff=0.5)
    return f"; similar: {', '.join(similar)}" if similar else ""
