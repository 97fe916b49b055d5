"""Do the papers' models run at full size? `make check-presets` builds and trains each of them.

Every model of the study files `paper_*.yaml` is built with the paper's backbone and numbers of
cells, and takes 20 steps by the paper's preset on one repeated batch of rendered photos, on the
CPU, by the code that trains studies. The loss of that batch must have fallen. It is measured
before and after, on the middle of the photos, without dropout, and with the statistics of the batch
where the backbone has such: they are what the steps have learned with. Weights start at random, and
rates do not fall, as they would not in so few steps of a whole epoch. A batch is of 4 photos, the
paper's of 32 to 512: SGD's rate shrinks in proportion (the linear scaling rule of Goyal et al.
2017, section 2.1; at the paper's own rate GeoDecoder's loss grows), while the other optimizers,
whose steps hardly follow the size of the gradient, keep the paper's rate. Evaluation then runs
once, as at the end of an epoch: by running averages of the statistics, which 20 steps leave far
from those of the batch, so its loss may be large.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from jaxtyping import UInt8
from numpy import ndarray
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from tqdm import tqdm

from geoutils.models import Backbone, Geolocator, parameter_count
from geoutils.models.heads import Head
from geoutils.models.losses import join_levels
from geoutils.photos import pictures
from geoutils.photos.positions import rendered_manifest
from geoutils.study.published_targets import published_targets
from geoutils.study.settings import find_root, read_study, study_names
from geoutils.study.thesis_backbones import thesis_backbones
from geoutils.training.batches import read_val_batch
from geoutils.training.epoch import run_learner, train_epoch
from geoutils.training.examples import Examples
from geoutils.training.job import Job
from geoutils.training.preparation import globals_restored, prepare
from geoutils.training.preset import Preset
from geoutils.training.recipes.recipe import Recipe, build_head, levels_of_head, read_recipe
from geoutils.training.state.checkpoint import Progress
from geoutils.training.threads import Speed
from geoutils.training.totals import accuracies, joined
from geoutils.training.validation import validate

N_PHOTOS, STEPS = 4, 20
PRECISION = "fp32"


@dataclass(frozen=True)
class Check:
    """What became of one model: loss of the batch before and after, and how it was evaluated."""

    model: str
    head: str
    backbone: str
    millions: float
    head_millions: float
    before: float
    after: float
    val_loss: float
    accuracy: float
    seconds: float

    @property
    def falls(self) -> bool:
        """Whether the loss fell to a number."""
        return bool(self.after < self.before)


def check_study(name: str, section: dict[str, Any]) -> Iterator[Check]:
    """Train everything that section 03_training of a study lists, each from the untrained backbone.

    Heads learn from its features: those of a backbone that has learned these photos by heart would
    leave them nothing to learn.
    """
    pixels = rendered_photos(section["image_size"])
    recipes = {
        group: [read_recipe(key, recipe) for key, recipe in section[group].items()]
        for group in ("stages", "ablation", "heads")
    }
    for recipe in recipes["stages"] + recipes["ablation"]:
        backbone = build_backbone(section)
        model = Geolocator(backbone, _head(recipe, backbone))
        yield check_model(f"{name} {recipe.name}", model, recipe, pixels)
    for recipe in recipes["heads"]:
        backbone = build_backbone(section)
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
        takes_tokens = Head.kinds[recipe.head].takes == "tokens"
        with torch.no_grad(), batch_statistics(backbone.eval()):
            features = (backbone.tokens if takes_tokens else backbone)(images).numpy()
        yield check_model(f"{name} {recipe.name}", _head(recipe, backbone), recipe, features)


def check_model(name: str, model: Geolocator | Head, recipe: Recipe, inputs: ndarray) -> Check:
    """Train a model for some steps on a batch; its loss on the same batch before and after."""
    started = time.perf_counter()
    examples = _examples(recipe, inputs)
    with globals_restored():
        job = prepare(Accelerator(), model, examples, examples, short(recipe.preset, model), Path())
        before = batch_loss(job)
        progress = Progress(name, Speed(torch.get_num_threads(), PRECISION))
        with tqdm(disable=True) as bar:
            for epoch in range(STEPS):
                progress = train_epoch(job, replace(progress, epoch=epoch, step=0, sums={}), bar)
        after = batch_loss(job)
        totals = validate(job, PRECISION)
    return Check(
        model=name,
        head=recipe.head,
        backbone=model.backbone.name if isinstance(model, Geolocator) else "its features",
        millions=parameter_count(model) / 1e6,
        head_millions=parameter_count(job.head) / 1e6,
        before=before,
        after=after,
        val_loss=joined(totals, job.preset.loss, job.preset.term_weights),
        accuracy=float(np.nanmean(accuracies(totals))),
        seconds=time.perf_counter() - started,
    )


def short(preset: Preset, model: Geolocator | Head) -> Preset:
    """The preset for a few steps: an epoch is one batch, so nothing may hang on epochs.

    SGD's rate is scaled with the batch.
    """
    unit = 2 if isinstance(model, Head) and model.learns_from == "pairs" else 1
    batch_size = N_PHOTOS // unit
    scale = batch_size / preset.batch_size if preset.optimizer == "sgd" else 1
    return replace(
        preset,
        epochs=STEPS,
        batch_size=batch_size,
        learning_rate=preset.learning_rate * scale,
        schedule="constant",
        warmup_epochs=0,
        patience=None,
        precision=PRECISION,
    )


def batch_loss(job: Job) -> float:
    """Loss of the photos as they are, with the statistics of the batch; nothing is changed."""
    job.learner.eval()
    batch = read_val_batch(job, job.val_batches()[0])
    with torch.no_grad(), batch_statistics(job.model):
        terms, _ = run_learner(job.learner, batch, 0, PRECISION)
    return float(join_levels(terms, job.preset.loss, job.preset.term_weights))


@contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Normalise by the statistics of the batch at hand, without learning them."""
    norms = [part for part in model.modules() if isinstance(part, _BatchNorm)]
    for norm in norms:
        norm.track_running_stats = False
        norm.train()
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
            norm.eval()


def rendered_photos(size: int) -> UInt8[ndarray, "photos size size 3"]:
    """Photos drawn at real places, as the default study has them."""
    manifest = rendered_manifest(n_train=N_PHOTOS, n_val=0, n_test=0, n_seen=0, seed=0, test_seed=0)
    return pictures(manifest, size)


def build_backbone(section: dict[str, Any]) -> Backbone:
    """The study's backbone with random weights, always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(section["seed"])
        return Backbone(section["backbone"], section["pooling"], "", section["drop_path"])


def table_row(check: Check) -> str:
    """One line of the table."""
    return (
        f"{check.model:28} {check.head:15} {check.backbone[:22]:22} {check.millions:7.1f} "
        f"{check.head_millions:7.1f} {check.before:10.4f} {check.after:10.4f} "
        f"{'falls' if check.falls else 'DOES NOT FALL':13} {check.val_loss:9.3f} "
        f"{check.accuracy:8.0%} {check.seconds:7.1f}"
    )


def main(names: list[str]) -> int:
    """Check these study files (all `paper_*` by default); 1 where a loss did not fall."""
    root = find_root()
    names = names or [name for name in study_names(root) if name.startswith("paper_")]
    header = f"{'model':28} {'head':15} {'backbone':22} {'param/M':>7} {'head/M':>7} "
    header += f"{'loss 0':>10} {f'loss {STEPS}':>10} {'':13} {'evaluated':>9} {'right':>8} {'s':>7}"
    print(header, flush=True)
    checks = []
    for name in names:
        for check in check_study(
            name.removeprefix("paper_"), read_study(root, name)["03_training"]
        ):
            print(table_row(check), flush=True)
            checks.append(check)
    print("\nThesis, Table 6.1: parameters with 1,000 classes and batch statistics")
    print(thesis_backbones().to_string(index=False))
    return int(not all(check.falls for check in checks))


def _head(recipe: Recipe, backbone: Backbone) -> Head:
    takes_tokens = Head.kinds[recipe.head].takes == "tokens"
    width = backbone.n_channels if takes_tokens else backbone.n_features
    return build_head(recipe, width, published_targets(recipe.partition, N_PHOTOS))


def _examples(recipe: Recipe, inputs: ndarray) -> Examples:
    """The batch: photos lie at the points of their finest cells, scenes take turns."""
    targets = levels_of_head(recipe, published_targets(recipe.partition, N_PHOTOS))
    latlon_deg = targets.centers_deg[-1][targets.cells[:, -1]]
    return Examples.of(inputs, targets.cells, latlon_deg, scenes=np.arange(N_PHOTOS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
