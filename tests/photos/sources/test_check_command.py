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


def test_results_are_named_after_the_source_and_a_list_of_another_name(
    shard, tmp_path, monkeypatch
):
    (tmp_path / "2019.07").mkdir()
    (tmp_path / "train.v2.csv").write_text("id,lat,lon\n0,1,2\n")
    found = []
    monkeypatch.setattr(
        "geoutils.photos.sources.check_photos", lambda *given: found.append(given[1]) or (1, 0)
    )
    monkeypatch.setattr("geoutils.photo_commands.find_root", lambda: tmp_path)
    for source in (["2019.07"], ["2019.07", "--list", "train.v2.csv"], ["shards/photos.tar"]):
        main(
            [
                "photos",
                "check",
                *(part if "--" in part else f"{tmp_path}/{part}" for part in source),
            ]
        )
    names = [path.relative_to(tmp_path / "results" / "checked").as_posix() for path in found]
    assert names == ["2019.07", "2019.07-train.v2", "photos"]


def test_a_source_without_a_photo_that_can_be_used_is_no_success(tmp_path, photo_bytes, capsys):
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "nowhere.jpg").write_bytes(photo_bytes())
    command = ["photos", "check", str(tmp_path / "album"), "--out-dir", str(tmp_path / "out")]
    assert main(command) == 1
    assert "0 photos in " in capsys.readouterr().out


def test_no_bar_where_no_file_is_looked_at(tmp_path, capsys):
    (tmp_path / "list.csv").write_text("id,lat,lon\na,1,2\n")
    command = ["photos", "check", str(tmp_path / "list.csv"), "--out-dir", str(tmp_path / "out")]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.err == "" and "1 photo in " in said.out


def test_folders_that_cannot_be_made_are_told_plainly(shard, capsys):
    assert main(["photos", "check", str(shard), "--out-dir", "/proc/none/here"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "error: out_dir: /proc/none/here cannot be written (No such file or directory)\n"
    )


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
