import hashlib
import io
import json
import os
import signal
import tarfile
from pathlib import Path

import msgpack
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.photos import pictures
from geoutils.photos.packing import pack as pack_module
from geoutils.photos.packing import packed_photo
from geoutils.photos.sources import check_photos, read_checked

PLACE = ["path", "offset", "length", "width", "height", "sha256"]


def members(folder):
    """Members of all shards as tarfile reads them: name, bytes, shard and where they lie."""
    for shard in sorted(folder.glob("*.tar")):
        with tarfile.open(shard, "r:") as tar:
            for member in tar:
                assert member.isreg() and (member.mode, member.mtime, member.uid) == (0o644, 0, 0)
                yield member.name, tar.extractfile(member).read(), shard, member.offset_data


def test_photos_as_they_are_lie_where_the_manifest_says(checked, pack):
    originals, _ = read_checked(checked)
    packed = pack(checked, shard_mb=1)
    kept = [name for name in originals if name not in PLACE]
    pd.testing.assert_frame_equal(packed.manifest[kept], originals[kept])
    assert (packed.manifest[["width", "height"]] == originals[["width", "height"]]).all(axis=None)
    found = {(str(shard), offset): data for _, data, shard, offset in members(packed.folder)}
    for row, path in zip(packed.manifest.itertuples(), originals["path"], strict=True):
        data = found[row.path, row.offset]
        assert len(data) == row.length and data == Path(path).read_bytes()
    np.testing.assert_array_equal(pictures(packed.manifest, 16), pictures(originals, 16))
    assert packed.reasons == {"empty.jpg": "empty file"}


def test_each_photo_has_its_facts_beside_it(checked, pack, tmp_path):
    packed = pack(checked, size=40)
    read = {name: data for name, data, *_ in members(packed.folder)}
    names = [f"{row:09d}.{suffix}" for row in range(30) for suffix in ("jpg", "json")]
    assert list(read) == names
    rows = packed.manifest.set_index("photo")
    for name in names[1::2]:
        facts = json.loads(read[name])
        row = rows.loc[facts["photo"]]
        assert facts["author"] == row["author"] and facts.get("scene", "") == row["scene"]
        assert (facts["latitude"], facts["width"]) == (row["latitude"], row["width"])
        assert not {"path", "offset", "length", "sha256", "split", ""} & set(facts)
    # A check of the shards alone finds the same photos.
    check_photos(packed.folder, tmp_path / "again", workers=1, say=lambda _: None)
    again, rejected = read_checked(tmp_path / "again")
    same = ["latitude", "longitude", "author", "scene", "width", "height", "path", "offset"]
    pd.testing.assert_frame_equal(again[same], packed.manifest[same])
    assert again["photo"].tolist() == ("shard-000000.tar/" + packed.manifest["photo"]).tolist()
    assert rejected.empty and len(again) == 30


def test_shards_are_bounded_and_the_same_whoever_makes_them(checked, pack, same_files, monkeypatch):
    one = pack(checked, "one", workers=1, shard_mb=1)
    assert len(list(one.folder.glob("*.tar"))) == 1
    write = pack_module.write_shards
    for name, limit in (("small", 60_000), ("tiny", 1)):
        monkeypatch.setattr(
            pack_module, "write_shards", lambda *given, limit=limit: write(*given[:-1], limit)
        )
        few, more = (pack(checked, f"{name}{n}", workers=n) for n in (1, 3))
        same_files(few.folder, more.folder)
        shards = list(few.folder.glob("*.tar"))
        if limit == 1:
            assert len(shards) == 30
        else:
            assert 3 < len(shards) < 30 and max(path.stat().st_size for path in shards) <= limit
        assert few.manifest["photo"].tolist() == one.manifest["photo"].tolist()
        np.testing.assert_array_equal(pictures(few.manifest, 8), pictures(one.manifest, 8))


def test_names_lead_nowhere(tmp_path, pack, photo_bytes):
    names = ["../../up.jpg", "/etc/absolute.jpg", "a/../../b", "=1+1", "x\n\x00y", "n" * 300, "."]
    records = [
        {"id": name, "image": photo_bytes((i + 1, 2), seed=i)} for i, name in enumerate(names)
    ]
    records.append({"id": "-evil()", "image": photo_bytes((1, 2), seed=99)[:-300] + b"\0" * 50})
    shard = tmp_path / "hostile.msg"
    shard.write_bytes(b"".join(map(msgpack.packb, records)))
    before = set(tmp_path.rglob("*"))
    packed = pack(shard, size=20)
    assert len(packed.manifest) == len(names)
    assert packed.reasons == {"hostile.msg/-evil()": "truncated file"}
    assert {name for name, *_ in members(packed.folder)} == {
        f"{row:09d}.{suffix}" for row in range(len(names)) for suffix in ("jpg", "json")
    }
    assert {path for path in set(tmp_path.rglob("*")) - before} == {
        packed.folder,
        packed.folder / "checked",
        *(packed.folder / "checked" / name for name in ("manifest.parquet", "rejected.csv")),
        packed.folder / "checked" / "checked.json",
        *(packed.folder / name for name in ("manifest.parquet", "rejected.csv", "packed.json")),
        packed.folder / "shard-000000.tar",
    }


def test_a_source_that_is_refused_leaves_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no JPEG, PNG or WebP photo in it"):
        pack_module.pack_photos(tmp_path / "empty", tmp_path / "new" / "packed", workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_photos_lost_on_the_way_are_set_aside_with_their_reason(checked, album, pack):
    (album / "00.jpeg").unlink()
    (album / "day 2/01.png").write_bytes((album / "day 2/01.png").read_bytes()[:-900])
    (album / "06.jpeg").write_bytes(b"=no photo")
    packed = pack(checked, size=50)
    assert packed.reasons == {
        "empty.jpg": "empty file",
        "00.jpeg": "unreadable file (No such file or directory)",
        "day 2/01.png": "truncated file",
        "06.jpeg": "not a JPEG, PNG or WebP image",
    }
    assert len(packed.manifest) == 27
    assert "in 1 shard in" in packed.said[-4] and "; 3 could not be packed; " in packed.said[-4]
    assert packed.said[-3:] == [
        *("  1 x not a JPEG, PNG or WebP image", "  1 x truncated file"),
        "  1 x unreadable file (No such file or directory)",
    ]


def test_a_disk_that_goes_away_costs_no_photo(checked, album, pack, monkeypatch, tmp_path):
    monkeypatch.setattr(pack_module, "GONE", 6)
    album.rename(tmp_path / "away")
    with pytest.raises(
        ValueError, match=r"6 photos in a row cannot be read.*is their disk there\?"
    ):
        pack(checked)
    (tmp_path / "away").rename(album)
    for name in ("02.webp", "04.png", "day 2/05.webp", "06.jpeg"):
        (album / name).unlink()
    packed = pack(checked)
    assert len(packed.manifest) == 26 and len(packed.reasons) == 5


def test_a_photo_that_kills_its_reader_is_set_aside_alone(checked, pack, monkeypatch):
    real = packed_photo.read_photo

    def fragile(path, *where):
        if path.endswith("07.png"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(path, *where)

    monkeypatch.setattr(packed_photo, "read_photo", fragile)
    packed = pack(checked, size=50)
    assert packed.reasons["day 2/07.png"] == "reading it ends the process that tries"
    assert len(packed.manifest) == 29
    assert packed.manifest["photo"].tolist() == sorted(packed.manifest["photo"])


def test_labels_and_packs_of_packs_go_along(tmp_path, pack, photo_bytes):
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(4):
        (folder / f"{i}.jpg").write_bytes(photo_bytes(size=(90, 70), seed=i))
    listing = tmp_path / "list.csv"
    listing.write_text(
        "IMG_ID,LAT,LON,S3_Label,S365_Label\n0.jpg,1,2,0,17\n1.jpg,3,4,2,\n2.jpg,5,6,1,364\n"
    )
    first = pack(folder, "first", listing=listing)
    assert first.reasons == {"3.jpg": "not in the list"}
    second = pack(first.folder, "second", size=32)
    for packed in (first, second):
        assert packed.manifest["s365"].tolist() == [17, -1, 364]
        assert packed.manifest["scene"].tolist() == ["indoor", "urban", "nature"]
        facts = [json.loads(data) for name, data, *_ in members(packed.folder) if "json" in name]
        assert [told.get("s365") for told in facts] == [17, None, 364]
    assert second.manifest["height"].tolist() == [32] * 3
    assert second.manifest["photo"].tolist() == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_folder_of_shards_can_be_moved(checked, pack, tmp_path):
    packed = pack(checked, size=30)
    moved = packed.folder.rename(tmp_path / "elsewhere")
    manifest, _ = read_checked(moved)
    assert set(manifest["path"]) == {str(moved / "shard-000000.tar")}
    np.testing.assert_array_equal(manifest["offset"], packed.manifest["offset"])
    assert pictures(manifest, 8).shape == (30, 8, 8, 3)
    manifest.assign(path="../x.tar").to_parquet(moved / "manifest.parquet")
    with pytest.raises(ValueError, match=r"path '../x.tar' leads out of the folder"):
        read_checked(moved)


def test_what_was_written_is_what_was_read(checked, pack):
    packed = pack(checked, size=24)
    stored = pd.read_parquet(packed.folder / "manifest.parquet")
    for row in stored.itertuples():
        with open(packed.folder / row.path, "rb") as shard:
            shard.seek(row.offset)
            data = shard.read(row.length)
        assert hashlib.sha256(data).hexdigest() == row.sha256
        assert Image.open(io.BytesIO(data)).size == (row.width, row.height)
