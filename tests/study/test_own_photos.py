"""A folder of photos that is large enough: decided, split, and learned from, in small."""

import copy

import numpy as np
import pytest
import torch
from PIL import Image

from geoutils.models import Backbone, load_model
from geoutils.partitions import Hierarchy, adaptive_partitions
from geoutils.photos import in_common, read_manifest
from geoutils.photos.manifest import latlon_deg
from geoutils.photos.positions import rendered_manifest
from geoutils.photos.scenes import compose, render
from geoutils.study.execute import execute_notebook
from geoutils.study.run import with_photos_counted, write_settings
from geoutils.study.settings import find_root, read_study
from geoutils.training.recipes.from_study import StudyTraining, train_head

ROOT = find_root()
SIZE = 64


def degrees_minutes_seconds(degrees):
    minutes = abs(degrees) * 60
    return (float(minutes // 60), float(minutes % 60 // 1), round(minutes % 1 * 60, 4))


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """120 rendered photos as JPEG files with GPS, none with an author."""
    folder = tmp_path_factory.mktemp("photos")
    places = rendered_manifest(n_train=118, n_val=1, n_test=1, n_seen=0, seed=3, test_seed=4)
    images, _ = render(compose(places), SIZE)
    for i, (latitude, longitude) in enumerate(latlon_deg(places)):
        exif = Image.Exif()
        exif[0x8825] = {
            1: "N" if latitude >= 0 else "S",
            2: degrees_minutes_seconds(latitude),
            3: "E" if longitude >= 0 else "W",
            4: degrees_minutes_seconds(longitude),
        }
        Image.fromarray(images[i]).save(folder / f"{i:03d}.jpg", exif=exif, quality=95)
    return folder


@pytest.fixture(scope="module")
def study(photos, tmp_path_factory):
    """The study's contents, and its results after notebook 01 and a partition."""
    base = tmp_path_factory.mktemp("own")
    contents = copy.deepcopy(read_study(ROOT, "own_photos"))
    contents["own_model"]["enough_photos"] = 120
    contents["own_model"]["01_photos"]["size"] = SIZE
    contents["own_model"]["03_training"]["image_size"] = SIZE
    given = {"01_photos": {"photos": str(photos), "n_shown": 2, "tile": 40}}
    contents = with_photos_counted(contents, given)
    contents["01_photos"] |= given["01_photos"]
    write_settings(contents, "own_photos", base)
    execute_notebook(ROOT, "01_photos", "own_photos", contents["01_photos"], str(base))
    results = base / "results" / "own_photos"
    manifest = read_manifest(results / "manifest.parquet")
    train = latlon_deg(manifest[manifest["split"] == "train"])
    levels = adaptive_partitions(train, 2, {"coarse": 40, "middle": 20, "fine": 10})
    Hierarchy.of(levels).save(results / "partitions")
    return contents, results, manifest


def test_photos_are_split_by_spot(study, photos):
    _, _, manifest = study
    assert len(manifest) == len(list(photos.iterdir()))
    assert set(manifest["split"]) >= {"train", "val", "test"}
    assert manifest["author"].str.startswith("spot ").all()
    common = in_common(manifest, "author", ["train", "val", "test"]).to_numpy()
    assert not (common - np.diag(np.diag(common))).any()


def test_heads_learn_from_the_frozen_packaged_network(study):
    contents, results, manifest = study
    section = copy.deepcopy(contents["03_training"])
    section["heads"]["multi_partition"]["preset"]["epochs"] = 10
    _, log = train_head(StudyTraining.of(results, section), "multi_partition")
    assert log["train_loss"].iloc[-1] < 0.7 * log["train_loss"].iloc[0]
    model = load_model(results / "checkpoints" / "multi_partition")
    assert model.n_cells == Hierarchy.load(results / "partitions").n_cells
    packaged = Backbone("tf_efficientnet_lite0", pretrained="package").state_dict()
    for name, weight in model.backbone.state_dict().items():
        torch.testing.assert_close(weight, packaged[name], rtol=0, atol=0)
    assert len(list((results / "features").glob("*.npy"))) == 1
    assert np.load(next((results / "features").glob("*.npy"))).shape == (len(manifest), 1280)
