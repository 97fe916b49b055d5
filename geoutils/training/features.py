"""Features of all photos, computed once and read by every head that does not train the backbone.

Beside `name.npy` lies `name.json`: what the features were made from (a key), and how many photos
are done. An interrupted computation goes on from there; a file that is unfinished, or was made
from something else, cannot be read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Int, UInt8
from numpy import ndarray
from torch import Tensor, nn
from tqdm import tqdm

from geoutils.array_files import create_array, write_rows
from geoutils.files import replacing
from geoutils.known_names import known_name
from geoutils.locks import holding
from geoutils.models.backbone import Backbone
from geoutils.models.geolocator import Geolocator
from geoutils.photos.live_pixels import LivePixels, Pixels
from geoutils.training.ahead import ahead
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
    pixels: UInt8[Pixels, "photos h w 3"],
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
    pixels: UInt8[Pixels, "photos h w 3"],
    path: str | Path,
    key: str,
    takes: str | None = None,
) -> Float32[ndarray, "photos ..."]:
    """Features of all photos (rows in their order) as a read-only memory map of the .npy at `path`.

    `takes` is "features", (photos, features), or "tokens", (photos, places, channels); by default
    what the head takes. Computed only as far as the file does not hold them already under the same
    key. Tokens take places times the room of features: 0.3 GB for 26,000 photos of the default
    study. Where another process is computing some in the same folder, this one waits for it. Raises
    ValueError for a model that is not in evaluation mode.
    """
    path = Path(path)
    if model.training:
        raise ValueError("model: in training mode; call model.eval(), else features are noisy")
    takes = takes or (model.head.takes if isinstance(model, Geolocator) else "features")
    known_name("takes", takes, TAKES)
    backbone = model.backbone if isinstance(model, Geolocator) else model
    state = {"key": key, "takes": takes, "photos": len(pixels)}
    if _done(path, state) < len(pixels):
        with holding(path.parent):  # two would each make a file, and tell of the other
            done = _done(path, state)
            if done < len(pixels):
                _compute(backbone, pixels, {path: state}, done)
    return open_features(path, key)


def cache_features_and_tokens(
    backbone: Backbone,
    pixels: UInt8[Pixels, "photos h w 3"],
    paths: Mapping[str, Path],
    keys: Mapping[str, str],
) -> None:
    """Both kinds of files of `cache_features`, each by its kind, while photos are read once.

    Where one of them is there already, or has got further than the other, nothing is done: what is
    missing is computed alone. Raises ValueError for a model that is not in evaluation mode.
    """
    if backbone.training:
        raise ValueError("backbone: in training mode; call eval(), else features are noisy")
    n_photos = len(pixels)
    states = {
        paths[takes]: {"key": keys[takes], "takes": takes, "photos": n_photos} for takes in TAKES
    }
    if all(_done(path, state) == n_photos for path, state in states.items()):
        return
    with holding(paths["features"].parent):
        features_done, tokens_done = (_done(path, state) for path, state in states.items())
        if features_done == tokens_done < n_photos:
            _compute(backbone, pixels, states, features_done)


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


def lost_rows(features: Pixels) -> Int[ndarray, " lost"]:
    """Rows of cached features whose photos could not be read when they were computed.

    None of what is no file of features; photos that are decoded live tell when they are read.
    """
    file = getattr(features, "filename", None)  # of a memory map
    return np.array(_stored(Path(file)).get("lost", []) if file else [], dtype=int)


def _compute(
    backbone: Backbone, pixels: Pixels, files: Mapping[Path, dict[str, Any]], done: int
) -> None:
    """Write features from photo `done` on, recording after each batch how many are there.

    `files` are those to write, with what is to be recorded of each: one, or one of each kind.
    """
    if not done:
        for path, state in files.items():
            # First the record: from here on an older file has no key. Its own readers keep it.
            _record(path, state | {"done": 0, "lost": []})
            path.unlink(missing_ok=True)
    takes = [state["takes"] for state in files.values()]
    lost = _stored(next(iter(files))).get("lost", [])
    device = next(backbone.parameters()).device
    batch = int(np.clip(BATCH_PIXELS // (pixels.shape[1] * pixels.shape[2]), LEAST_BATCH, BATCH))
    starts = range(done, len(pixels), batch)
    reading = ahead(lambda start: _read(pixels, start, start + batch), starts, pixels, device)
    name = " and ".join(takes).capitalize()
    bar = tqdm(total=len(pixels), initial=done, desc=name, unit=" photos", mininterval=1)
    with torch.inference_mode(), bar:
        for start, (photos, grey) in zip(starts, reading, strict=True):
            taken = _taken(backbone, as_images(photos.to(device)), takes)
            lost = lost + grey
            for (path, state), tensor in zip(files.items(), taken, strict=True):
                values = tensor.float().cpu().numpy()
                if not start:
                    create_array(path, np.float32, (len(pixels), *values.shape[1:]))
                write_rows(path, start, values)
                _record(path, state | {"done": start + len(values), "lost": lost})
            bar.update(len(photos))


def _taken(backbone: Backbone, images: Tensor, takes: list[str]) -> tuple[Tensor, ...]:
    """What is taken of some photos, in this order; both kinds in the order of `TAKES`."""
    if len(takes) > 1:
        return backbone.features_and_tokens(images)
    return ((backbone.tokens if takes == ["tokens"] else backbone)(images),)


def _read(pixels: Pixels, start: int, stop: int) -> tuple[Tensor, list[int]]:
    """Some consecutive photos, and the rows of those that are lost."""
    if not isinstance(pixels, LivePixels):
        return torch.from_numpy(np.array(pixels[start:stop])), []
    rows = np.arange(start, min(stop, len(pixels)))
    photos = np.empty((len(rows), *pixels.shape[1:]), dtype=np.uint8)
    is_lost = pixels.read(rows, photos)
    return torch.from_numpy(photos), rows[is_lost].tolist()


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


def _done(path: Path, state: dict[str, Any]) -> int:
    """How many photos a file holds the features of that are asked for."""
    stored = _stored(path)
    return stored["done"] if stored | state == stored and path.is_file() else 0


def _stored(path: Path) -> dict[str, Any]:
    """The record beside a file of features; {} where there is none of this form."""
    record = path.with_suffix(".json")
    state = json.loads(record.read_text()) if record.is_file() else {}
    return state if "done" in state else {}
