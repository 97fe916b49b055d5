"""Training speed beside a plain PyTorch loop and beside what the arithmetic of the device allows.

ResNet-50 at 224 pixels and EfficientNet-B4 at 300, each with the classifiers of ISN's 23,393 cells:
  ours       the study's loop as it runs: reading, augmenting, learning; on a GPU in bf16 and
             channels-last memory, also compiled
  plain      forward, loss, backward and step in fp32 on photos that lie on the device already, with
             torch's settings as they come: on a GPU, convolutions in TF32 and products in fp32
  input      reading and augmenting alone, without a network
  arithmetic operations of the network, three times those of its forward pass, at the speed that
             a large matrix product reaches on the device in the same precision
The loops alternate, round by round; medians and the middle 80 % are printed, and recorded where
`--out` says, beside the rows of other devices. `tflops` of a row is how much arithmetic it keeps
up, which `python -m geoutils budget --tflops` asks for. Without a GPU sizes are small and the rows
say CPU: they are no evidence for the speed of GPUs.
Run: python benchmarks/gpu_training.py --out results/benchmarks/gpu.csv
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from comparison import Comparison, report
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.models import Backbone, Geolocator, MultiPartitionHead
from geoutils.partitions.published_settings import ISN_CELLS
from geoutils.training import Preset
from geoutils.training.augmentation.augment import as_images
from geoutils.training.batches import read_train_batch
from geoutils.training.epoch import train_epoch
from geoutils.training.examples import Examples
from geoutils.training.preparation import globals_restored, prepare
from geoutils.training.recipes.paper_presets import PAPER_PRESETS
from geoutils.training.state.checkpoint import Progress
from geoutils.training.threads import Speed


@dataclass(frozen=True)
class Setting:
    """What is trained: a network on photos of `stored_px`, of which it sees `size_px`."""

    network: str
    stored_px: int
    size_px: int
    batch: int
    preset: str
    n_cells: tuple[int, ...] = tuple(ISN_CELLS.values())


GPU_SETTINGS = (
    Setting("resnet50", 256, 224, 128, "semp"),
    Setting("efficientnet_b4", 320, 300, 32, "kordopatis_ce"),
)
CPU_SETTINGS = (
    Setting("resnet50", 72, 64, 8, "semp"),
    Setting("efficientnet_b4", 72, 64, 8, "kordopatis_ce"),
)


def photos(setting: Setting, n_photos: int, seed: int = 0) -> Examples:
    """Random pixels: how fast they are learned from does not depend on what they show."""
    rng = np.random.default_rng(seed)
    side = setting.stored_px
    pixels = rng.integers(0, 256, (n_photos, side, side, 3), dtype=np.uint8)
    cells = np.stack([rng.integers(n, size=n_photos) for n in setting.n_cells], axis=1)
    return Examples.of(pixels, cells, np.zeros((n_photos, 2)))


def model_of(setting: Setting) -> Geolocator:
    torch.manual_seed(0)
    backbone = Backbone(setting.network)
    return Geolocator(backbone, MultiPartitionHead(backbone.n_features, setting.n_cells))


def preset_of(setting: Setting, compiled: bool) -> Preset:
    """The paper's, with this batch, at a rate at which random answers cannot make it diverge."""
    paper = PAPER_PRESETS[setting.preset]
    augmentation = replace(paper.augmentation, crop_px=setting.size_px)
    return replace(
        paper,
        batch_size=setting.batch,
        micro_batch=None,
        learning_rate=1e-5,
        augmentation=augmentation,
        compile=compiled,
    )


def ours(setting: Setting, examples: Examples, compiled: bool = False) -> tuple[Callable, Callable]:
    """An epoch of the study's loop, and one of its input pipeline alone."""
    preset = preset_of(setting, compiled)
    job = prepare(Accelerator(), model_of(setting), examples, examples, preset, Path())
    precision = "bf16" if job.device.type == "cuda" else "fp32"
    progress = Progress("", Speed(torch.get_num_threads(), precision))

    def learn() -> None:
        with tqdm(disable=True) as bar:
            train_epoch(job, progress, bar)

    def read() -> None:
        for step, rows in enumerate(job.train_batches(0)):
            read_train_batch(job, rows, 0, step)

    return learn, read


def plain(setting: Setting, examples: Examples, device: torch.device) -> Callable:
    """The loop of a first tutorial: fp32, default memory layout, nothing read and nothing changed.

    Its photos lie on the device as they will be seen.
    """
    model = model_of(setting).to(device).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9, weight_decay=1e-4)
    batches = []
    for rows in np.split(np.arange(len(examples)), len(examples) // setting.batch):
        images = as_images(torch.from_numpy(examples.inputs[rows]), setting.size_px).contiguous()
        batches.append((images.to(device), torch.from_numpy(examples.cells[rows]).to(device)))

    def learn() -> None:
        with arithmetic_as_it_comes():
            for images, cells in batches:
                optimizer.zero_grad()
                scores = model(images)
                pairs = zip(scores, cells.T, strict=True)
                sum(nn.functional.cross_entropy(level, cell) for level, cell in pairs).backward()
                optimizer.step()

    return learn


@contextmanager
def arithmetic_as_it_comes() -> Iterator[None]:
    """Torch's own settings, in which a first tutorial runs, amid those of the study's loop."""
    products, searches = torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(products)
        torch.backends.cudnn.benchmark = searches


def gigaflops(setting: Setting) -> float:
    """Operations to learn from one photo: of the forward pass, and twice that for backward."""
    with torch.device("meta"):
        model = model_of(setting)
        image = torch.empty(2, 3, setting.size_px, setting.size_px)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(image)
    return 3 * counter.get_total_flops() / 2 / 1e9


def peak_tflops(device: torch.device, precision: str, side: int) -> float:
    """Speed of a large matrix product, the best of several; in TF32 as the loops' convolutions."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(side, side, device=device, dtype=kind) for _ in range(2))
    seconds = []
    for _ in range(10):
        seconds.append(timed(lambda: a @ b, device))
    return 2 * side**3 / min(seconds) / 1e12


def timed(run: Callable, device: torch.device) -> float:
    _finish(device)
    started = time.perf_counter()
    run()
    _finish(device)
    return time.perf_counter() - started


def measure(setting: Setting, device: torch.device, n_steps: int, rounds: int) -> list[dict]:
    """Rows of the table for one network."""
    on_gpu = device.type == "cuda"
    examples = photos(setting, n_steps * setting.batch)
    learn, read = ours(setting, examples)
    contestants = {"ours": learn, "plain": plain(setting, examples, device), "input": read}
    if on_gpu:
        contestants["ours, compiled"] = ours(setting, examples, compiled=True)[0]
    for run in contestants.values():
        run()  # the first time is for choosing algorithms, and for the compiler
    seconds = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            seconds[name].append(timed(run, device))
    rows, work = [], gigaflops(setting)
    for name, taken in seconds.items():
        low, median, high = np.quantile(len(examples) / np.array(taken), [0.1, 0.5, 0.9])
        row = {"what": name, "images_per_s": median, "low": low, "high": high}
        row["times_plain"] = np.median(np.array(seconds["plain"]) / taken)
        if name != "input":
            plain_precision = "fp32, convolutions TF32" if on_gpu else "fp32"
            row["precision"] = "bf16" if on_gpu and name != "plain" else plain_precision
            peak = peak_tflops(device, row["precision"], 8192 if on_gpu else 1536)
            row |= {"peak_tflops": peak, "gflop_per_image": work}
            row["tflops"] = median * work / 1000
            row["arithmetic_images_per_s"] = 1000 * peak / work
            row["share_of_arithmetic"] = median / row["arithmetic_images_per_s"]
        rows.append(row)
    shape = {"network": setting.network, "size_px": setting.size_px, "batch": setting.batch}
    return [shape | row for row in rows]


def table(settings: tuple[Setting, ...], n_steps: int, rounds: int) -> pd.DataFrame:
    device = Accelerator().device
    with globals_restored():
        rows = [row for each in settings for row in measure(each, device, n_steps, rounds)]
    on_gpu = device.type == "cuda"
    name = torch.cuda.get_device_name() if on_gpu else f"{platform.machine()}, {_threads()}"
    about = {"date": date.today().isoformat(), "kind": "GPU" if on_gpu else "CPU", "device": name}
    about["remark"] = "" if on_gpu else "no evidence for GPU speed"
    return pd.DataFrame([about | row for row in rows])


def comparisons(found: pd.DataFrame) -> list[Comparison]:
    """Ours beside the plain loop."""
    rows = []
    for (network, size_px), table in found.groupby(["network", "size_px"], sort=False):
        rates = table.set_index("what")["images_per_s"]
        ratios = table.set_index("what")["times_plain"]
        for what in [name for name in rates.index if name.startswith("ours")]:
            ratio = float(ratios[what])
            rows.append(
                Comparison(
                    f"{network}, {size_px} px{what.removeprefix('ours')}",
                    "plain loop in fp32",
                    f"torch {torch.__version__}",
                    ours=float(rates[what]),
                    theirs=float(rates["plain"]),
                    unit="photos/s",
                    ratio=ratio,
                    low=ratio,
                    high=ratio,
                )
            )
    return rows


def save(found: pd.DataFrame, path: Path) -> None:
    """Write the rows in place of earlier ones of the same device."""
    if path.is_file():
        before = pd.read_csv(path)
        others = before[~before["device"].isin(found["device"])]
        found = pd.concat([others, found], ignore_index=True)
    with replacing(path) as temporary:
        found.to_csv(temporary, index=False, float_format="%.4g")


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def _threads() -> str:
    return f"{torch.get_num_threads()} threads"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, help="table that the rows are recorded in")
    options = parser.parse_args()
    on_gpu = torch.cuda.is_available()
    found = table(GPU_SETTINGS if on_gpu else CPU_SETTINGS, *((20, 7) if on_gpu else (3, 5)))
    if options.out is not None:
        save(found, options.out)
    print(found.drop(columns=["date", "remark"]).to_string(index=False, float_format="%.3g"))
    return report(comparisons(found))


if __name__ == "__main__":
    sys.exit(main())
