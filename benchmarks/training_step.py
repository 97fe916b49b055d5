"""The study's training loop on a CPU, beside what one would write with torch and timm.

Run `python benchmarks/training_step.py` (about two minutes on two cores). Three trainings:
  end to end   the default study's network at 64 pixels, photos augmented each time they are seen;
               beside it timm's network, torchvision's transforms and a DataLoader
  ResNet-50    at 224 pixels, photos as they are: forward, loss, backward and optimizer alone
  head         three linear classifiers on features in memory, beside a DataLoader over them; there
               is no aim, since ours also counts right answers and looks at every loss, which
               weighs where a step is small
Both sides learn the same classes from the same photos with AdamW, batch for batch, in fp32 and with
as many threads; the last row is ours as the study runs it, in bf16 where the processor has units
for it. They alternate, epoch by epoch of few steps; the first is not counted. How fast both loops
are on a GPU is measured by gpu_training.py.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from comparison import Comparison, compared, in_turn, installed, report
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm

from geoutils.models import Backbone, Geolocator, MultiPartitionHead
from geoutils.training import Augmentation, Preset
from geoutils.training.epoch import train_epoch
from geoutils.training.examples import Examples
from geoutils.training.preparation import globals_restored, prepare
from geoutils.training.recipes.study_training import native_precision
from geoutils.training.state.checkpoint import Progress
from geoutils.training.threads import Speed

N_CELLS = (60, 240, 900)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHIFT, JITTER = 0.08, 0.2  # of the default study
RATE, DECAY = 1e-4, 0.05
AIM = 1  # never slower than what one would write


class Plain(nn.Module):
    """A network of timm without its classifier, and one linear layer per level."""

    def __init__(self, name: str):
        import timm  # not before geoutils, which makes torchvision whole

        super().__init__()
        self.network = timm.create_model(name, num_classes=0)
        self.levels = nn.ModuleList(nn.Linear(self.network.num_features, n) for n in N_CELLS)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        features = self.network(images)
        return [level(features) for level in self.levels]


class Levels(nn.ModuleList):
    """Linear layers on features."""

    def forward(self, features: torch.Tensor) -> list[torch.Tensor]:
        return [level(features) for level in self]


class Photos(Dataset):
    """Photos one by one, changed by torchvision's transforms."""

    def __init__(self, examples: Examples):
        from torchvision.transforms import v2

        self.examples = examples
        self.change = v2.Compose(
            [
                v2.ToImage(),
                v2.RandomAffine(0, translate=(SHIFT, SHIFT)),
                v2.ColorJitter(JITTER, JITTER, JITTER),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(MEAN, STD),
            ]
        )

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = self.change(self.examples.inputs[row])
        return image, torch.from_numpy(self.examples.cells[row])


def examples_of(inputs: np.ndarray, rng: np.random.Generator) -> Examples:
    cells = np.stack([rng.integers(n, size=len(inputs)) for n in N_CELLS], axis=1)
    return Examples.of(inputs, cells, np.zeros((len(inputs), 2)))


def ours(
    model: Geolocator | MultiPartitionHead, examples: Examples, preset: Preset, precision: str
) -> Callable[[], None]:
    """An epoch of the study's loop."""
    job = prepare(Accelerator(cpu=True), model, examples, examples, preset, Path())

    def learn() -> None:
        with tqdm(disable=True) as bar:
            train_epoch(job, Progress("", Speed(torch.get_num_threads(), precision)), bar)

    return learn


def plain(model: nn.Module, batches: DataLoader | list) -> Callable[[], None]:
    """An epoch of the loop of a first tutorial."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)

    def learn() -> None:
        model.train()
        for inputs, cells in batches:
            optimizer.zero_grad()
            pairs = zip(model(inputs), cells.T, strict=True)
            sum(nn.functional.cross_entropy(scores, cell) for scores, cell in pairs).backward()
            optimizer.step()

    return learn


def preset_of(batch: int, augmentation: Augmentation) -> Preset:
    return Preset(
        epochs=1,
        batch_size=batch,
        learning_rate=RATE,
        weight_decay=DECAY,
        loss="sum",
        augmentation=augmentation,
    )


def measured(
    task: str,
    contestants: dict[str, Callable],
    n_photos: int,
    rounds: int,
    aim: float | None = AIM,
) -> list[Comparison]:
    """A row for every way of ours against the fastest of the peers'."""
    for learn in contestants.values():
        learn()  # memory and algorithms are found the first time
    seconds = in_turn(contestants, rounds)
    rates = {name: n_photos / np.array(taken) for name, taken in seconds.items()}
    peers = {name: rate for name, rate in rates.items() if not name.startswith("ours")}
    peer = max(peers, key=lambda name: np.median(peers[name]))
    version = f"{installed('torch')}, {installed('timm')}"
    return [
        compared(
            task + name.removeprefix("ours"), rate, rates[peer], peer, version, "photos/s", aim
        )
        for name, rate in rates.items()
        if name.startswith("ours")
    ]


def end_to_end(network: str, size_px: int, batch: int, steps: int, rounds: int) -> list[Comparison]:
    """Photos in memory, augmented, against torchvision's transforms in no or one more process."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (steps * batch, size_px, size_px, 3), dtype=np.uint8)
    examples = examples_of(pixels, rng)
    preset = preset_of(batch, Augmentation(shift=SHIFT, color_jitter=JITTER))
    contestants = {}
    for name, precision in {"ours, fp32": "fp32", "ours, as it runs": native_precision()}.items():
        contestants[name] = ours(geolocator(network), examples, preset, precision)
    for workers in (0, 1):
        loader = DataLoader(
            Photos(examples),
            batch,
            shuffle=True,
            num_workers=workers,
            persistent_workers=workers > 0,
        )
        contestants[f"timm, DataLoader, {workers} workers"] = plain(Plain(network), loader)
    return measured(f"end to end, {size_px} px", contestants, len(examples), rounds)


def network_alone(
    network: str, size_px: int, batch: int, steps: int, rounds: int
) -> list[Comparison]:
    """Photos as they are."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (steps * batch, size_px, size_px, 3), dtype=np.uint8)
    examples = examples_of(pixels, rng)
    cells = torch.from_numpy(examples.cells)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(255).contiguous()
    images = (images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    batches = list(zip(images.split(batch), cells.split(batch), strict=True))
    contestants = {
        "ours": ours(geolocator(network), examples, preset_of(batch, Augmentation()), "fp32"),
        "timm, batches in memory": plain(Plain(network), batches),
    }
    return measured(f"{network}, {size_px} px", contestants, len(examples), rounds)


def head_alone(n_features: int, batch: int, steps: int, rounds: int) -> list[Comparison]:
    """Linear classifiers on features."""
    rng = np.random.default_rng(2)
    features = rng.standard_normal((steps * batch, n_features), dtype=np.float32)
    examples = examples_of(features, rng)
    preset = preset_of(batch, Augmentation())
    loader = DataLoader(
        TensorDataset(torch.from_numpy(features), torch.from_numpy(examples.cells)),
        batch,
        shuffle=True,
    )
    contestants = {
        "ours": ours(MultiPartitionHead(n_features, N_CELLS), examples, preset, "fp32"),
        "linear layers, DataLoader": plain(
            Levels(nn.Linear(n_features, n) for n in N_CELLS), loader
        ),
    }
    return measured(f"head on {n_features} features", contestants, len(examples), rounds, None)


def geolocator(network: str) -> Geolocator:
    backbone = Backbone(network)
    return Geolocator(backbone, MultiPartitionHead(backbone.n_features, N_CELLS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.manual_seed(0)
    print(f"{torch.get_num_threads()} threads; as it runs: {native_precision()}")
    with globals_restored():
        rows = end_to_end("small_resnet", 64, 128, 12, rounds)
        rows += network_alone("resnet50", 224, 8, 2, rounds)
        rows += head_alone(192, 256, 80, rounds) + head_alone(2048, 256, 40, rounds)
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
