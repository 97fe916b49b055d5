import numpy as np
import pytest
import torch

from geoutils.models import MultiPartitionClassifier, save_model
from geoutils.training import cache_features, features_key, open_features
from geoutils.training.fingerprint import fingerprint, pixels_fingerprint


@pytest.fixture
def study(tmp_path):
    model = MultiPartitionClassifier("test_resnet", [3]).eval()
    save_model(model, tmp_path / "checkpoint")
    (tmp_path / "manifest.parquet").write_bytes(b"rows")
    pixels = np.random.default_rng(0).integers(0, 256, (300, 32, 32, 3)).astype(np.uint8)
    return tmp_path, model, pixels


def key_of(folder, pixels):
    return features_key(folder / "checkpoint", folder / "manifest.parquet", pixels)


def test_cached_features_are_the_models_own(study):
    folder, model, pixels = study
    key = key_of(folder, pixels)
    features = cache_features(model, pixels, folder / "features" / "plain.npy", key)
    assert isinstance(features, np.memmap) and not features.flags.writeable
    images = torch.from_numpy(pixels[290:]).permute(0, 3, 1, 2) / 255
    with torch.inference_mode():
        np.testing.assert_allclose(features[290:], model.features(images), atol=1e-4)


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
    cache_features(model, pixels, path, key)

    drawn_anew = pixels.copy()
    drawn_anew[0] = 0
    (folder / "other.parquet").write_bytes(b"other rows")
    other_manifest = features_key(folder / "checkpoint", folder / "other.parquet", pixels)
    save_model(MultiPartitionClassifier("test_resnet", [3], seed=1), folder / "checkpoint")
    for stale in (key_of(folder, pixels), key_of(folder, drawn_anew), other_manifest):
        assert stale != key
        with pytest.raises(ValueError, match="was made with other weights or photos"):
            open_features(path, stale)
    # A stale file is replaced, and the key beside it never stands for another array.
    other = cache_features(model, drawn_anew, path, "new key")
    assert not np.allclose(other[0], model_features(model, pixels[:1]))
    with pytest.raises(ValueError, match="was made with other weights"):
        open_features(path, key)


def model_features(model, pixels):
    with torch.inference_mode():
        return model.features(torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255).numpy()


def test_a_training_model_and_missing_files_are_refused(study):
    folder, model, pixels = study
    with pytest.raises(ValueError, match="model: in training mode"):
        cache_features(model.train(), pixels, folder / "plain.npy", "key")
    with pytest.raises(ValueError, match="manifest: no file"):
        features_key(folder / "checkpoint", folder / "none.parquet", pixels)


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
