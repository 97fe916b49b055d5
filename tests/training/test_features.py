import json
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.models import Backbone, Geolocator, save_model
from geoutils.training import cache_features, features, features_key, open_features
from geoutils.training.state import identity
from geoutils.training.state.fingerprint import fingerprint, pixels_fingerprint


@pytest.fixture
def study(tmp_path):
    model = multi_partition("test_resnet", [3]).eval()
    save_model(model, tmp_path / "checkpoint")
    (tmp_path / "manifest.parquet").write_bytes(b"rows")
    pixels = np.random.default_rng(0).integers(0, 256, (300, 32, 32, 3)).astype(np.uint8)
    return tmp_path, model, pixels


def key_of(folder, pixels):
    return features_key(folder / "checkpoint", folder / "manifest.parquet", pixels)


def images_of(pixels):
    return torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255


def test_cached_features_are_the_models_own(study):
    folder, model, pixels = study
    key = key_of(folder, pixels)
    cached = cache_features(model, pixels, folder / "features" / "plain.npy", key)
    assert isinstance(cached, np.memmap) and not cached.flags.writeable
    with torch.inference_mode():
        np.testing.assert_allclose(cached[290:], model.features(images_of(pixels[290:])), atol=1e-4)


def test_a_backbone_alone_gives_features_and_tokens(study):
    folder, _, pixels = study
    backbone, few = (
        Backbone("test_vit", pooling="max").eval(),
        pixels[:20].repeat(5, 1).repeat(5, 2),
    )
    keys = {
        takes: features_key(backbone, folder / "manifest.parquet", few, takes)
        for takes in ("features", "tokens")
    }
    tokens = cache_features(backbone, few, folder / "tokens.npy", keys["tokens"], "tokens")
    cached = cache_features(backbone, few, folder / "features.npy", keys["features"])
    assert tokens.shape == (20, 100, 64) and tokens.dtype == np.float32
    np.testing.assert_array_equal(cached, tokens.max(axis=1))
    with torch.inference_mode():
        np.testing.assert_allclose(tokens[19:], backbone.tokens(images_of(few[19:])), atol=1e-4)


def keys_and_paths(folder):
    kinds = ("features", "tokens")
    return {k: f"{k} key" for k in kinds}, {k: folder / "cached" / f"{k}.npy" for k in kinds}


@pytest.mark.parametrize("pooling", ["avg", "max"])
@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("small_resnet", 64),
        ("small_vit", 64),
        ("small_swin", 64),
        ("tf_efficientnet_lite0", 64),
        ("vgg11", 32),
    ],
)
def test_both_at_once_are_those_of_each_alone(tmp_path, name, side, pooling):
    backbone = Backbone(name, pooling=pooling).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (17, side, side, 3)).astype(np.uint8)
    keys, paths = keys_and_paths(tmp_path)
    features.cache_features_and_tokens(backbone, pixels, paths, keys)
    for takes, path in paths.items():
        alone = cache_features(backbone, pixels, tmp_path / f"{takes}.npy", "key", takes)
        np.testing.assert_array_equal(open_features(path, keys[takes]), alone)


def test_both_go_on_where_they_stopped_together(tmp_path, monkeypatch):
    backbone = Backbone("test_resnet").eval()
    pixels = np.random.default_rng(0).integers(0, 256, (80, 32, 32, 3)).astype(np.uint8)
    keys, paths = keys_and_paths(tmp_path)
    monkeypatch.setattr(features, "BATCH", 16)
    read, asked = features._read, []

    def counted(pixels, start, stop):
        asked.append(start)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return read(pixels, start, stop)

    monkeypatch.setattr(features, "_read", counted)
    with pytest.raises(KeyboardInterrupt):
        features.cache_features_and_tokens(backbone, pixels, paths, keys)
    features.cache_features_and_tokens(backbone, pixels, paths, keys)
    assert asked[:2] == [0, 16] and 0 not in asked[3:] and asked[-1] == 64
    before = len(asked)
    features.cache_features_and_tokens(backbone, pixels, paths, keys)
    assert len(asked) == before  # all is there
    for takes, path in paths.items():
        alone = cache_features(backbone, pixels, tmp_path / f"{takes}.npy", "key", takes)
        np.testing.assert_array_equal(open_features(path, keys[takes]), alone)


def test_what_is_there_of_one_kind_is_left(tmp_path):
    backbone = Backbone("test_resnet").eval()
    pixels = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3)).astype(np.uint8)
    keys, paths = keys_and_paths(tmp_path)
    cache_features(backbone, pixels, paths["features"], keys["features"], "features")
    written = paths["features"].stat().st_mtime_ns
    features.cache_features_and_tokens(backbone, pixels, paths, keys)
    assert paths["features"].stat().st_mtime_ns == written and not paths["tokens"].exists()
    with pytest.raises(ValueError, match="training mode"):
        features.cache_features_and_tokens(backbone.train(), pixels, paths, keys)


def test_the_fingerprint_of_a_file_is_that_of_its_contents_whenever_asked(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 4, 4, 3)).astype(np.uint8)
    path = tmp_path / "pixels.npy"
    np.save(path, pixels)
    stored = np.load(path, mmap_mode="r")
    assert pixels_fingerprint(stored) == pixels_fingerprint(stored) == pixels_fingerprint(pixels)
    assert pixels_fingerprint(stored[2:5]) == pixels_fingerprint(pixels[2:5])
    assert pixels_fingerprint(stored[:, :2]) == pixels_fingerprint(pixels[:, :2])
    changed = np.load(path, mmap_mode="r+")
    changed[0] = 0
    changed.flush()
    assert pixels_fingerprint(stored) == pixels_fingerprint(np.array(changed))
    assert pixels_fingerprint(changed) == pixels_fingerprint(np.array(changed))
    np.save(path, pixels[:5])
    assert pixels_fingerprint(np.load(path, mmap_mode="r")) == pixels_fingerprint(pixels[:5])


def test_they_are_computed_once(study):
    folder, model, pixels = study
    path, key = folder / "plain.npy", key_of(folder, pixels)
    cache_features(model, pixels, path, key)
    written = path.stat().st_mtime_ns
    cache_features(model, pixels, path, key)
    assert path.stat().st_mtime_ns == written
    np.testing.assert_array_equal(open_features(path, key), np.load(path))


def test_stale_features_cannot_be_read(study):
    folder, model, pixels = study
    path, key = folder / "plain.npy", key_of(folder, pixels)
    with pytest.raises(ValueError, match="path: no features at"):
        open_features(path, key)
    before = cache_features(model, pixels, path, key)

    drawn_anew = pixels.copy()
    drawn_anew[0] = 0
    (folder / "other.parquet").write_bytes(b"other rows")
    other_manifest = features_key(folder / "checkpoint", folder / "other.parquet", pixels)
    other_takes = features_key(
        folder / "checkpoint", folder / "manifest.parquet", pixels, takes="tokens"
    )
    other_model = multi_partition("test_resnet", [3], seed=1)
    save_model(other_model, folder / "checkpoint")
    for stale in (
        key_of(folder, pixels),
        key_of(folder, drawn_anew),
        other_manifest,
        other_takes,
    ):
        assert stale != key
        with pytest.raises(ValueError, match="was made with other weights, photos or code"):
            open_features(path, stale)
    # A stale file is replaced, and the key beside it never stands for another array; who has the
    # older one open keeps it.
    first = before[0].copy()
    other = cache_features(model, drawn_anew, path, "new key")
    assert not np.allclose(other[0], first)
    np.testing.assert_array_equal(before[0], first)
    with pytest.raises(ValueError, match="was made with other weights"):
        open_features(path, key)


def test_keys_of_networks_that_were_never_saved(study):
    folder, model, pixels = study
    manifest = folder / "manifest.parquet"
    backbone = model.backbone
    key = features_key(backbone, manifest, pixels)
    assert features_key(Geolocator(backbone, model.head), manifest, pixels) == key
    pooled = Backbone("test_resnet", pooling="max")
    pooled.load_state_dict(backbone.state_dict())
    assert features_key(pooled, manifest, pixels) != key
    with torch.no_grad():
        next(backbone.parameters()).flatten()[0] += 1
    assert features_key(backbone, manifest, pixels) != key


def test_features_of_other_code_are_stale(study, monkeypatch):
    folder, _, pixels = study
    key = key_of(folder, pixels)
    assert key_of(folder, pixels) == key
    asked = []
    monkeypatch.setattr(features, "code_fingerprint", lambda *names: asked.append(names) or "new")
    assert key_of(folder, pixels) != key
    # Networks lie in the one, what turns pixels into their input in the other.
    assert asked == [("geoutils.models", "geoutils.training")] == [identity.CODE]


def test_an_interrupted_computation_goes_on_where_it_stopped(study, monkeypatch):
    folder, model, pixels = study
    monkeypatch.setattr(features, "BATCH", 64)
    whole = cache_features(model, pixels, folder / "whole.npy", "key")
    path, seen = folder / "plain.npy", []

    def stop_at_photo(n):
        def hook(_, inputs):
            if sum(seen) >= n:
                raise KeyboardInterrupt
            seen.append(len(inputs[0]))

        return model.backbone.register_forward_pre_hook(hook)

    for stop in (0, 64, 192):
        handle = stop_at_photo(stop)
        with pytest.raises(KeyboardInterrupt):
            cache_features(model, pixels, path, "key")
        handle.remove()
        with pytest.raises(ValueError, match=rf"holds {stop} of 300 photos|no features at"):
            open_features(path, "key")
    handle = stop_at_photo(10**6)
    np.testing.assert_array_equal(cache_features(model, pixels, path, "key"), whole)
    assert seen == [64, 64, 64, 64, 44]  # each photo once
    handle.remove()
    # Another key starts over, even after an interruption.
    path.with_suffix(".json").write_text(
        json.dumps({"key": "old", "takes": "features", "photos": 300, "done": 64})
    )
    np.testing.assert_array_equal(cache_features(model, pixels, path, "key"), whole)


KILLED = """
import os, signal, sys
import numpy as np
from geoutils.models import load_model
from geoutils.training import cache_features, features

features.BATCH = 64
model, left = load_model(sys.argv[1] + "/checkpoint"), [3]

def kill(*_):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

model.backbone.register_forward_pre_hook(kill)
cache_features(model, np.load(sys.argv[1] + "/pixels.npy"), sys.argv[1] + "/plain.npy", "key")
"""


@pytest.mark.faults
def test_a_killed_computation_goes_on_too(study, monkeypatch):
    folder, model, pixels = study
    np.save(folder / "pixels.npy", pixels)
    result = subprocess.run([sys.executable, "-c", KILLED, folder], check=False)
    assert result.returncode == -signal.SIGKILL
    with pytest.raises(ValueError, match="holds 128 of 300 photos"):
        open_features(folder / "plain.npy", "key")
    monkeypatch.setattr(features, "BATCH", 64)
    seen = []
    model.backbone.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    resumed = cache_features(model, pixels, folder / "plain.npy", "key")
    assert seen == [64, 64, 44]
    whole = cache_features(model, pixels, folder / "whole.npy", "key")
    np.testing.assert_array_equal(resumed[128:], whole[128:])
    np.testing.assert_allclose(resumed[:128], whole[:128], atol=1e-5)  # other process, threads


def test_bad_input_is_refused(study):
    folder, model, pixels = study
    path, manifest = folder / "plain.npy", folder / "manifest.parquet"
    with pytest.raises(ValueError, match="manifest: no file"):
        features_key(folder / "checkpoint", folder / "none.parquet", pixels)
    with pytest.raises(ValueError, match="source: no checkpoint"):
        features_key(folder / "none", manifest, pixels)
    with pytest.raises(ValueError, match="takes: 'words'; expected features, tokens"):
        features_key(folder / "checkpoint", manifest, pixels, "words")
    with pytest.raises(ValueError, match="takes: 'words'"):
        cache_features(model, pixels, path, "key", "words")
    with pytest.raises(ValueError, match="model: in training mode"):
        cache_features(model.train(), pixels, path, "key")
    assert not path.exists()


def test_fingerprints_tell_apart_what_differs(tmp_path):
    (tmp_path / "file").write_text("one")
    parts = [{"a": 1}, np.arange(6), np.arange(6).reshape(2, 3), np.arange(6.0), tmp_path / "file"]
    prints = [fingerprint(part) for part in parts]
    assert len(set(prints)) == len(parts)
    assert fingerprint({"b": 2, "a": 1}) == fingerprint({"a": 1, "b": 2})
    (tmp_path / "file").write_text("two")
    assert fingerprint(tmp_path / "file") != prints[-1]
    pixels = np.zeros((1000, 2, 2, 3), np.uint8)
    before = pixels_fingerprint(pixels)
    assert before == pixels_fingerprint(pixels.copy()) != pixels_fingerprint(pixels[:-1])
    assert before != pixels_fingerprint(pixels + 1)
