"""Features of all photos, computed once and read by every head that does not train the backbone."""

import json
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from torch import nn
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.training.augment import as_images
from geoutils.training.fingerprint import fingerprint, pixels_fingerprint

BATCH = 256


def features_key(
    checkpoint: str | Path, manifest: str | Path, pixels: UInt8[ndarray, "photos h w 3"]
) -> str:
    """What features depend on: the weights, the list of photos, and the photos themselves."""
    weights = Path(checkpoint) / "model.safetensors"
    for name, path in (("checkpoint", weights), ("manifest", Path(manifest))):
        if not path.is_file():
            raise ValueError(f"{name}: no file {path}")
    return fingerprint(weights, Path(manifest), pixels_fingerprint(pixels))


def cache_features(
    model: nn.Module, pixels: UInt8[ndarray, "photos h w 3"], path: str | Path, key: str
) -> Float[ndarray, "photos features"]:
    """Features of all photos (rows in their order) as a read-only memory map of the .npy at `path`.

    Computed only where the file is missing or was made with another key, which stands in a JSON
    file beside it. The model must be in evaluation mode, else ValueError.
    """
    path = Path(path)
    if model.training:
        raise ValueError("model: in training mode; call model.eval(), else features are noisy")
    if _stored_key(path) != key:
        _key_path(path).unlink(missing_ok=True)  # from here on the old features have no key
        with replacing(path) as temporary:
            _write_features(model, pixels, temporary)
        with replacing(_key_path(path)) as temporary:
            temporary.write_text(json.dumps({"key": key, "photos": len(pixels)}) + "\n")
    return open_features(path, key)


def open_features(path: str | Path, key: str) -> Float[ndarray, "photos features"]:
    """Read cached features without computing any; ValueError where they are missing or stale."""
    path = Path(path)
    stored = _stored_key(path)
    if stored is None:
        raise ValueError(f"path: no features at {path}; notebook 03 makes them")
    if stored != key:
        raise ValueError(
            f"path: {path} was made with other weights or photos "
            f"(key {stored[:12]}…, expected {key[:12]}…); run notebook 03 again"
        )
    return np.load(path, mmap_mode="r")


def _write_features(model: nn.Module, pixels: ndarray, path: Path) -> None:
    device = next(model.parameters()).device
    out = None
    with (
        torch.inference_mode(),
        tqdm(total=len(pixels), desc="Features", unit=" photos", mininterval=1) as bar,
    ):
        for start in range(0, len(pixels), BATCH):
            batch = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(device)
            features = model.features(as_images(batch)).float().cpu().numpy()
            if out is None:
                shape = (len(pixels), features.shape[1])
                out = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
            out[start : start + len(features)] = features
            bar.update(len(features))
    out.flush()


def _key_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _stored_key(path: Path) -> str | None:
    if not (path.is_file() and _key_path(path).is_file()):
        return None
    return json.loads(_key_path(path).read_text()).get("key")
