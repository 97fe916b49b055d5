"""Names that a study file may use: one that is not known is told with what is near."""

from collections.abc import Collection
from difflib import get_close_matches


def known_name(what: str, name: str, names: Collection[str]) -> str:
    """Return a name that is known; ValueError, saying `what` it is and near matches, for any other.

    >>> known_name("head", "clases", ["classes", "hmc"])
    Traceback (most recent call last):
    ValueError: head: 'clases'; expected classes, hmc; similar: classes
    """
    if name not in names:
        similar = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"; similar: {', '.join(similar)}" if similar else ""
        raise ValueError(f"{what}: {name!r}; expected {', '.join(names)}{hint}")
    return name
