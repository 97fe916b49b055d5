"""Training what a study file lists, from the files of notebooks 01 and 02.

Stages and ablations train a whole network, heads the features of the last stage's backbone. All
of them end as a `Geolocator` under results/<study>/checkpoints/<name>/; the log and the state of a
head's own training lie in `head/` below that.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch
from accelerate import PartialState
from jaxtyping import Float32, UInt8
from numpy import ndarray

from geoutils.files import remove_leftovers
from geoutils.models import Backbone, Geolocator, Head, load_model, save_model
from geoutils.models.saving import CONFIG, WEIGHTS
from geoutils.photos.live_pixels import Pixels
from geoutils.training.features import (
    cache_features,
    cache_features_and_tokens,
    features_key,
)
from geoutils.training.learner import head_of
from geoutils.training.loop import train
from geoutils.training.processes import train_in_processes
from geoutils.training.recipes.recipe import Recipe, build_head, levels_of_head
from geoutils.training.recipes.study_training import StudyTraining
from geoutils.training.recipes.targets import Targets
from geoutils.training.state.record import read_facts

UNTRAINED = "untrained"  # the backbone as it starts, where there is no stage
MACHINE = ("threads", "precision", "compile", "checkpoint_steps")  # of a preset: differs by machine
OnEpoch = Callable[[pd.DataFrame], None]


def untrained_backbone(study: StudyTraining) -> Backbone:
    """The study's backbone as it starts: at random by the seed, or with pretrained weights."""
    settings = study.settings
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        return Backbone(
            settings["backbone"],
            pooling=settings["pooling"],
            pretrained=settings["pretrained"],
            drop_path=settings["drop_path"],
        )


def stage_before(study: StudyTraining, name: str) -> str:
    """The stage whose backbone a stage or an ablation starts from; "" for the untrained one."""
    recipe = study.recipes[name]
    order = list(study.stages)
    if recipe.after is None:
        place = order.index(name) if name in order else 0
        return order[place - 1] if place else ""
    before = order[: order.index(name)] if name in order else order
    if recipe.after and recipe.after not in before:
        known = ", ".join(before) or "none"
        raise ValueError(f"{name}: after {recipe.after!r}; expected an earlier stage, of {known}")
    return recipe.after


def backbone_after(study: StudyTraining, stage: str) -> Backbone:
    """The backbone that a trained stage left; the untrained one for "".

    Raises ValueError, naming the stage, where it is not finished or was trained otherwise.
    """
    if not stage:
        return untrained_backbone(study)
    _check_finished(study, stage)
    return load_model(study.folder(stage)).backbone


def shared_backbone(study: StudyTraining) -> Backbone:
    """The backbone of the last stage, whose features all heads learn from, ready to predict."""
    return backbone_after(study, (list(study.stages) or [""])[-1]).eval()


def train_network(
    study: StudyTraining, name: str, on_epoch: OnEpoch | None = None
) -> tuple[Geolocator, pd.DataFrame]:
    """Train a stage or an ablation end to end, or read it where it is finished; and its log.

    Where several processes train, they do not call `on_epoch`. Raises ValueError where the stage
    that it starts from is not finished.
    """
    recipe, seed = study.recipes[name], study.settings["seed"]
    backbone = backbone_after(study, stage_before(study, name))
    targets = levels_of_head(recipe, study.targets(recipe.partition))
    takes_tokens = Head.kinds[recipe.head].takes == "tokens"
    width = backbone.n_channels if takes_tokens else backbone.n_features
    model = Geolocator(backbone, build_head(recipe, width, targets, seed))
    log = _train(study, recipe, model, study.pixels, study.folder(name), targets, on_epoch)
    return model, log


def seen_pixels(study: StudyTraining, name: str) -> UInt8[Pixels, "photos h w 3"]:
    """The photos as a trained network is asked about them: the square in their middle that fits it.

    Networks that learn from whole photos see whole photos, as an untrained one ("") does.
    """
    crop_px = study.recipes[name].preset.augmentation.crop_px if name else None
    if crop_px is None:
        return study.pixels
    top, left = ((side - crop_px) // 2 for side in study.pixels.shape[1:3])
    return study.pixels[:, top : top + crop_px, left : left + crop_px]


def shared_inputs(study: StudyTraining, takes: str) -> Float32[ndarray, "photos ..."]:
    """Features or tokens of all photos by the shared backbone, computed once.

    They lie in features/<stage>.npy, tokens in features/<stage>_tokens.npy; without any stage,
    that is of the backbone as it starts, the stage is called "untrained". Where heads of the study
    take both, both are computed at once.
    """
    if takes not in study._inputs:
        backbone = shared_backbone(study).to(PartialState().device)
        stage = (list(study.stages) or [""])[-1]
        pixels, manifest = seen_pixels(study, stage), study.results / "manifest.parquet"
        wanted = {takes} | {Head.kinds[recipe.head].takes for recipe in study.heads.values()}
        stems = {"features": stage or UNTRAINED, "tokens": f"{stage or UNTRAINED}_tokens"}
        paths = {kind: study.results / "features" / f"{stems[kind]}.npy" for kind in wanted}
        keys = {kind: features_key(backbone, manifest, pixels, kind) for kind in wanted}
        with PartialState().main_process_first():
            if len(wanted) > 1:
                cache_features_and_tokens(backbone, pixels, paths, keys)
            found = cache_features(backbone, pixels, paths[takes], keys[takes], takes)
        study._inputs[takes] = found
    return study._inputs[takes]


def train_head(
    study: StudyTraining, name: str, on_epoch: OnEpoch | None = None
) -> tuple[Geolocator, pd.DataFrame]:
    """Train a head on the shared backbone's features, or read it; the two together, and the log.

    Raises ValueError where the last stage, or what the head starts from, is not finished.
    """
    recipe = study.heads[name]
    targets = levels_of_head(recipe, study.targets(recipe.partition))
    inputs = shared_inputs(study, Head.kinds[recipe.head].takes)
    head = build_head(recipe, inputs.shape[-1], targets, study.settings["seed"])
    if recipe.start_from is not None:
        head.start_from(_classifier(study, recipe))
    log = _train(study, recipe, head, inputs, study.log_folder(name), targets, on_epoch)
    device = next(head.parameters()).device
    model = Geolocator(shared_backbone(study).to(device), head).eval()
    if PartialState().is_main_process:
        for written in (WEIGHTS, CONFIG):
            remove_leftovers(study.folder(name) / written)
        save_model(model, study.folder(name))
    return model, log


def train_recipe(study: StudyTraining, name: str) -> pd.DataFrame:
    """Train one thing of a study by its name; its log. ValueError for an unknown name."""
    if name not in study.recipes:
        raise ValueError(f"name: {name!r}; this study trains {', '.join(study.recipes)}")
    return (train_head if name in study.heads else train_network)(study, name)[1]


def _train(
    study: StudyTraining,
    recipe: Recipe,
    model: Geolocator | Head,
    inputs: Pixels,
    folder: Path,
    targets: Targets,
    on_epoch: OnEpoch | None,
) -> pd.DataFrame:
    head = model.head if isinstance(model, Geolocator) else model
    scenes = study.scenes(getattr(head, "n_scenes", 0))
    examples = [
        targets.examples(inputs, study.latlon_deg, study.rows[split], scenes)
        for split in ("train", "val")
    ]
    arguments = (model, *examples, recipe.preset, folder, targets.level_names)
    processes = study.settings["processes"]
    if processes > 1 and model is not head:  # features are small, for them one process does
        if not torch.cuda.is_initialized():
            return train_in_processes(processes, *arguments)
        print(
            f"{recipe.name}: trained in one process in place of {processes}, for this one has used "
            "a GPU already; to use all, restart it and train all networks before any head"
        )
    return train(*arguments, on_epoch=on_epoch)


def _classifier(study: StudyTraining, recipe: Recipe) -> torch.nn.Linear:
    """The last layer of a trained classifier over the same cells."""
    name, other = recipe.start_from, study.recipes.get(recipe.start_from)
    is_classifier = other is not None and hasattr(Head.kinds[other.head], "finest_layer")
    if not is_classifier or other.partition != recipe.partition:
        raise ValueError(
            f"{recipe.name}: start_from {name!r}; expected a classifier over {recipe.partition}"
        )
    _check_finished(study, name)
    return head_of(load_model(study.log_folder(name))).finest_layer


def _check_finished(study: StudyTraining, name: str) -> None:
    """Whether what was trained under a name may be built upon; ValueError, naming it, if not."""
    preset, told = study.recipes[name].preset.settings, read_facts(study.log_folder(name))
    if not told:
        found = "not trained yet"
    elif not told["finished"]:
        found = "not finished"
    elif told["head"] != study.recipes[name].head or any(
        told["preset"].get(key) != value for key, value in preset.items() if key not in MACHINE
    ):
        found = "trained with other settings"
    else:
        return
    raise ValueError(f"{name}: {found}; train {name} first, others start from it")
