"""Recipes: which head learns which partition, and how, as a study file says it."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from geoutils.known_names import known_name
from geoutils.models.heads import Head
from geoutils.training.preset import Preset
from geoutils.training.recipes.paper_presets import PAPER_PRESETS
from geoutils.training.recipes.targets import Targets, check_partition

# What no file has to say; `n_cells` is one number for a head that asks about one level alone.
OF_CELLS = ("n_features", "n_cells", "centers_deg", "n_level_cells", "parents")
OTHERS = ("head", "partition", "preset", "after")  # keys that are no arguments of the head


@dataclass(frozen=True)
class Recipe:
    """One thing to train: a kind of head, a partition (or several, joined by "+"), and a preset.

    `options` are arguments of the head; `start_from` names the recipe whose trained classifier a
    mixture's weights start from, `after` the stage whose backbone is trained on ("": the backbone
    as it was; None: left to the order of the stages).
    """

    name: str
    head: str
    partition: str
    preset: Preset
    options: dict[str, Any] = field(default_factory=dict)
    start_from: str | None = None
    after: str | None = None


def read_recipe(name: str, mapping: Any, shared: Mapping[str, Any] | None = None) -> Recipe:
    """A recipe as a study file has it: {head, partition, preset, and arguments of the head}.

    `preset` is the name of a paper's preset, or a mapping of the fields of `Preset` with, if
    wanted, such a name as `from`. Fields of `shared` count where a recipe does not give its own.
    Raises ValueError for unknown names of any kind, with near matches, and for several partitions
    where the head is asked about one level.
    """
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{name}: {mapping!r}; expected a mapping with head, partition and preset")
    for key in ("head", "partition"):
        if not mapping.get(key):
            raise ValueError(f"{name}: no {key}; expected one in {dict(mapping)}")
    for key in ("head", "partition", "start_from", "after"):
        if not isinstance(mapping.get(key, ""), str | None):
            raise ValueError(f"{name}: {key}: {mapping[key]!r}; expected a name")
    head = known_name(f"{name}: head", mapping["head"], sorted(Head.kinds))
    kind = Head.kinds[head]
    try:
        for part in mapping["partition"].split("+"):
            check_partition(part)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if kind.asks_finest and "+" in mapping["partition"]:
        raise ValueError(
            f"{name}: partition: {mapping['partition']!r}; {head} is asked about one level, "
            "expected one partition"
        )
    options = {key: value for key, value in mapping.items() if key not in OTHERS}
    known = _arguments(kind) - set(OF_CELLS)
    if hasattr(kind, "start_from"):
        known.add("start_from")
    for key in options:
        known_name(f"{name}: option of {head}", str(key), sorted({*known, *OTHERS}))
    preset = mapping.get("preset")
    return Recipe(
        name=name,
        head=head,
        partition=mapping["partition"],
        preset=_preset(name, {} if preset is None else preset, shared or {}),
        start_from=options.pop("start_from", None),
        options=options,
        after=mapping.get("after"),
    )


def levels_of_head(recipe: Recipe, targets: Targets) -> Targets:
    """The levels that a recipe's head learns: all of them, or the finest alone."""
    return targets.finest if Head.kinds[recipe.head].asks_finest else targets


def build_head(recipe: Recipe, n_features: int, targets: Targets, seed: int = 0) -> Head:
    """The untrained head of a recipe; its weights depend on `seed` alone.

    `n_features` is the length of a feature vector, or of a token for a head that takes tokens.
    Of what is known of the cells (`OF_CELLS`) a head is given what its arguments name.
    Raises ValueError for a partition whose levels do not nest where the head needs a tree.
    """
    kind, levels = Head.kinds[recipe.head], levels_of_head(recipe, targets)
    known: dict[str, Any] = {
        "n_features": n_features,
        "n_cells": levels.n_cells[-1] if kind.asks_finest else levels.n_cells,
        "centers_deg": np.concatenate(levels.centers_deg),
    }
    if levels.parents is not None:
        # Cells beyond the last ancestor of a leaf hold no leaf: nothing could be learned of them.
        known["n_level_cells"] = [int(last) + 1 for last in levels.parents.max(axis=0)]
        known["parents"] = levels.parents
    wanted = _arguments(kind) & set(OF_CELLS)
    if not wanted <= known.keys():
        raise ValueError(f"{recipe.name}: partition {recipe.partition} is no tree; {kind.kind} is")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return kind(**{name: known[name] for name in wanted}, **recipe.options)


def _arguments(kind: type[Head]) -> set[str]:
    return set(inspect.signature(kind).parameters)


def _preset(name: str, given: Any, shared: Mapping[str, Any]) -> Preset:
    """A paper's preset, the fields that all recipes share, and the recipe's own, in this order."""
    if not isinstance(given, str | Mapping):
        raise ValueError(f"{name}: preset: {given!r}; expected a paper's preset or a mapping")
    own = {"from": given} if isinstance(given, str) else dict(given)
    paper = own.pop("from", None)
    if paper is not None:
        known = known_name(f"{name}: preset", str(paper), sorted(PAPER_PRESETS))
        own = PAPER_PRESETS[known].settings | dict(shared) | own
    try:
        return Preset.of(dict(shared) | own)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
