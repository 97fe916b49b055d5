"""What a study costs before it is run: hours of GPUs, disk and memory, by formula.

Hours follow from how many photos each network of the study file sees, how many operations it spends
on one, and a speed that is the caller's: operations that one card does in a second while it trains.
Nothing is measured.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd
import torch

from geoutils.known_names import known_name
from geoutils.models import Backbone, Geolocator
from geoutils.models.cost import Cost, cost_of
from geoutils.models.heads import Head
from geoutils.study.methods.listing import is_on_shared
from geoutils.study.published_targets import published_targets
from geoutils.training.recipes.recipe import Recipe, build_head, levels_of_head
from geoutils.training.recipes.study_training import SECTION, StudyTraining

LOOKS = {"middle": 1, "resize": 1, "five": 5, "ten": 10}  # at a photo, by `crops`
STATES = {"sgd": 1, "rmsprop": 1, "adam": 2, "adamw": 2}  # numbers kept for each weight
WORD = 4  # bytes of a weight and of a feature
LIBRARIES_GB = 2.0  # of a card: torch itself, and room to compute in


@dataclass(frozen=True)
class Budget:
    """Hours, disk and memory of a study.

    `hours` has a row for each step of notebooks 03 and 04: photos that it sees, operations on each
    (`gflop`), and the hours on each number of cards; `card_gb` the memory of a card for each
    network that learns from photos, by the number of cards; `disk_gb` what takes room. `n_photos`
    are all of the study's photos. `gflop_per_photo` is what `network` takes to learn from one, the
    first that the study trains on more than countries (where it trains none: its backbone), and
    `photos_per_s` how many a second that makes on one card. `pixels_gb` is the room of all photos
    decoded, which `disk_gb` holds where the study decodes them once, and not whenever they are
    read.
    """

    hours: pd.DataFrame
    disk_gb: pd.Series
    card_gb: pd.DataFrame
    n_photos: Real
    network: str
    gflop_per_photo: float
    photos_per_s: float
    pixels_gb: float


@dataclass(frozen=True)
class _Part:
    """A network or a head of a study, and what it costs."""

    recipe: Recipe
    cost: Cost
    n_cells: list[int]


def study_budget(
    contents: Mapping[str, Any],
    tflops: Real,
    n_gpus: Sequence[int] = (1,),
    n_photos: int | None = None,
) -> Budget:
    """Budget of a study file's contents on some numbers of equal cards.

    `tflops` is how many operations a second (in 10^12, an addition and a multiplication are two)
    one card does while it trains; all networks and heads are taken to keep it up, and several cards
    to be that many times as fast. A photo that is only looked at takes a third of one that is
    learned from. `n_photos` are the photos on disk, by default `expected_photos` of the study file;
    of drawn ones the file says the number. Epochs are those of the study file, where patience may
    end a training earlier. Cells are as many as the papers'. Raises ValueError for a study that
    trains nothing, one whose photos nobody numbered, and for numbers that are not above 0.
    """
    if SECTION not in contents:
        raise ValueError(f"study: no section {SECTION}: it trains nothing")
    n_photos = contents.get("expected_photos") if n_photos is None else n_photos
    is_drawn = contents["01_photos"]["source"] == "rendered"
    if n_photos is None and not is_drawn:
        raise ValueError("photos: how many is not said; expected a number, as by --photos")
    given = {"tflops": [tflops], "gpus": n_gpus, "photos": [1 if is_drawn else n_photos]}
    for name, values in given.items():
        if not min(values, default=0) > 0:
            raise ValueError(f"{name}: {', '.join(map(str, values))}; expected more than 0")
    training = StudyTraining.of("", contents[SECTION])
    settings = training.settings
    with torch.device("meta"):
        backbone = Backbone(settings["backbone"], settings["pooling"], "", settings["drop_path"])
    shape = _photo_shape(training, (list(training.stages.values()) or [None])[-1])
    to_end = training.stages | training.ablation
    networks = [_network(training, backbone, recipe) for recipe in to_end.values()]
    heads = [_head(backbone, shape, recipe) for recipe in training.heads.values()]
    looking = cost_of(backbone, shape)
    asked = [part for part in networks if part.recipe.partition != "countries"] or networks
    first = asked[0].cost if asked else looking
    photos = photos_of(contents["01_photos"], n_photos)
    crops = contents["04_evaluation"]["crops"] if "04_evaluation" in contents else ""
    if crops:
        known_name("crops", crops, LOOKS)
    steps = [*_trainings(networks, photos), *_of_features(heads, looking, photos, crops)]
    steps += [*_trainings(heads, photos), *_answers(training, networks, photos, crops)]
    hours = pd.DataFrame(steps, columns=["step", "photos", "gflop"]).set_index("step")
    for n in n_gpus:
        hours[n] = hours["photos"] * hours["gflop"] / (n * tflops * 1000 * 3600)
    n_all = sum(photos.values())
    disk_gb = _disk_gb(backbone, shape, networks, heads, n_all)
    pixels_gb = n_all * 3 * settings["image_size"] ** 2 / 1e9
    if contents["01_photos"]["decoded"] == "once":
        disk_gb["photos, decoded"] = pixels_gb
    return Budget(
        hours=hours,
        disk_gb=disk_gb,
        card_gb=pd.DataFrame(
            {n: {part.recipe.name: _card_gb(part, n) for part in networks} for n in n_gpus}
        ),
        n_photos=n_all,
        network=asked[0].recipe.name if asked else backbone.name,
        gflop_per_photo=first.training_flops / 1e9,
        photos_per_s=tflops * 1e12 / first.training_flops,
        pixels_gb=pixels_gb,
    )


def photos_of(section: Mapping[str, Any], n_photos: int) -> dict[str, Real]:
    """Photos of each split: those drawn, or `n_photos` real ones by the shares of 01_photos."""
    if section["source"] == "rendered":
        return {split: section[f"n_{split}"] for split in ("train", "val", "test", "seen")}
    photos = {split: share * n_photos for split, share in section["shares"].items()}
    seen = section["seen_share"] * photos.get("train", 0)
    return photos | {"train": photos.get("train", 0) - seen, "seen": seen}


Step = tuple[str, Real, Real]  # its name, the photos that it sees, 10^9 operations on each


def _trainings(parts: list[_Part], photos: Mapping[str, Real]) -> Iterator[Step]:
    for part in parts:
        in_pairs = Head.kinds[part.recipe.head].learns_from == "pairs"
        an_epoch = 2 * part.n_cells[-1] if in_pairs else photos["train"]
        name, epochs, flops = part.recipe.name, part.recipe.preset.epochs, part.cost.flops
        yield f"{name}, {epochs} epochs", epochs * an_epoch, part.cost.training_flops / 1e9
        yield f"{name}, validation", epochs * photos.get("val", 0), flops / 1e9


def _of_features(
    heads: list[_Part], looking: Cost, photos: Mapping[str, Real], crops: str
) -> Iterator[Step]:
    """What heads read; all that take the same share it, other crops than the middle too."""
    if heads:
        yield "features of all photos", sum(photos.values()), looking.flops / 1e9
    kinds = {part.recipe.head: Head.kinds[part.recipe.head].takes for part in heads}
    kinds.pop("retrieval", None)  # searches by the middle alone
    for takes in sorted(set(kinds.values())) if crops not in ("", "middle") else []:
        yield f"{takes} of crops", LOOKS[crops] * _judged(photos), looking.flops / 1e9


def _answers(
    training: StudyTraining, networks: list[_Part], photos: Mapping[str, Real], crops: str
) -> Iterator[Step]:
    for part in networks if crops else []:
        name = part.recipe.name
        if crops == "middle" and is_on_shared(training, name):
            continue  # read from the features of all photos
        yield f"{name}, answers", LOOKS[crops] * _judged(photos), part.cost.flops / 1e9


def _judged(photos: Mapping[str, Real]) -> Real:
    return sum(n for split, n in photos.items() if split != "train")


def _disk_gb(
    backbone: Backbone,
    shape: tuple[int, ...],
    networks: list[_Part],
    heads: list[_Part],
    n_photos: Real,
) -> pd.Series:
    """What the study writes, without pixels."""
    takes = {Head.kinds[part.recipe.head].takes for part in heads}
    features = sum(math.prod(_input_shape(backbone, shape, kind)) for kind in takes)
    # Each training keeps its best weights, and its last ones with the optimizer's state.
    kept = sum(p.cost.parameters * (2 + _states(p.recipe)) for p in networks + heads)
    numbers = {"features": n_photos * features, "checkpoints": kept}
    return pd.Series(numbers) * WORD / 1e9


def _card_gb(part: _Part, n_gpus: int) -> Real:
    """Weights, gradients, the optimizer's state, and what the photos of a pass leave behind."""
    preset = part.recipe.preset
    own = math.ceil(preset.batch_size / n_gpus)
    at_once = min(own, preset.micro_batch or own)
    weights = part.cost.parameters * WORD * (2 + _states(part.recipe))
    return (weights + at_once * part.cost.saved_bytes) / 1e9 + LIBRARIES_GB


def _states(recipe: Recipe) -> int:
    return STATES[recipe.preset.optimizer]


def _network(training: StudyTraining, backbone: Backbone, recipe: Recipe) -> _Part:
    """A stage or an ablation, on photos as it learns from them."""
    targets = levels_of_head(recipe, published_targets(recipe.partition, 2))
    takes_tokens = Head.kinds[recipe.head].takes == "tokens"
    width = backbone.n_channels if takes_tokens else backbone.n_features
    with torch.device("meta"):
        model = Geolocator(backbone, build_head(recipe, width, targets))
    return _Part(recipe, cost_of(model, _photo_shape(training, recipe)), targets.n_cells)


def _head(backbone: Backbone, photo_shape: tuple[int, ...], recipe: Recipe) -> _Part:
    """A head, on features of the last stage's photos."""
    targets = levels_of_head(recipe, published_targets(recipe.partition, 2))
    shape = _input_shape(backbone, photo_shape, Head.kinds[recipe.head].takes)
    with torch.device("meta"):
        head = build_head(recipe, shape[-1], targets)
    return _Part(recipe, cost_of(head, shape), targets.n_cells)


def _photo_shape(training: StudyTraining, recipe: Recipe | None) -> tuple[int, int, int]:
    """Of a photo as a network sees it: cropped as in training, whole without any."""
    crop_px = recipe.preset.augmentation.crop_px if recipe else None
    side = crop_px or training.settings["image_size"]
    return 3, side, side


def _input_shape(backbone: Backbone, photo_shape: tuple[int, ...], takes: str) -> tuple[int, ...]:
    """Of what a head is given for each photo: features or tokens."""
    take = backbone.eval().tokens if takes == "tokens" else backbone.eval()
    return tuple(take(torch.empty(1, *photo_shape, device="meta")).shape[1:])
