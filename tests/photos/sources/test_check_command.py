from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.__main__ import main, photos_argument
from geoutils.photos import open_pixels, pictures, read_manifest
from geoutils.photos.live_pixels import LivePixels
from geoutils.photos.sources import check_photos
from geoutils.study.execute import execute_notebook
from geoutils.study.own_model import count_placed
from geoutils.study.settings import find_root, read_study

ROOT = find_root(Path(__file__).parent)


@pytest.fixture
def shard(tar_shard, photo_bytes):
    members = {}
    for i in range(6):
        members[f"{i}.jpg"] = photo_bytes(seed=i)
        members[f"{i}.json"] = {"lat": 45 + i, "lng": 2.5 * i, "author": f"a{i}"}
    return tar_shard("photos.tar", members | {"bad.jpg": photo_bytes(seed=9)})


def test_the_command_checks_and_says_where(shard, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["photos", "check", str(shard), "--out-dir", str(out), "--workers", "1"]) == 0
    assert "6 photos in " in capsys.readouterr().out
    assert pd.read_csv(out / "rejected.csv")["photo"].tolist() == ["photos.tar/bad.jpg"]
    assert main(["photos", "check", str(tmp_path / "none"), "--out-dir", str(out)]) == 2
    assert capsys.readouterr().err.startswith("error: source: ")


def test_stopped_by_hand_it_says_how_to_go_on(shard, tmp_path, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("geoutils.photos.sources.check._look", interrupted)
    assert main(["photos", "check", str(shard), "--out-dir", str(tmp_path / "out")]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["photos", "check", str(shard), "--out-dir", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("going on with the check")


@pytest.mark.parametrize("decoded", ["once", "live"])
def test_notebook_01_takes_what_was_checked(shard, tmp_path, decoded):
    checked = tmp_path / "checked"
    check_photos(shard, checked, workers=1, say=lambda _: None)
    given = photos_argument(str(checked))
    assert given == {"source": "checked", "photos": str(checked)}
    contents = read_study(ROOT, "own_photos")
    section = contents["01_photos"] | given | {"size": 16, "n_shown": 2, "tile": 16}
    section["decoded"] = decoded
    assert count_placed(section) == 6
    execute_notebook(ROOT, "01_photos", "own_photos", section, str(tmp_path))
    results = tmp_path / "results" / "own_photos"
    manifest = read_manifest(results / "manifest.parquet")
    assert len(manifest) == 6 and manifest["length"].min() > 0
    pixels = open_pixels(results / "photos" / "16px.npy")
    assert isinstance(pixels, LivePixels) == (decoded == "live")
    np.testing.assert_array_equal(pixels, pictures(manifest, 16))
    assert len(pd.read_csv(results / "rejected.csv")) == 1
