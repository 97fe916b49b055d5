"""A disk that fills up: told in a sentence, nothing half written; with more room it goes on."""

import resource
import subprocess
import sys

import numpy as np
import pytest
from own_mounts import needs_mounts, on_small_disk
from PIL import Image
from small_root import contents, run

from geoutils.models.saving import save_tensors

pytestmark = pytest.mark.faults


def well(done):
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


PIXELS = """
import pandas as pd
from geoutils.photos import stored_pixels
from geoutils.photos.pixels import open_pixels
from geoutils.photos.stored_pixels import write_pixels
disk, album, whole = sys.argv[1:]
stored_pixels.BLOCK = 8
names = [f"{number:02d}.jpg" for number in range(40)]
manifest = pd.DataFrame({"photo": names, "path": [f"{album}/{name}" for name in names]})
path = disk + "/photos/64px.npy"
full(lambda: write_pixels(manifest, path, 64, workers=1))
assert not os.path.exists(path)
larger(disk)
made, make = [], stored_pixels.decode_rows
stored_pixels.decode_rows = lambda rows, size: made.extend(rows["photo"]) or make(rows, size)
assert write_pixels(manifest, path, 64).empty
assert 0 < len(made) < 40, "what was there has been made again"
write_pixels(manifest, whole + "/64px.npy", 64)
np.testing.assert_array_equal(open_pixels(path), open_pixels(whole + "/64px.npy"))
assert sorted(os.listdir(disk + "/photos")) == ["64px.json", "64px.npy"]
"""


@needs_mounts
def test_decoding_photos(tmp_path):
    album = tmp_path / "album"
    album.mkdir()
    for number in range(40):
        noise = np.random.default_rng(number).integers(0, 256, (20, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(album / f"{number:02d}.jpg")
    well(on_small_disk(PIXELS, "300k", tmp_path / "disk", album, tmp_path))


CHECK = """
from geoutils.photos.sources import check_photos, read_checked
disk, listing = sys.argv[1:]
said = full_or_sqlite = ""
try:
    check_photos(listing, disk + "/out", workers=1)
except OSError as error:
    said = str(error)
assert "full" in said or "No space" in said, said
assert not os.path.exists(disk + "/out/manifest.parquet")
larger(disk)
assert check_photos(listing, disk + "/out", workers=1) == (18000, 0)
assert len(read_checked(disk + "/out")[0]) == 18000
"""


@needs_mounts
def test_checking_photos(tmp_path):
    rows = "".join(f"a photo of number {number},{number % 80}.5,20\n" for number in range(18000))
    (tmp_path / "list.csv").write_text("id,lat,lon\n" + rows)
    well(on_small_disk(CHECK, "1m", tmp_path / "disk", tmp_path / "list.csv"))


FEATURES = """
from geoutils.models import Backbone
from geoutils.training import cache_features, features
import torch
disk, whole = sys.argv[1:]
torch.manual_seed(0)
features.BATCH = features.LEAST_BATCH = 16
backbone = Backbone("test_resnet").eval()
pixels = np.random.default_rng(0).integers(0, 256, (160, 32, 32, 3)).astype(np.uint8)
path = disk + "/plain.npy"
said = full(lambda: cache_features(backbone, pixels, path, "key", "tokens"))
try:
    features.open_features(path, "key")
    raise AssertionError
except ValueError as error:
    assert "photos, for its making was interrupted" in str(error), error
larger(disk)
seen, turned = [], features.as_images
features.as_images = lambda photos: seen.append(len(photos)) or turned(photos)
made = cache_features(backbone, pixels, path, "key", "tokens")
assert 0 < 16 * len(seen) < 160, seen
expected = cache_features(backbone, pixels, whole + "/whole.npy", "key", "tokens")
np.testing.assert_array_equal(made, expected)
"""


@pytest.mark.slow
@needs_mounts
def test_features(tmp_path):
    well(on_small_disk(FEATURES, "44k", tmp_path / "disk", tmp_path))


BACKGROUND = """
from geoutils.prediction.background import Background, write_background
disk, rng = sys.argv[1], np.random.default_rng(0)
small = rng.normal(size=(500, 32)), np.zeros((500, 2)), np.zeros(500, int), 1
large = rng.normal(size=(9000, 32)), np.zeros((9000, 2)), np.zeros(9000, int), 1
write_background(disk, *small)
full(lambda: write_background(disk, *large))
assert len(Background.load(disk)) == 500
larger(disk)
write_background(disk, *large)
assert len(Background.load(disk)) == 9000
"""


@pytest.mark.slow
@needs_mounts
def test_a_background_collection(tmp_path):
    well(on_small_disk(BACKGROUND, "500k", tmp_path / "disk"))


TRAINING = """
from safetensors.torch import load_file
from geoutils.models import ClassesHead
from geoutils.training import Examples, Preset, train
from geoutils.training.state.checkpoint import read_progress
import torch
disk, whole = sys.argv[1:]
rng = np.random.default_rng(0)
data = Examples.of(rng.normal(size=(60, 8)).astype(np.float32), rng.integers(0, 5, (60, 1)),
                   np.zeros((60, 2)))
preset = Preset(epochs=6, batch_size=16, threads=1)

def head():
    torch.manual_seed(0)
    return ClassesHead(8, 5, hidden=400)

def fill(log):
    if len(log) == 3:  # somebody else needs the rest of the disk
        with open(disk + "/other", "wb") as file:
            full(lambda: file.write(bytes(2**24)) and file.flush())

full(lambda: train(head(), data, data, preset, disk + "/run", on_epoch=fill))
assert read_progress(disk + "/run").epoch == 3
os.remove(disk + "/other")
train(head(), data, data, preset, disk + "/run")
train(head(), data, data, preset, whole + "/run")
for name in ("model.safetensors", "state.safetensors"):
    ours, theirs = load_file(f"{disk}/run/{name}"), load_file(f"{whole}/run/{name}")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours), name
"""


@needs_mounts
def test_training(tmp_path):
    well(on_small_disk(TRAINING, "2m", tmp_path / "disk", tmp_path))


STUDY = """
import subprocess
disk, root = sys.argv[1:]
command = [sys.executable, "-m", "geoutils", "run", "--study", "tiny", "--out-dir", disk]
def run():
    return subprocess.run(command, cwd=root, capture_output=True, text=True)

with open(disk + "/other", "wb") as file:
    full(lambda: file.write(bytes(2**21)) and file.flush())
os.truncate(disk + "/other", os.path.getsize(disk + "/other") - 16384)
failed = run()
printed = failed.stdout + failed.stderr
assert failed.returncode != 0 and "No space left on device" in printed, printed
assert "goes on from here" in printed and "Traceback" not in printed, printed
larger(disk)
os.remove(disk + "/other")
again = run()
assert again.returncode == 0, again.stdout + again.stderr
subprocess.run(["cp", "-r", disk + "/results", sys.argv[2] + "/.."], check=True)
"""


@pytest.mark.slow
@needs_mounts
def test_a_study(root, tmp_path):
    status, printed = run(root, "run", "--study", "tiny", "--out-dir", str(tmp_path))
    assert status == 0, printed
    well(on_small_disk(STUDY, "1m", tmp_path / "disk", root))
    ours, expected = root.parent / "results" / "tiny", tmp_path / "results" / "tiny"
    assert contents(ours) == contents(expected)


LIMITED = """
import sys
from geoutils.array_files import create_array, write_rows
from geoutils.files import replacing
try:
    with replacing(sys.argv[1]) as temporary:
        temporary.write_bytes(bytes(5000))
except OSError as error:
    print(error.strerror)
"""


def test_a_file_that_may_not_grow(tmp_path):
    """Limits of a user or a batch system: as a full disk, without one."""
    path = tmp_path / "table.csv"
    path.write_text("old")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=True)
    assert done.stdout == "File too large\n"
    assert path.read_text() == "old" and [*tmp_path.iterdir()] == [path]


def test_weights_that_cannot_be_written_are_an_error_of_the_system(tmp_path):
    import torch

    with pytest.raises(OSError, match="No such file or directory"):
        save_tensors({"a": torch.zeros(3)}, tmp_path / "nowhere" / "a.safetensors")
