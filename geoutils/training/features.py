"""Features of all photos, computed once and read by every head that does not train the backbone.

Beside `name.npy` lies `name.json`: what the features were made from (a key), and how many photos
are done. An interrupted computation goes on from there; a file that is unfinished, or was made
from something else, cannot be read.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from numpy import ndarray
from torch import nn
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.known_names import known_name
from geoutils.models.backbone import Backbone
from geoutils.models.geolocator import Geolocator
from geoutils.training.augmentation.augment import as_images
from geoutils.training.state.fingerprint import (
    CODE,
    code_fingerprint,
    fingerprint,
    pixels_fingerprint,
)

TAKES = ("features", "tokens")
BATCH, LEAST_BATCH = 256, 16
BATCH_PIXELS = 2**22  # a step's photos together: large networks at 300 pixels fit 4 GB


def features_key(
    source: Backbone | Geolocator | str | Path,
    manifest: str | Path,
    pixels: UInt8[ndarray, "photos h w 3"],
    takes: str = "features",
) -> str:
    """What features depend on: weights, list of photos, photos, what is taken, and the code.

    `source` is the folder of a checkpoint or the network itself, trained or not. Raises ValueError
    where there is no such checkpoint or manifest.
    """
    known_name("takes", takes, TAKES)
    if not Path(manifest).is_file():
        raise ValueError(f"manifest: no file {manifest}")
    photos = pixels_fingerprint(pixels)
    return fingerprint(*_weights(source), Path(manifest), photos, takes, code_fingerprint(*CODE))


def cache_features(
    model: Backbone | Geolocator,
    pixels: UInt8[ndarray, "photos h w 3"],
    path: str | Path,
    key: str,
    takes: str | None = None,
) -> Float32[ndarray, "photos ..."]:
    """Features of all photos (rows in their order) as a read-only memory map of the .npy at `path`.

    `takes` is "features", (photos, features), or "tokens", (photos, places, channels); by default
    what the head takes. Computed only as far as the file does not hold them already under the same
    key. Tokens take places times the room of features: 0.3 GB for 26,000 photos of the default
    study. Raises ValueError for a model that is not in evaluation mode.
    """
    path = Path(path)
    if model.training:
        raise ValueError("model: in training mode; call model.eval(), else features are noisy")
    takes = takes or (model.head.takes if isinstance(model, Geolocator) else "features")
    known_name("takes", takes, TAKES)
    backbone = model.backbone if isinstance(model, Geolocator) else model
    state = {"key": key, "takes": takes, "photos": len(pixels)}
    stored = _stored(path)
    is_same = stored | state == stored
    done = stored["done"] if is_same and path.is_file() else 0
    if done < len(pixels):
        _compute(backbone, pixels, path, done, state)
    return open_features(path, key)


def open_features(path: str | Path, key: str) -> Float32[ndarray, "photos ..."]:
    """Read cached features without computing any; ValueError if missing, stale or unfinished."""
    path, stored = Path(path), _stored(Path(path))
    if not stored or not path.is_file():
        raise ValueError(f"path: no features at {path}; notebook 03 makes them")
    if stored["key"] != key:
        raise ValueError(
            f"path: {path} was made with other weights, photos or code "
            f"(key {stored['key'][:12]}…, expected {key[:12]}…); run notebook 03 again"
        )
    if stored["done"] < stored["photos"]:
        raise ValueError(
            f"path: {path} holds {stored['done']} of {stored['photos']} photos, for its making was "
            "interrupted; notebook 03 goes on with it"
        )
    return np.load(path, mmap_mode="r")


def _compute(
    backbone: Backbone, pixels: ndarray, path: Path, done: int, state: dict[str, Any]
) -> None:
    """Write features from photo `done` on, recording after each batch how many are there."""
    if not done:
        # First the record: from here on an older file has no key. Its own readers keep it.
        _record(path, state | {"done": 0})
        path.unlink(missing_ok=True)
    out = np.load(path, mmap_mode="r+") if done else None
    device = next(backbone.parameters()).device
    take = backbone.tokens if state["takes"] == "tokens" else backbone
    batch = int(np.clip(BATCH_PIXELS // (pixels.shape[1] * pixels.shape[2]), LEAST_BATCH, BATCH))
    name = state["takes"].capitalize()
    bar = tqdm(total=len(pixels), initial=done, desc=name, unit=" photos", mininterval=1)
    with torch.inference_mode(), bar:
        for start in range(done, len(pixels), batch):
            photos = torch.from_numpy(np.array(pixels[start : start + batch])).to(device)
            values = take(as_images(photos)).float().cpu().numpy()
            if out is None:
                shape = (len(pixels), *values.shape[1:])
                out = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
            out[start : start + len(values)] = values
            out.flush()
            _record(path, state | {"done": start + len(values)})
            bar.update(len(values))


def _weights(source: Backbone | Geolocator | str | Path) -> list[Any]:
    """What tells one network's features from another's."""
    if isinstance(source, nn.Module):
        backbone = source.backbone if isinstance(source, Geolocator) else source
        tensors = backbone.state_dict()
        kind = {"name": backbone.name, "pooling": backbone.pooling, "tensors": list(tensors)}
        return [kind, *(tensor.cpu().numpy() for tensor in tensors.values())]
    weights, config = Path(source) / "model.safetensors", Path(source) / "config.json"
    if not weights.is_file():
        raise ValueError(f"source: no checkpoint {weights}")
    return [weights, *([config] if config.is_file() else [])]


def _record(path: Path, state: dict[str, Any]) -> None:
    with replacing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(state) + "\n")


def _stored(path: Path) -> dict[str, Any]:
    """The record beside a file of features; {} where there is none of this form."""
    record = path.with_suffix(".json")
    state = json.loads(record.read_text()) if record.is_file() else {}
    return state if "done" in state else {}
