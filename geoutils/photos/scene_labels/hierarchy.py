"""From the probabilities of Places365's 365 categories to labels among 365, 16 and 3."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.photos.labels import SCENE_OF_S16
from geoutils.photos.manifest import SCENES

N_CATEGORIES = 365
_TABLE = Path(__file__).with_name("places365.csv")  # says where it comes from, and its licence


@dataclass(frozen=True)
class Hierarchy:
    """The share of each of the 365 categories that belongs to each of 16 groups, and of 3.

    A category may belong to several groups; its shares add up to 1.
    """

    groups: Float[ndarray, "365 16"]
    scenes: Float[ndarray, "365 3"]

    def labels(self, probabilities: Float[ndarray, "photos 365"]) -> Int[ndarray, "photos 3"]:
        """The likeliest of 3, of 16 and of 365 labels of each photo, each for itself.

        A group is as likely as its categories together, P(group) = Σ P(category) P(group |
        category); so the likeliest category need not lie in the likeliest group. Mueller-Budack et
        al. 2018, section 3.1, sum up probabilities of scenes in this way.
        """
        likelihoods = (probabilities @ self.scenes, probabilities @ self.groups, probabilities)
        return np.stack([values.argmax(axis=1) for values in likelihoods], axis=1)


@cache
def packaged_hierarchy() -> Hierarchy:
    """The hierarchy as it shows in public lists: how often photos of a category are in a group.

    Groups belong to the three scenes as in `geoutils.photos.labels`.
    """
    groups = np.zeros((N_CATEGORIES, len(SCENE_OF_S16)))
    for row in _rows():
        for entry in row["groups"].split():
            group, n_photos = entry.split(":")
            groups[int(row["number"]), int(group)] = int(n_photos)
    groups /= groups.sum(axis=1, keepdims=True)
    scene_of_group = (SCENE_OF_S16[:, None] == np.array(SCENES)).astype(np.float64)
    return Hierarchy(groups, groups @ scene_of_group)


def read_hierarchy(path: str | Path) -> Hierarchy:
    """The hierarchy that the dataset's authors publish as a spreadsheet, saved as CSV.

    After two lines of names it has a line for each category: its name, 0 or 1 for each of the 3
    scenes, and for each of the 16 groups. A category of several groups counts in equal parts for
    each. Raises ValueError for anything else.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row and "/" in row[0]]
        marks = np.array([row[1:20] for row in rows], dtype=np.float64)
        names = [row[0].strip(" '\"")[3:] for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ValueError(f"hierarchy: {path}: {' '.join(str(error).split())}") from None
    if marks.shape != (N_CATEGORIES, 19) or not np.isin(marks, (0, 1)).all():
        raise ValueError(
            f"hierarchy: {path} has {len(rows)} categories; expected {N_CATEGORIES}, each with 19 "
            "marks that are 0 or 1"
        )
    known = category_names()
    strange = [f"{ours}, not {theirs}" for ours, theirs in zip(known, names, strict=True)]
    strange = [text for text, a, b in zip(strange, known, names, strict=True) if a != b]
    if strange:
        raise ValueError(f"hierarchy: {path} is in another order; expected {strange[0]}")
    scenes, groups = marks[:, :3], marks[:, 3:]
    empty = (scenes.sum(axis=1) == 0) | (groups.sum(axis=1) == 0)
    if empty.any():
        raise ValueError(f"hierarchy: {path}: {names[empty.argmax()]} belongs to nothing")
    parts = (marks / marks.sum(axis=1, keepdims=True) for marks in (groups, scenes))
    return Hierarchy(*parts)


@cache
def category_names() -> tuple[str, ...]:
    """What the 365 categories are called.

    >>> category_names()[0], category_names()[364]
    ('airfield', 'zen_garden')
    """
    return tuple(row["category"] for row in _rows())


def _rows() -> list[dict[str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
