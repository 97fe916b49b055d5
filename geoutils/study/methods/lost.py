"""Photos that are decoded live and could not be read: left out of every score and every search.

As where photos are decoded once, and notebook 01 drops such a photo. Here the manifest keeps it, so
that the rows of features and pixels stay where they are; the list beside the pixels says who is
left out, and a photo stays on it, though it may come back, until notebook 01 runs again.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Int, UInt8
from numpy import ndarray
from tqdm import tqdm

from geoutils.models import Head
from geoutils.photos.live_pixels import LivePixels, Pixels
from geoutils.training.ahead import ahead
from geoutils.training.features import lost_rows
from geoutils.training.recipes.from_study import shared_inputs
from geoutils.training.recipes.study_training import StudyTraining

Result = TypeVar("Result")


class LostPhotos(ValueError):
    """Photos, by their `rows`, could not be read when they were to be looked at."""

    def __init__(self, rows: Int[ndarray, " lost"], first: str):
        self.rows = rows
        super().__init__(
            f"photos: {len(rows):,} cannot be read any more, such as {first}; what runs again "
            "leaves them out"
        )


def until_settled(work: Callable[[], Result]) -> Result:
    """What `work` gives, done again without the photos that turned out to be lost on the way."""
    while True:
        try:
            return work()
        except LostPhotos as error:
            print(error, flush=True)


def listed_as_lost(pixels: Pixels) -> Bool[ndarray, " photos"]:
    """Which photos could not be read once: those of the list. Stored photos are there."""
    return pixels.listed if isinstance(pixels, LivePixels) else np.zeros(len(pixels), dtype=bool)


def lost_in_training(training: StudyTraining) -> Bool[ndarray, " photos"]:
    """Which of a study's own photos could not be read once, or have the features of grey."""
    pixels = training.pixels
    if isinstance(pixels, LivePixels):
        for takes in sorted({Head.kinds[recipe.head].takes for recipe in training.heads.values()}):
            grey = lost_rows(shared_inputs(training, takes))
            pixels.list_lost(grey, "not there when features were computed")
    return listed_as_lost(pixels)


def rows_there(training: StudyTraining) -> dict[str, Int[ndarray, " chosen"]]:
    """Rows of the training and validation photos of known position that could be read."""
    there = ~lost_in_training(training)
    return {split: rows[there[rows]] for split, rows in training.rows.items()}


def photos_in_parts(
    pixels: UInt8[Pixels, "photos h w 3"],
    rows: Int[ndarray, " chosen"],
    step: int,
    device: torch.device,
) -> Iterator[UInt8[ndarray, "some h w 3"]]:
    """Some photos, so many at a time, the next ones being read while `device` computes.

    Raises LostPhotos, after the last of them, where some could not be read.
    """
    parts = [rows[start : start + step] for start in range(0, len(rows), step)]
    reading = ahead(partial(read_photos, pixels), parts, pixels, device)
    lost: list[ndarray] = []
    bar = tqdm(total=len(rows), desc="Predicting", unit=" photos", mininterval=1, delay=1)
    with bar:
        for some, (photos, is_lost) in zip(parts, reading, strict=True):
            lost.append(some[is_lost])
            yield photos
            bar.update(len(some))
    _check_there(pixels, np.concatenate(lost))


def read_photos(
    pixels: UInt8[Pixels, "photos h w 3"], rows: Int[ndarray, " chosen"]
) -> tuple[UInt8[ndarray, "chosen h w 3"], Bool[ndarray, " chosen"]]:
    """Some photos, copied into memory, and which of them could not be read, and are grey."""
    if not isinstance(pixels, LivePixels):
        return pixels[rows], np.zeros(len(rows), dtype=bool)
    photos = np.empty((len(rows), *pixels.shape[1:]), dtype=np.uint8)
    return photos, pixels.read(rows, photos)


def photos_there(
    pixels: UInt8[Pixels, "photos h w 3"], rows: Int[ndarray, " chosen"]
) -> UInt8[ndarray, "chosen h w 3"]:
    """A few photos, in memory; LostPhotos where one of them cannot be read."""
    rows = np.asarray(rows)
    photos, is_lost = read_photos(pixels, rows)
    _check_there(pixels, rows[is_lost])
    return photos


def _check_there(pixels: Pixels, lost: Int[ndarray, " lost"]) -> None:
    if len(lost):
        raise LostPhotos(lost, pixels.names(lost[:1])[0])
