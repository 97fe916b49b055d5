"""Decoding and augmenting photos for training, beside torchvision's ImageFolder in a DataLoader.

Run `python benchmarks/input_pipeline.py` (two minutes on two cores). JPEGs of 2048, 640 and 320
pixels, as files and packed into shards by `photos pack`, in random order, with the transforms of a
network that learns from crops: the middle square at 256 pixels (bicubic), a crop of at least 0.66
of its area at 224 pixels (bilinear), mirrored or not, as numbers in [0, 1], in batches of 64. Ours
is what training reads when photos are decoded live: `LivePixels` in as many processes as there are
cores, and augmentation by the batch, both ahead of the step. Theirs does the same photo by photo in
as many workers. Both take turns, and have started their processes before. Leaves with an error
where ours reads less than 1.5 times as many large photos, or fewer small ones.
"""

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import PIL
import torch
from comparison import compared, in_turn, installed, report
from PIL import Image

from geoutils.photos.live_pixels import LivePixels, own_cores
from geoutils.photos.packing import pack_photos
from geoutils.photos.sources import check_photos, read_checked
from geoutils.training.ahead import ahead
from geoutils.training.augmentation import Augmentation, augmented, draw

SIZES = {2048: 240, 640: 1_600, 320: 3_200}  # pixels of the longer side: photos
N_DIFFERENT, ROUNDS, BATCH, SIZE = 80, 5, 64, 256
AIMS = {2048: 1.5, 640: 1.0, 320: 1.0}
SEEN = Augmentation(crop_px=224, crop_area=0.66, flip=True)


def made_photo(rng: np.random.Generator, width: int) -> bytes:
    """A JPEG with shapes of all sizes and a sensor's noise, about as large as a camera's."""
    height, picture = width * 3 // 4, 0.0
    for cells in (4, 16, 64):
        colours = rng.integers(0, 256, (cells * 3 // 4, cells, 3)).astype(np.uint8)
        whole = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)
        picture = picture + np.asarray(whole, dtype=float) / 3
    noisy = picture + rng.normal(0, 5, (height, width, 1))
    buffer = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def make_folder(folder: Path, width: int, n_photos: int) -> None:
    """Photos in one class, as ImageFolder has it, with a list of positions; some are links."""
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir(parents=True)
    for i in range(n_photos):
        path = folder / "photos" / f"{i:05d}.jpg"
        if i < N_DIFFERENT:
            path.write_bytes(made_photo(rng, width))
        else:
            os.link(folder / "photos" / f"{i % N_DIFFERENT:05d}.jpg", path)
    rows = {"file": sorted(os.listdir(folder / "photos")), "lat": 1.0, "lon": 2.0}
    pd.DataFrame(rows).to_csv(folder / "photos" / "photos.csv", index=False)


def ours(pixels: LivePixels) -> int:
    order = np.random.default_rng(1).permutation(len(pixels))
    starts = range(0, len(pixels), BATCH)

    def read(start: int) -> torch.Tensor:
        rows = order[start : start + BATCH]
        photos = torch.empty((len(rows), SIZE, SIZE, 3), dtype=torch.uint8)
        assert not pixels.read(rows, photos.numpy()).any()
        draws = draw(np.random.default_rng(start), len(rows), (SIZE, SIZE), SEEN)
        return augmented(photos, draws)

    return sum(len(batch) for batch in ahead(read, starts, pixels, torch.device("cpu")))


def image_folder(folder: Path) -> torch.utils.data.DataLoader:
    from torchvision import datasets, transforms

    seen = transforms.Compose(
        [
            transforms.Resize(SIZE, transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(SIZE),
            transforms.RandomResizedCrop(SEEN.crop_px, (SEEN.crop_area, 1), SEEN.crop_aspect),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
        ]
    )
    return torch.utils.data.DataLoader(
        datasets.ImageFolder(folder, seen),
        batch_size=BATCH,
        shuffle=True,
        num_workers=own_cores(),
        persistent_workers=True,
    )


def theirs(loader: torch.utils.data.DataLoader) -> int:
    return sum(len(images) for images, _ in loader)


def main() -> int:
    torch.set_num_threads(1)  # the processes take the cores
    version, rows = installed("torchvision"), []
    print(f"{own_cores()} processes each, Pillow {PIL.__version__}, {ROUNDS} rounds in turn")
    for width, n_photos in SIZES.items():
        with tempfile.TemporaryDirectory() as below:
            folder, checked, packed = (Path(below, name) for name in ("all", "checked", "packed"))
            make_folder(folder, width, n_photos)
            with contextlib.redirect_stderr(io.StringIO()):  # progress bars
                check_photos(folder / "photos", checked, say=str)
                pack_photos(checked, packed, say=str)
            files, shards = (
                LivePixels(read_checked(place)[0], SIZE) for place in (checked, packed)
            )
            loader = image_folder(folder)
            tasks = {
                "files": lambda pixels=files: ours(pixels),
                "shards": lambda pixels=shards: ours(pixels),
                "ImageFolder": lambda loader=loader: theirs(loader),
            }
            for task in tasks.values():
                assert task() == n_photos
            rates = {n: n_photos / np.array(s) for n, s in in_turn(tasks, ROUNDS).items()}
        for kind in ("files", "shards"):
            task = f"{width} px {kind}"
            both = rates[kind], rates["ImageFolder"]
            peer = "torchvision ImageFolder + DataLoader"
            rows.append(compared(task, *both, peer, version, "photos/s", aim=AIMS[width]))
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
