"""Explanation maps: how much each pixel of a photo speaks for its prediction."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from captum.attr import IntegratedGradients, Saliency
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from tqdm import tqdm

from geoutils.explanation.baselines import IMAGENET_MEAN, baseline_images
from geoutils.explanation.targets import Score

PIXELS_AT_ONCE = 1 << 19  # passed through the model together: more only leaves the cache
Attribution = Callable[[Float[Tensor, "photos 3 h w"]], Float[Tensor, "photos 3 h w"]]


def integrated_gradients(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    baselines: Float[Tensor, "photos 3 h w"],
    n_steps: int = 20,
    batch_size: int = 128,
) -> Float[Tensor, "photos 3 h w"]:
    """Signed attribution of every value: gradients summed along the line from baseline to photo.

    Complete: a photo's attributions sum to score(photo) − score(baseline), up to the error of
    `n_steps` Gauss–Legendre steps. Source: Sundararajan et al. (2017), through captum.
    """
    attributions = IntegratedGradients(score).attribute(
        images,
        baselines=baselines,
        additional_forward_args=(targets,),
        n_steps=n_steps,
        internal_batch_size=max(batch_size, len(images)),
    )
    return attributions.to(images.dtype)  # captum's step sizes are float64


def gradients(
    score: Score, images: Float[Tensor, "photos 3 h w"], targets: Int[Tensor, " photos"]
) -> Float[Tensor, "photos 3 h w"]:
    """Signed gradient of the score by every value of the photo (Simonyan et al., 2014)."""
    leaves = images.detach().clone().requires_grad_()
    return Saliency(score).attribute(leaves, abs=False, additional_forward_args=(targets,)).detach()


def smooth_squared(
    attribute: Attribution,
    images: Float[Tensor, "photos 3 h w"],
    noise: Float[ndarray, "photos copies 3 h w"],
    sigma: float = 0.15,
) -> Float[Tensor, "photos 3 h w"]:
    """SmoothGrad-squared: the mean of the squared attributions of noisy copies of each photo.

    `noise` is standard normal; `sigma` is in units of the value range, which is 1 here.
    Source: Smilkov et al. (2017); squared before averaging as in Hooker et al. (2019).
    """
    total = torch.zeros_like(images)
    for copy in np.moveaxis(noise, 1, 0):
        total += attribute(images + sigma * torch.as_tensor(copy, device=images.device)) ** 2
    return total / noise.shape[1]


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
) -> Float[ndarray, "photos h w"]:
    """Explanation map e of every photo (values in [0, 1]): the maximum over its colour channels.

    Smoothed and squared over `n_copies` noisy copies; with `n_copies` 0 the plain signed
    attribution. The noise of photo i depends on `seed` and i only, never on `batch_size`, the
    number of pictures that pass the model at once (None: 128 of 64 × 64 pixels, fewer of larger
    ones). Source: Theiner et al., Section 4.2.
    """
    _check(images, explainer, n_steps, n_copies)
    batch_size = batch_size or max(1, PIXELS_AT_ONCE // (images.shape[2] * images.shape[3]))
    at_once = max(1, batch_size // (n_steps if explainer == "integrated_gradients" else 1))

    def explain(start: int) -> Float[ndarray, "batch h w"]:
        batch, chosen = images[start : start + at_once], targets[start : start + at_once]
        starts = baseline_images(batch, baseline, zero_rgb)
        attribute = _attribution(score, chosen, explainer, starts, n_steps, batch_size)
        if not n_copies:
            return attribute(batch).amax(dim=1).cpu().numpy()
        noise = _noise(batch.shape, n_copies, seed, start)
        return smooth_squared(attribute, batch, noise, sigma).amax(dim=1).cpu().numpy()

    maps = []
    name = explainer.replace("_", " ").capitalize()
    with (
        tqdm(total=len(images), desc=name, unit=" photos", mininterval=1) as progress,
        _workers(images.device) as pool,
    ):
        for part in pool.map(explain, range(0, len(images), at_once)):
            maps.append(part)
            progress.update(len(part))
    return np.concatenate(maps)


@contextmanager
def _workers(device: torch.device) -> Iterator[ThreadPoolExecutor]:
    """Worker threads that each explain their own photos with one thread of torch's.

    On a CPU there are as many as torch has threads. Torch's own threads would share every layer of
    every step and wait for the slowest: beside another busy program that took ten times as long.
    """
    n_threads = torch.get_num_threads()
    on_cpu = device.type == "cpu"
    pool = ThreadPoolExecutor(
        n_threads if on_cpu else 1,
        initializer=torch.set_num_threads if on_cpu else None,
        initargs=(1,) if on_cpu else (),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(n_threads)  # new threads take the number that was set last


def _attribution(
    score: Score,
    targets: Int[Tensor, " photos"],
    explainer: str,
    baselines: Float[Tensor, "photos 3 h w"],
    n_steps: int,
    batch_size: int,
) -> Attribution:
    if explainer == "gradients":
        return lambda images: gradients(score, images, targets)
    return lambda images: integrated_gradients(
        score, images, targets, baselines, n_steps, batch_size
    )


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
    if explainer not in ("integrated_gradients", "gradients"):
        raise ValueError(
            f"explainer: {explainer!r}, expected 'integrated_gradients' or 'gradients'"
        )
    if not len(images):
        raise ValueError("images: none, expected at least one photo")
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"images: values from {low:g} to {high:g}, expected [0, 1]")
    if n_steps < 1 or n_copies < 0:
        raise ValueError(f"n_steps, n_copies: {n_steps}, {n_copies}, expected ≥ 1 and ≥ 0")
