"""Photos that were there when they were listed, and are gone or damaged when they are wanted."""

import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.photos import check_photos, read_checked, set_aside, stored_pixels
from geoutils.photos.decoded import GREY, check_few
from geoutils.photos.manifest import read_rejected
from geoutils.photos.pixels import open_pixels, pictures
from geoutils.photos.stored_pixels import write_pixels
from geoutils.study.execute import execute_notebook
from geoutils.study.settings import find_root, read_study

pytestmark = pytest.mark.faults
N = 12


def photo(path, number):
    exif = Image.Exif()
    position = {1: "N", 2: (20.0 + number, 0.0, 0.0), 3: "E", 4: (10.0, 30.0, 0.0)}
    exif.get_ifd(0x8825).update(position)
    exif[0x013B] = f"author {number % 4}"
    noise = np.random.default_rng(number).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, exif=exif.tobytes())


@pytest.fixture
def album(tmp_path):
    """A folder of photos, and what `photos check` has made of it."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(N):
        photo(folder / f"{number:02d}.jpg", number)
    check_photos(folder, tmp_path / "checked", workers=1, say=lambda text: None)
    return folder, read_checked(tmp_path / "checked")[0]


def injure(folder):
    """One photo deleted, one cut off."""
    (folder / "03.jpg").unlink()
    cut = folder / "08.jpg"
    cut.write_bytes(cut.read_bytes()[:900])


def test_they_are_set_aside_and_all_others_kept(album, tmp_path):
    folder, manifest = album
    whole = tmp_path / "whole" / "24px.npy"
    assert write_pixels(manifest, whole, 24).empty
    injure(folder)
    path = tmp_path / "photos" / "24px.npy"
    lost = write_pixels(manifest, path, 24)
    assert lost.to_dict("list") == {
        "photo": ["03.jpg", "08.jpg"],
        "reason": ["no such file", "truncated file"],
    }
    others = [number for number in range(N) if number not in (3, 8)]
    np.testing.assert_array_equal(open_pixels(path), open_pixels(whole)[others])
    assert sorted(os.listdir(path.parent)) == ["24px.json", "24px.npy"]
    kept, rejected = set_aside(manifest, lost.iloc[:0], lost)
    assert kept["photo"].tolist() == manifest["photo"].iloc[others].tolist()
    assert rejected.equals(lost)


def test_they_are_not_looked_for_again_until_something_changes(album, tmp_path):
    folder, manifest = album
    backup = tmp_path / "backup"
    shutil.copytree(folder, backup)
    injure(folder)
    path = tmp_path / "24px.npy"
    lost, before = write_pixels(manifest, path, 24), None
    before = path.stat().st_mtime_ns
    assert write_pixels(manifest, path, 24).equals(lost)
    assert path.stat().st_mtime_ns == before
    shutil.copytree(backup, folder, dirs_exist_ok=True)
    path.with_suffix(".json").unlink()
    assert write_pixels(manifest, path, 24).empty and len(open_pixels(path)) == N


def test_an_interrupted_run_tries_them_again(album, tmp_path, monkeypatch):
    """A disk that is back has its photos in the array."""
    folder, manifest = album
    monkeypatch.setattr(stored_pixels, "BLOCK", 4)
    shutil.move(folder / "03.jpg", tmp_path / "03.jpg")
    path, decode = tmp_path / "24px.npy", stored_pixels.decode_rows

    def stopped(rows, size):
        if "09.jpg" in rows["photo"].tolist():
            raise KeyboardInterrupt
        return decode(rows, size)

    monkeypatch.setattr(stored_pixels, "decode_rows", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_pixels(manifest, path, 24, workers=1)
    monkeypatch.setattr(stored_pixels, "decode_rows", decode)
    shutil.move(tmp_path / "03.jpg", folder / "03.jpg")
    assert write_pixels(manifest, path, 24).empty
    np.testing.assert_array_equal(open_pixels(path), decode(manifest, 24)[0])


def test_a_missing_disk_is_told_and_survived(album, tmp_path):
    folder, manifest = album
    shutil.move(folder, tmp_path / "away")
    path = tmp_path / "24px.npy"
    with pytest.raises(ValueError, match=r"cannot be read, such as .*jpg: no such file; is their"):
        write_pixels(manifest, path, 24)
    assert not path.exists()
    shutil.move(tmp_path / "away", folder)
    assert write_pixels(manifest, path, 24).empty


@pytest.mark.parametrize(
    ("n", "n_lost", "few"),
    [(1, 1, False), (3, 2, True), (3, 3, False), (12, 4, False), (5000, 50, True)],
)
def test_how_many_are_few(n, n_lost, few):
    manifest = pd.DataFrame({"path": [f"{row}.jpg" for row in range(n)]})
    lost = dict.fromkeys(range(n_lost), "no such file")
    if few:
        check_few(manifest, lost)
    else:
        with pytest.raises(ValueError, match=rf"{n_lost} of {n} cannot be read, such as 0\.jpg"):
            check_few(manifest, lost)


def test_figures_show_them_grey_and_say_so(album, capsys):
    folder, manifest = album
    injure(folder)
    images = pictures(manifest.iloc[[3, 5]], 16)
    assert (images[0] == GREY).all() and not (images[1] == GREY).all()
    assert capsys.readouterr().out == "03.jpg is shown grey: no such file\n"


def test_a_shard_that_is_gone_or_cut_loses_its_photos_alone(album, tmp_path):
    folder, manifest = album
    shard = tmp_path / "shard.bin"
    parts = [(folder / name).read_bytes() for name in manifest["photo"]]
    shard.write_bytes(b"".join(parts))
    sizes = np.array([len(part) for part in parts])
    inside = manifest.assign(path=str(shard), offset=np.cumsum(sizes) - sizes, length=sizes)
    os.truncate(shard, int(sizes[:-1].sum()) + 100)
    lost = write_pixels(inside, tmp_path / "24px.npy", 24)
    assert lost.to_dict("list") == {"photo": ["11.jpg"], "reason": ["truncated file"]}
    assert len(open_pixels(tmp_path / "24px.npy")) == N - 1
    shard.unlink()
    with pytest.raises(ValueError, match="12 of 12 cannot be read"):
        write_pixels(inside, tmp_path / "again" / "24px.npy", 24)


def test_the_notebook_goes_on_without_them(album, tmp_path):
    """Deleted after `photos check`: in no table but that of the rejected."""
    folder, _ = album
    injure(folder)
    root = find_root()
    section = read_study(root, "own_photos")["01_photos"]
    section |= {"source": "checked", "photos": str(tmp_path / "checked"), "size": 24, "tile": 24}
    execute_notebook(root, "01_photos", "own_photos", section, str(tmp_path))
    results = tmp_path / "results" / "own_photos"
    rejected = read_rejected(results / "rejected.csv")
    assert dict(rejected.to_numpy()) == {"03.jpg": "no such file", "08.jpg": "truncated file"}
    manifest = pd.read_parquet(results / "manifest.parquet")
    assert len(manifest) == N - 2 == len(open_pixels(results / "photos" / "24px.npy"))
    answer = json.loads((results / "answers" / "01_photos.json").read_text())
    assert answer["numbers"]["found"] == N and answer["numbers"]["rejected"] == 2
