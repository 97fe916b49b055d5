import io
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
import torchvision
from PIL import Image
from torchvision import transforms

from geoutils.__main__ import main
from geoutils.photos.scene_groups import scene_numbers
from geoutils.photos.scene_labels import (
    Hierarchy,
    label_scenes,
    load_network,
    packaged_hierarchy,
    read_hierarchy,
)
from geoutils.photos.scene_labels.hierarchy import category_names
from geoutils.photos.scene_labels.look import picture_of, probabilities_of
from geoutils.photos.sources import check_photos, read_checked

NAME = "test_resnet"
BEACH, AIRPLANE_CABIN, BAMBOO_FOREST = 48, 1, 36  # their groups are 6, 3 and 8


def as_torchvision_sees(data):
    """What the dataset's own example feeds its network, by torchvision."""
    steps = [
        transforms.Resize((256, 256)),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    return transforms.Compose(steps)(picture)


def test_labels_are_those_of_torchvision_and_the_network_itself(checked, weights, network):
    folder = checked(7)
    assert label_scenes(folder, weights, batch_size=3, workers=2, say=lambda _: None) == 7
    manifest, _ = read_checked(folder)
    pictures = []
    for path, offset, length in manifest[["path", "offset", "length"]].itertuples(index=False):
        with open(path, "rb") as shard:
            shard.seek(offset)
            pictures.append(as_torchvision_sees(shard.read(length)))
    with torch.inference_mode():
        expected = network(torch.stack(pictures)).double().softmax(1).numpy()
    three, sixteen, categories = packaged_hierarchy().labels(expected).T
    np.testing.assert_array_equal(manifest["s365"], categories)
    np.testing.assert_array_equal(manifest["s16"], sixteen)
    np.testing.assert_array_equal(scene_numbers(manifest, 3), three)
    assert manifest["s16"].dtype == np.int16 and len(set(categories)) > 1
    np.testing.assert_array_equal(scene_numbers(manifest, 365), categories)
    assert not (folder / ".scenes.sqlite").exists()


@pytest.mark.parametrize(
    ("category", "group", "scene"),
    [(BEACH, 6, "nature"), (AIRPLANE_CABIN, 3, "indoor"), (4, 15, "urban")],
)
def test_answers_known_by_construction(checked, always, category, group, scene, capsys):
    folder = checked(3)
    command = ["photos", "scenes", str(folder), "--model", str(always(category)), "--workers", "1"]
    assert main(command) == 0
    manifest, _ = read_checked(folder)
    assert manifest["s365"].tolist() == [category] * 3
    assert manifest["s16"].tolist() == [group] * 3 and manifest["scene"].tolist() == [scene] * 3
    said = capsys.readouterr().out
    assert f"3 {scene}\nnew labels for 3 photos in " in said
    assert main(command) == 0
    assert "new labels for 0 photos" in capsys.readouterr().out


def test_what_a_list_says_stays(photo_bytes, tmp_path, always):
    photos, listing = tmp_path / "photos", tmp_path / "list_places365.csv"
    photos.mkdir()
    for name in ("whole", "scene", "none"):
        (photos / f"{name}.jpg").write_bytes(photo_bytes())
    listing.write_text(
        "IMG_ID,LAT,LON,S3_Label,S16_Label,S365_Label\n"
        "whole.jpg,10,20,0,2,3\nscene.jpg,10,20,2,,\nnone.jpg,10,20,,,\n"
    )
    check_photos(photos, tmp_path / "checked", listing, workers=1, say=lambda _: None)
    before, _ = read_checked(tmp_path / "checked")
    assert before.set_index("photo").loc["whole.jpg", ["scene", "s16", "s365"]].tolist() == [
        *("indoor", 2, 3)
    ]
    model = always(BAMBOO_FOREST)
    assert label_scenes(tmp_path / "checked", model, workers=1, say=lambda _: None) == 2
    after, _ = read_checked(tmp_path / "checked")
    labels = after.set_index("photo")[["scene", "s16", "s365"]]
    assert labels.loc["whole.jpg"].tolist() == ["indoor", 2, 3]
    assert labels.loc["scene.jpg"].tolist() == ["urban", 8, BAMBOO_FOREST]
    assert labels.loc["none.jpg"].tolist() == ["nature", 8, BAMBOO_FOREST]
    pd.testing.assert_frame_equal(
        after.drop(columns=["scene", "s16", "s365"]), before.drop(columns=["scene", "s16", "s365"])
    )


def test_a_photo_that_is_gone_stays_without(photo_bytes, tmp_path, always):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in "abc":
        (photos / f"{name}.jpg").write_bytes(photo_bytes(latlon=(10, 20)))
    check_photos(photos, tmp_path / "checked", workers=1, say=lambda _: None)
    (photos / "b.jpg").unlink()
    (photos / "c.jpg").write_bytes((photos / "c.jpg").read_bytes()[:-900])
    said = []
    assert label_scenes(tmp_path / "checked", always(BEACH), workers=1, say=said.append) == 1
    assert "new labels for 1 photo in " in said[-1]
    assert "; 2 could not be read, for one: " in said[-1]
    manifest, _ = read_checked(tmp_path / "checked")
    assert manifest["s365"].tolist() == [BEACH, -1, -1]
    assert manifest["scene"].tolist() == ["nature", "", ""]


def test_after_a_kill_it_goes_on_and_ends_alike(checked, weights, tmp_path):
    folder, undisturbed = checked(12), tmp_path / "undisturbed"
    check_photos(tmp_path / "a.tar", undisturbed, workers=1, say=lambda _: None)
    label_scenes(undisturbed, weights, batch_size=4, workers=1, say=lambda _: None)
    script = """
import os, signal, sys
from geoutils.photos.scene_labels import label
insert, n_blocks = label.insert, []
def killed(*arguments):
    insert(*arguments)
    n_blocks.append(1)
    if len(n_blocks) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
label.insert = killed
label.label_scenes(*sys.argv[1:], batch_size=2, workers=1)
"""
    run = subprocess.run([sys.executable, "-c", script, folder, weights], capture_output=True)
    assert run.returncode == -signal.SIGKILL
    assert "s365" not in read_checked(folder)[0]
    said = []
    n_labelled = label_scenes(folder, weights, batch_size=4, workers=1, say=said.append)
    assert said[0].startswith("going on with the labels") and n_labelled == 12
    pd.testing.assert_frame_equal(read_checked(folder)[0], read_checked(undisturbed)[0])


def test_the_manifest_can_be_longer_than_what_is_in_memory(checked, always, monkeypatch):
    folder = checked(7)
    monkeypatch.setattr("geoutils.photos.scene_labels.labelled_manifest.ROWS", 2)
    assert label_scenes(folder, always(BEACH), workers=1, say=lambda _: None) == 7
    assert read_checked(folder)[0]["s365"].tolist() == [BEACH] * 7


def as_python_2_wrote(checkpoint, path):
    """A file as torch 0.3 under Python 2 wrote it: one pickle after another, texts as bytes."""

    class Python2(pickle._Pickler):
        dispatch: ClassVar = dict(pickle._Pickler.dispatch)

        def save_str(self, text):
            data = text.encode("latin1")
            self.write(pickle.SHORT_BINSTRING + struct.pack("<B", len(data)) + data)
            self.memoize(text)

        dispatch[str] = save_str

        def save_global(self, found, name=None):
            self.write(pickle.GLOBAL + found.encode())
            self.memoize(found)

        def save_tensor(self, tensor):
            key = str(len(storages))
            storages[key] = tensor
            self.write(pickle.GLOBAL + b"torch._utils\n_rebuild_tensor\n" + pickle.MARK)
            self.write(pickle.MARK)
            self.save("storage")
            self.write(pickle.GLOBAL + b"torch.cuda\nFloatStorage\n")
            for part in (key, "cuda:0", tensor.numel(), None):
                self.save(part)
            self.write(pickle.TUPLE + pickle.BINPERSID)
            self.save(0)
            self.save(tuple(tensor.shape))
            self.save(tuple(tensor.stride()))
            self.write(pickle.TUPLE + pickle.REDUCE)

        dispatch[torch.Tensor] = save_tensor

        def save_ordered(self, found):
            self.write(pickle.GLOBAL + b"collections\nOrderedDict\n" + pickle.EMPTY_TUPLE)
            self.write(pickle.REDUCE)
            self._batch_setitems(found.items())

        dispatch[OrderedDict] = save_ordered

    storages = {}
    with open(path, "wb") as file:
        pickle.dump(0x1950A86A20F9469CFC6C, file, 2)
        pickle.dump(1001, file, 2)
        pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, file, 2)
        Python2(file, 2).dump(checkpoint)
        Python2(file, 2).dump(sorted(storages))
        for key in sorted(storages):
            values = storages[key].detach().numpy().astype("<f4")
            file.write(struct.pack("<q", values.size) + values.tobytes())


def test_weights_as_python_2_wrote_them(tmp_path):
    torch.manual_seed(1)
    network = torchvision.models.get_model("resnet18", weights=None, num_classes=365).eval()
    state = OrderedDict(
        (f"module.{name}", value)
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")  # torch 0.4 brought it
    )
    path = tmp_path / "resnet18_places365.pth.tar"
    checkpoint = {"arch": "resnet18", "epoch": 90, "best_prec1": 54.5, "state_dict": state}
    as_python_2_wrote(checkpoint, path)
    pictures = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)
    found = load_network(path)
    np.testing.assert_array_equal(
        probabilities_of(found, pictures), probabilities_of(network, pictures)
    )


def test_nothing_in_a_file_is_run(tmp_path, checked, capsys):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    folder, path = checked(1), tmp_path / "bomb.pth.tar"
    torch.save({"arch": "resnet18", "state_dict": {"fc.weight": Bomb()}}, path)
    assert main(["photos", "scenes", str(folder), "--model", str(path)]) == 2
    assert "it holds more than weights, which is not loaded" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("contents", "arch", "message"),
    [
        (b"", NAME, "it cannot be read"),
        (b"PK\x03\x04 no zip", NAME, "it cannot be read"),
        ({"state_dict": {}}, NAME, "holds no weights by name"),
        ([1, 2], NAME, "holds no weights by name"),
        ({"fc.weight": torch.zeros(2)}, "", "does not say which network it is"),
        ({"fc.weight": torch.zeros(2)}, NAME, "is no test_resnet of 365 categories"),
        ({"fc.weight": torch.zeros(2)}, "resnet19", "similar: resnet18"),
    ],
)
def test_bad_models_are_refused(tmp_path, contents, arch, message):
    path = tmp_path / "model.pth"
    path.write_bytes(contents) if isinstance(contents, bytes) else torch.save(contents, path)
    with pytest.raises(ValueError, match=message):
        load_network(path, arch)


def test_answers_that_are_no_numbers_are_refused(checked, network, tmp_path):
    found = {name: value.clone() for name, value in network.state_dict().items()}
    found["fc.bias"][7] = float("nan")
    torch.save(found, tmp_path / "model.pth")
    with pytest.raises(ValueError, match="what it answers is no number"):
        label_scenes(checked(1), tmp_path / "model.pth", NAME, workers=1, say=lambda _: None)


def test_other_files_and_folders_are_refused(tmp_path, weights):
    (tmp_path / "model.safetensors").write_bytes(b"none")
    with pytest.raises(ValueError, match="no safetensors file"):
        load_network(tmp_path / "model.safetensors", NAME)
    with pytest.raises(ValueError, match="no file"):
        load_network(tmp_path / "none.pth", NAME)
    with pytest.raises(ValueError, match="run photos check first"):
        label_scenes(tmp_path, weights)
    (tmp_path / "list.csv").write_text("id,lat,lon\na,10,20\n")
    check_photos(tmp_path / "list.csv", tmp_path / "positions", workers=1, say=lambda _: None)
    with pytest.raises(ValueError, match="positions alone"):
        label_scenes(tmp_path / "positions", weights)


def test_pictures_are_torchvisions(photo_bytes):
    mean, sd = (np.array(values) for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    for size in ((300, 200), (224, 640)):
        data = photo_bytes(size=size)
        theirs = as_torchvision_sees(data).permute(1, 2, 0).numpy() * sd + mean
        np.testing.assert_allclose(picture_of(data) / 255, theirs, atol=1.01 / 255)
    smooth = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20)
    large = photo_bytes(picture=smooth.resize((2048, 1536), Image.Resampling.BICUBIC))
    theirs = as_torchvision_sees(large).permute(1, 2, 0).numpy() * sd + mean
    np.testing.assert_allclose(picture_of(large) / 255, theirs, atol=3 / 255)  # decoded smaller


def sheet_of(groups, scenes):
    rows = ["," + ",".join(f"level {i}" for i in range(19)), "category," + "," * 18]
    for name, scene, group in zip(category_names(), scenes, groups, strict=True):
        marks = ",".join(map(str, [*scene, *group]))
        rows.append(f"'/{name[0]}/{name}',{marks}")
    return "\n".join(rows) + "\n"


def test_the_published_hierarchy_counts_in_equal_parts(tmp_path):
    rng = np.random.default_rng(0)
    groups = np.eye(16, dtype=int)[rng.integers(0, 16, 365)]
    scenes = np.eye(3, dtype=int)[rng.integers(0, 3, 365)]
    groups[5] = 0
    groups[5, [2, 7]] = 1
    path = tmp_path / "sheet.csv"
    path.write_text(sheet_of(groups, scenes))
    hierarchy = read_hierarchy(path)
    probabilities = rng.dirichlet(np.full(365, 0.1), 20)
    three, sixteen, categories = hierarchy.labels(probabilities).T
    for photo, row in enumerate(probabilities):  # by the definition, one by one
        of_groups, of_scenes = np.zeros(16), np.zeros(3)
        for category, probability in enumerate(row):
            of_groups += probability * groups[category] / groups[category].sum()
            of_scenes += probability * scenes[category]
        assert of_groups.argmax() == sixteen[photo] and of_scenes.argmax() == three[photo]
        assert row.argmax() == categories[photo]
    np.testing.assert_allclose(hierarchy.groups[5, [2, 7]], 0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace("/z/zen_garden", "/z/zoo"),
            "another order; expected zen_garden",
        ),
        (lambda text: text[: text.index("'/z/zen")], "has 364 categories"),
        (lambda text: text.replace(",0\n", ",7\n"), "marks that are 0 or 1"),
        (lambda text: text.replace(",0\n", ",yes\n"), "hierarchy: "),
    ],
)
def test_other_hierarchies_are_refused(tmp_path, change, message):
    marks = np.zeros((365, 16), int), np.zeros((365, 3), int)
    for table in marks:
        table[:, 0] = 1
    path = tmp_path / "sheet.csv"
    path.write_text(change(sheet_of(*marks)))
    with pytest.raises(ValueError, match=message):
        read_hierarchy(path)


def test_the_packaged_hierarchy_is_what_public_lists_show():
    hierarchy = packaged_hierarchy()
    assert isinstance(hierarchy, Hierarchy) and len(category_names()) == 365
    np.testing.assert_allclose(hierarchy.groups.sum(axis=1), 1)
    np.testing.assert_allclose(hierarchy.scenes.sum(axis=1), 1)
    group = dict(zip(category_names(), hierarchy.groups.argmax(axis=1).tolist(), strict=True))
    known = {"beach": 6, "bamboo_forest": 8, "street": 15, "kitchen": 2, "castle": 11, "bar": 0}
    assert {name: group[name] for name in known} == known
    folder = Path(__file__).parents[4] / "shared" / "data" / "benchmarks"
    listing = folder / "yfcc25600_places365.csv"
    if listing.is_file():  # not shipped
        table = pd.read_csv(listing)
        alone = hierarchy.labels(np.eye(365)[table["S365_Label"]])
        assert (alone[:, 1] == table["S16_Label"]).mean() > 0.85
        assert (alone[:, 0] == table["S3_Label"]).mean() > 0.9
