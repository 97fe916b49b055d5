"""Explanation maps: how much each pixel of a photo speaks for its prediction."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from tqdm import tqdm

from geoutils.explanation.maps.baselines import IMAGENET_MEAN, baseline_images
from geoutils.explanation.maps.grad_cam import CamLayer, grad_cam_maps
from geoutils.explanation.maps.gradients import gradients, integrated_gradients, smooth_squared
from geoutils.explanation.maps.occlusion import (
    check_window,
    default_window,
    n_windows,
    occlusion,
)
from geoutils.explanation.targets import Score
from geoutils.known_names import known_name

EXPLAINERS = ("integrated_gradients", "gradients", "grad_cam", "occlusion")
PIXELS_AT_ONCE = 1 << 19  # passed through the model together: more only leaves the cache


def explanation_maps(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    explainer: str = "integrated_gradients",
    baseline: str = "zero",
    n_steps: int = 20,
    n_copies: int = 5,
    sigma: float = 0.15,
    seed: int = 0,
    batch_size: int | None = None,
    zero_rgb: tuple[float, ...] = IMAGENET_MEAN,
    layer: CamLayer | None = None,
    window: int | None = None,
    stride: int | None = None,
) -> Float[ndarray, "photos h w"]:
    """Explanation map e of every photo (values in [0, 1]), stronger where more speaks for a score.

    - "integrated_gradients" (`n_steps` from `baseline`, see `baseline_images`) and "gradients": the
      maximum over colour channels, smoothed and squared over `n_copies` noisy copies of deviation
      `sigma`; with `n_copies` 0 the plain signed attribution. The noise of photo i depends on
      `seed` and i only, never on `batch_size`.
    - "grad_cam": of a `layer`, as from `cam_layer`; never negative, as coarse as the layer.
    - "occlusion": signed; windows of `window` pixels, `stride` apart, show the `baseline` instead.
      Unless given, the window is an eighth of the shorter side and the stride half a window.

    `batch_size` is the number of pictures that pass the model at once (None: 128 of 64 × 64 pixels,
    fewer of larger ones). Source of the smoothed maps: Theiner et al., Section 4.2. Raises
    ValueError for an unknown explainer, pictures outside [0, 1], Grad-CAM without a layer.
    """
    height, width = images.shape[2:]
    window = window or default_window(height, width)
    stride = stride or max(1, window // 2)
    _check(images, explainer, n_steps, n_copies)
    if explainer == "occlusion":
        check_window(images, window, stride)
    if explainer == "grad_cam" and layer is None:
        raise ValueError("layer: none; Grad-CAM needs one, such as cam_layer(model, images)")
    batch_size = batch_size or max(1, PIXELS_AT_ONCE // (height * width))
    passes = {
        "integrated_gradients": n_steps,
        "occlusion": n_windows(height, width, window, stride),
    }
    at_once = max(1, batch_size // passes.get(explainer, 1))

    def explain(start: int) -> Float[Tensor, "batch h w"]:
        batch, chosen = images[start : start + at_once], targets[start : start + at_once]
        if explainer == "grad_cam":
            return grad_cam_maps(score, batch, chosen, layer)
        nothing = baseline_images(batch, baseline, zero_rgb)
        if explainer == "occlusion":
            falls = occlusion(score, batch, chosen, nothing, window, stride, batch_size)
            return falls.amax(dim=1)

        def attribute(some: Float[Tensor, "batch 3 h w"]) -> Float[Tensor, "batch 3 h w"]:
            if explainer == "gradients":
                return gradients(score, some, chosen)
            return integrated_gradients(score, some, chosen, nothing, n_steps, batch_size)

        if not n_copies:
            return attribute(batch).amax(dim=1)
        noise = _noise(batch.shape, n_copies, seed, start)
        return smooth_squared(attribute, batch, noise, sigma).amax(dim=1)

    # Photos of several workers would be mixed up in the layer that Grad-CAM listens to.
    n_workers = 1 if explainer == "grad_cam" else _threads(images.device)
    return _in_batches(explain, len(images), at_once, n_workers, explainer)


def _in_batches(
    explain: Callable[[int], Float[Tensor, "batch h w"]],
    n_photos: int,
    at_once: int,
    n_workers: int,
    explainer: str,
) -> Float[ndarray, "photos h w"]:
    """Maps of all photos, `at_once` together, with progress."""
    maps = []
    name = explainer.replace("_", " ").capitalize()
    with (
        tqdm(total=n_photos, desc=name, unit=" photos", mininterval=1) as progress,
        _workers(n_workers) as pool,
    ):
        for part in pool.map(explain, range(0, n_photos, at_once)):
            maps.append(part.cpu().numpy())
            progress.update(len(part))
    return np.concatenate(maps)


def _threads(device: torch.device) -> int:
    """As many workers as torch has threads on a CPU, one on any other device."""
    return torch.get_num_threads() if device.type == "cpu" else 1


@contextmanager
def _workers(n_workers: int) -> Iterator[ThreadPoolExecutor]:
    """Worker threads that each explain their own photos with one thread of torch's.

    Torch's own threads would share every layer of every step and wait for the slowest: beside
    another busy program that took ten times as long. A single worker has all of torch's threads.
    """
    n_threads = torch.get_num_threads()
    shared = n_workers > 1
    pool = ThreadPoolExecutor(
        n_workers,
        initializer=torch.set_num_threads if shared else None,
        initargs=(1,) if shared else (),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(n_threads)  # new threads take the number that was set last


def _noise(
    shape: torch.Size, n_copies: int, seed: int, first: int
) -> Float[ndarray, "photos copies 3 h w"]:
    """Standard normal noise, photo by photo from its own stream."""
    n_photos, *size = shape
    streams = (np.random.default_rng([seed, first + photo]) for photo in range(n_photos))
    return np.stack([rng.standard_normal((n_copies, *size), dtype=np.float32) for rng in streams])


def _check(
    images: Float[Tensor, "photos 3 h w"], explainer: str, n_steps: int, n_copies: int
) -> None:
    known_name("explainer", explainer, EXPLAINERS)
    if not len(images):
        raise ValueError("images: none, expected at least one photo")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"images: values from {low:g} to {high:g}, expected [0, 1]")
    if n_steps < 1 or n_copies < 0:
        raise ValueError(f"n_steps, n_copies: {n_steps}, {n_copies}, expected ≥ 1 and ≥ 0")
