"""Ways to place a photo by sets of geoclasses: the rows of Seo et al., 2018, Tables 2 and 5."""

from dataclasses import dataclass

FIVE = tuple(f"set_{k}" for k in range(1, 6))
PLANET, IMAGENET = "planet", "imagenet"
UNLIKE = (*FIVE[:2], *(f"unlike_{k}" for k in (3, 4, 5)))
TABLE, PAIR = "sets and combinations", "the first two sets"  # questions
LIKE_SIZE, UNLIKE_SIZE = "sums, sets of like size", "sums, sets of unlike size"
SUMS = {"cells": "normalised", "nonempty": "normalised, non-empty cells", "none": "simple sum"}


@dataclass(frozen=True)
class Way:
    """One way to place a photo by the scores of some sets.

    `how` is "cells", "nonempty" or "none" (normalisations of `combined_scores`), "alone", "points"
    (the mean of the sets' own points) or "accuracies": each set alone, and the mean of what they
    score. That is the paper's Average, whose every number is the mean of the sets' numbers.
    """

    name: str
    sets: tuple[str, ...]
    how: str
    shown_in: dict[str, str]


def ways_of_tables() -> list[Way]:
    """All ways; the first of each question is the one that others are compared with."""
    ways = [
        Way("cplanet_1_5", FIVE, "cells", {TABLE: "CPlaNet[1-5]", LIKE_SIZE: SUMS["cells"]}),
        Way("cplanet_1_2", FIVE[:2], "cells", dict.fromkeys((TABLE, PAIR), "CPlaNet[1-2]")),
        Way("cplanet_1_5_planet", (*FIVE, PLANET), "cells", {TABLE: "CPlaNet[1-5, PlaNet]"}),
    ]
    for how in ("nonempty", "none"):
        ways.append(Way(f"like_{how}", FIVE, how, {LIKE_SIZE: SUMS[how]}))
    for how, label in SUMS.items():
        ways.append(Way(f"unlike_{how}", UNLIKE, how, {UNLIKE_SIZE: label}))
    for names, questions in ((FIVE, (TABLE,)), (FIVE[:2], (TABLE, PAIR))):
        which = f"[1-{len(names)}]"
        labels = {"accuracies": f"Average{which}", "points": f"mean of the points {which}"}
        for how, label in labels.items():
            shown = dict.fromkeys(questions, label)
            ways.append(Way(f"{how}_1_{len(names)}", names, how, shown))
    for name in FIVE:
        shown = [TABLE] + [PAIR, UNLIKE_SIZE] * (name in UNLIKE)
        ways.append(Way(name, (name,), "alone", dict.fromkeys(shown, f"set {name[-1]}")))
    for name in UNLIKE[2:]:
        ways.append(Way(name, (name,), "alone", {UNLIKE_SIZE: f"set {name[-1]}, other size"}))
    ways.append(Way(PLANET, (PLANET,), "alone", {TABLE: "PlaNet"}))
    ways.append(Way(IMAGENET, (IMAGENET,), "alone", {TABLE: "ImageNetFeat, set 1"}))
    return ways
