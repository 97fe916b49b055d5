import tarfile

import msgpack
import numpy as np
import pytest

from geoutils.photos import pictures
from geoutils.photos.decode import decode_square
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.sources.kinds import SHARD_READERS
from geoutils.photos.sources.msgpack_photos import msgpack_photos
from geoutils.photos.sources.tar_photos import tar_photos


def checked(source, out, listing=""):
    check_photos(source, out, listing, workers=2, say=lambda _: None)
    manifest, rejected = read_checked(out)
    return manifest, dict(zip(rejected["photo"], rejected["reason"], strict=True))


def link(name, kind, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def same_pixels(manifest, photos):
    """Whether each photo of the manifest shows the bytes that were packed."""
    expected = [decode_square_of(photos[name]) for name in manifest["photo"]]
    np.testing.assert_array_equal(pictures(manifest, 16), expected)


def decode_square_of(data):
    import io

    return decode_square(io.BytesIO(data), 16)


def test_webdataset_samples_have_the_position_of_their_json(tar_shard, tmp_path, photo_bytes):
    one, two, three = (photo_bytes(seed=seed) for seed in range(3))
    placed = photo_bytes((10.0, 20.0), seed=4)
    first = tar_shard(
        "train-000.tar",
        {
            "00/a.jpg": one,
            "00/a.json": {"latitude": 48.9, "longitude": 2.3, "creator_id": 77, "caption": "x"},
            "00/b.json": {"LAT": "-33.9", "LON": "151.2", "s3_label": 2, "split": "validation"},
            "00/b.png": two,
            "c.cls": b"5",
            "c.jpg": placed,
            "d.jpg": three,
        },
    )
    tar_shard("val-000.tar", {"00/a.jpeg": one, "00/a.json": {"lat": 1, "lng": 2}})
    manifest, rejected = checked(first.parent, tmp_path / "out")
    rows = manifest.set_index("photo")
    places = rows[["latitude", "longitude", "author", "split", "scene", "position_source"]]
    assert {photo: tuple(row) for photo, *row in places.itertuples()} == {
        "train-000.tar/00/a.jpg": (48.9, 2.3, "77", "", "", "record"),
        "train-000.tar/00/b.png": (-33.9, 151.2, "", "val", "urban", "record"),
        "train-000.tar/c.jpg": (10.0, 20.0, "", "", "", "EXIF"),
        "val-000.tar/00/a.jpeg": (1.0, 2.0, "", "", "", "record"),
    }
    assert rejected == {"train-000.tar/d.jpg": "no GPS position in EXIF"}
    packed = {"train-000.tar/00/a.jpg": one, "train-000.tar/00/b.png": two}
    packed |= {"train-000.tar/c.jpg": placed, "val-000.tar/00/a.jpeg": one}
    same_pixels(manifest, packed)


def test_a_dot_in_a_name_gives_no_photo_the_position_of_another(tar_shard, photo_bytes):
    data, n = photo_bytes(), range(1, 1500)
    for order in (".jpg", ".json"), (".json", ".jpg"):
        members = {
            f"day/2020.{i}{suffix}": data if suffix == ".jpg" else {"lat": i / 20, "lon": 1}
            for i in n
            for suffix in order
        }
        del members["day/2020.7.json"], members["day/2020.9.jpg"]
        found = {one.photo: one.facts for one in tar_photos(tar_shard("dots.tar", members))}
        assert found.pop("day/2020.7.jpg") == {}
        assert found == {
            f"day/2020.{i}.jpg": {"latitude": str(i / 20), "longitude": "1"}
            for i in n
            if i not in (7, 9)
        }


def test_a_json_is_of_its_name_or_of_a_part_of_it(tar_shard, photo_bytes):
    data, one, two = photo_bytes(), {"lat": 1, "lon": 2}, {"lat": 3, "lon": 4}
    members = {
        **{"a.left.jpg": data, "a.right.jpg": data, "a.json": one},
        **{"b.jpg": data, "b.meta.json": two | {"photo": "B"}},
        **{"c.jpg": data, "c.meta.json": one, "c.more.json": two},
        **{"d.jpg": data, "d.json": one, "d.meta.json": two},
        **{"e.one.jpg": data, "e.two.json": one},
        "v1.0/._hidden.jpg": data,
    }
    found = [
        (photo.photo, photo.facts.get("latitude"))
        for photo in tar_photos(tar_shard("m.tar", members))
    ]
    expected = [("a.left.jpg", "1"), ("a.right.jpg", "1"), ("B", "3"), ("c.jpg", None)]
    assert found == [*expected, ("d.jpg", "1"), ("e.one.jpg", None)]


def test_an_update_of_a_tar_leaves_the_first_photo_where_it_was(tar_shard, photo_bytes):
    path = tar_shard("u.tar", {"a.jpg": photo_bytes(), "a.json": {"lat": 10, "lon": 20}})
    again = tar_shard("v.tar", {"a.jpg": photo_bytes(seed=1), "a.json": {"lat": 50, "lon": 60}})
    with tarfile.open(path, "a") as tar, tarfile.open(again) as new:
        for member in new:
            tar.addfile(member, new.extractfile(member))
    assert [photo.facts["latitude"] for photo in tar_photos(path)] == ["10", "50"]


def test_a_record_without_a_place_does_not_hide_that_of_exif(tar_shard, tmp_path, photo_bytes):
    places = {
        "nan": {"lat": float("nan"), "lon": float("nan")},
        "empty": {"lat": "", "lon": ""},
        "null": {"lat": None, "lon": None},
        "zero": {"lat": 0, "lon": 0.0},
        "half": {"lat": 5},
        "far": {"lat": 95, "lon": 5},
    }
    placed, blank = photo_bytes((10.0, 20.0)), photo_bytes(seed=1)
    members = {}
    for name, record in places.items():
        members |= {f"{name}.jpg": placed, f"{name}.json": record}
        members |= {f"{name}2.jpg": blank, f"{name}2.json": record}
    manifest, rejected = checked(tar_shard("p.tar", members), tmp_path / "out")
    assert set(manifest["photo"]) == {f"p.tar/{name}.jpg" for name in set(places) - {"far"}}
    assert set(manifest["latitude"]) == {10.0} and set(manifest["position_source"]) == {"EXIF"}
    assert rejected["p.tar/far.jpg"] == "latitude 95 is beyond 90"
    assert rejected["p.tar/zero2.jpg"].startswith("position 0, 0")
    assert rejected["p.tar/half2.jpg"] == "no longitude"


def test_a_tar_leads_nowhere_else(tar_shard, tmp_path, photo_bytes):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(photo_bytes((1, 2)))
    shard = tar_shard(
        "hostile.tar",
        {
            "../../up.jpg": photo_bytes((3, 4)),
            "/etc/absolute.jpg": photo_bytes((5, 6)),
            "sym.jpg": link("sym.jpg", tarfile.SYMTYPE, str(secret)),
            "hard.jpg": link("hard.jpg", tarfile.LNKTYPE, "../../secret.jpg"),
            "pipe.jpg": link("pipe.jpg", tarfile.FIFOTYPE, ""),
            "none.jpg": b"",
        },
    )
    before = {path for path in tmp_path.rglob("*")}
    manifest, rejected = checked(shard, tmp_path / "out")
    assert set(manifest["path"]) == {str(shard)}
    names = {"hostile.tar/../../up.jpg", "hostile.tar//etc/absolute.jpg"}
    assert set(manifest["photo"]) == names
    links = {f"hostile.tar/{name}.jpg" for name in ("sym", "hard", "pipe")}
    assert {rejected[name] for name in links} == {"no regular file, but a link or the like"}
    assert rejected["hostile.tar/none.jpg"] == "empty file"
    new = {path for path in tmp_path.rglob("*")} - before
    names = {path.name for path in new}
    assert names == {"out", "manifest.parquet", "rejected.csv", "checked.json"}


def test_a_cut_tar_keeps_what_is_whole(tar_shard, tmp_path, photo_bytes):
    photos = {f"{i}.jpg": photo_bytes((1, i + 1), seed=i) for i in range(4)}
    shard = tar_shard("cut.tar", photos)
    offset = [photo.offset for photo in tar_photos(shard)][2]
    shard.write_bytes(shard.read_bytes()[: offset + 700])
    manifest, rejected = checked(shard, tmp_path / "out")
    assert manifest["photo"].tolist() == ["cut.tar/0.jpg", "cut.tar/1.jpg"]
    assert rejected["cut.tar/2.jpg"] == "truncated file"
    assert rejected["cut.tar"].startswith("shard damaged after 3 photos (")


def test_a_damaged_header_is_no_end(tar_shard, photo_bytes):
    shard = tar_shard("bad.tar", {f"{i}.jpg": photo_bytes(seed=i) for i in range(3)})
    second = [photo.offset - 512 for photo in tar_photos(shard)][1]
    data = bytearray(shard.read_bytes())
    data[second : second + 100] = b"?" * 100
    shard.write_bytes(data)
    first, lost = tar_photos(shard)
    assert first.photo == "0.jpg" and not first.problem
    assert lost.problem.endswith("after 1 photos (no header where one should be)")


def test_compressed_tars_are_refused_and_noise_is_no_shard(tmp_path, photo_bytes):
    path = tmp_path / "packed.tar"
    (tmp_path / "a.jpg").write_bytes(photo_bytes((1, 2)))
    with tarfile.open(path, "w:gz") as tar:
        tar.add(tmp_path / "a.jpg", "a.jpg")
    with pytest.raises(ValueError, match="a compressed tar; photos are read where they lie"):
        list(tar_photos(path))
    path.write_bytes(b"noise " * 500)
    (found,) = tar_photos(path)
    assert found.problem.startswith("shard damaged after 0 photos")


@pytest.mark.parametrize("use_bin_type", [True, False])
def test_msgpack_shards_take_positions_from_a_list(
    msgpack_shard, tmp_path, photo_bytes, use_bin_type
):
    photos = {name: photo_bytes(seed=i) for i, name in enumerate(["34/8d/9.jpg", "aa/1.jpg"])}
    records = [{"id": name.encode(), "image": data} for name, data in photos.items()]
    records += [None, {"id": b"bb/unlisted.jpg", "image": photo_bytes((1, 2))}]
    shard = msgpack_shard("shard_0.msg", records, use_bin_type)
    msgpack_shard("shard_1.msg", [{"id": b"cc/2.jpg", "image": photo_bytes(seed=9)}], use_bin_type)
    listing = tmp_path / "mp16.csv"
    listing.write_text(
        "IMG_ID,AUTHOR,LAT,LON\n34/8d/9.jpg,ann,48.9,2.3\naa/1.jpg,ben,-10,20\n"
        "cc/2.jpg,,95,0\ndd/gone.jpg,,1,1\naa/1.jpg,eve,3,3\n"
    )
    manifest, rejected = checked(shard.parent, tmp_path / "out", listing)
    assert manifest[["photo", "author", "latitude"]].values.tolist() == [
        ["34/8d/9.jpg", "ann", 48.9],
        ["aa/1.jpg", "ben", -10.0],
    ]
    assert rejected == {
        "cc/2.jpg": "latitude 95 is beyond 90",
        "dd/gone.jpg": "listed, but there is no such photo",
        "aa/1.jpg": "a photo of this name came before",
        "shard_0.msg/bb/unlisted.jpg": "not in the list",
    }
    same_pixels(manifest, photos)


def test_msgpack_records_may_say_where_they_are(msgpack_shard, tmp_path, photo_bytes):
    data = photo_bytes(seed=3)
    records = [
        {"id": "a", "image": data, "latitude": 4.5, "longitude": 6.5, "author": "Ann"},
        {"id": "a", "image": data, "latitude": 4.5, "longitude": 6.5},
        {"id": "empty", "latitude": 4.5, "longitude": 6.5},
        [1, 2],
        {"image": photo_bytes((7, 8))},
    ]
    shard = msgpack_shard("photos.msgpack", records)
    manifest, rejected = checked(shard, tmp_path / "out")
    assert manifest[["photo", "latitude", "author"]].values.tolist() == [
        ["photos.msgpack/4", 7.0, ""],
        ["photos.msgpack/a", 4.5, "Ann"],
    ]
    assert rejected == {
        "photos.msgpack/a": "a photo of this name came before",
        "photos.msgpack/empty": "no image in this record, which has id, latitude, longitude",
        "photos.msgpack/3": "no map in the shard, but list",
    }


@pytest.mark.parametrize("use_bin_type", [True, False])
def test_the_bytes_of_a_photo_are_found_under_other_keys(msgpack_shard, photo_bytes, use_bin_type):
    photos = [photo_bytes(seed=seed) for seed in range(6)]
    records = [
        {"id": "a", "image_bytes": photos[0], "filename": "not this.jpg"},
        {"filename": "b.jpg", "data": photos[1]},
        {"ID": 3, "IMAGE": photos[2]},
        {"id": "d", "image": {"bytes": photos[3], "path": "not this.jpg"}},
        {"id": "e", "image": "e.jpg", "jpg": photos[4]},
        {"id": b"\xff\xd8\xff\xe0", "image": photos[5]},
        {"file": photos[0], "lat": 1},
    ]
    shard = msgpack_shard("keys.msg", records, use_bin_type)
    *found, lost = msgpack_photos(shard)
    assert [photo.photo for photo in found] == ["a", "b.jpg", "3", "d", "e", "5"]
    whole = shard.read_bytes()
    assert [whole[photo.offset : photo.offset + photo.length] for photo in found] == photos
    assert lost.photo == "6" and lost.problem == "no image in this record, which has file, lat"
    assert lost.facts == {"latitude": "1"}


def test_mails_are_no_shards(msgpack_shard, tmp_path, photo_bytes):
    shard = msgpack_shard("shard_0.msg", [{"id": "a", "image": photo_bytes((1, 2))}])
    mail = shard.with_name("mail.msg")
    mail.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"mail" * 100)
    manifest, rejected = checked(shard.parent, tmp_path / "out")
    assert manifest["photo"].tolist() == ["shard_0.msg/a"] and rejected == {}
    with pytest.raises(ValueError, match="is a mail of Outlook, no MessagePack shard"):
        checked(mail, tmp_path / "mail")


def test_a_shard_that_cannot_be_opened_stops_no_other(
    msgpack_shard, tar_shard, tmp_path, photo_bytes, monkeypatch
):
    def refuse(shard):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setitem(SHARD_READERS, ".msg", refuse)
    msgpack_shard("a.msg", [{"id": "a"}])
    shard = tar_shard("b.tar", {"b.jpg": photo_bytes((1, 2))})
    manifest, rejected = checked(shard.parent, tmp_path / "out")
    assert manifest["photo"].tolist() == ["b.tar/b.jpg"]
    assert rejected == {"a.msg": "unreadable file (Permission denied)"}


def test_noise_is_given_up_and_a_bad_split_costs_one_photo(msgpack_shard, tar_shard, photo_bytes):
    shard = msgpack_shard("noise.msg", [])
    shard.write_bytes(b"noise " * 1000)
    *_, last = found = list(msgpack_photos(shard))
    assert len(found) == 101 and last.problem.endswith("(100 records that are no maps)")
    data = photo_bytes((1, 2))
    members = {"a.jpg": data, "a.json": {"lat": 1, "lon": 2, "split": "holdout"}, "b.jpg": data}
    bad, good = tar_photos(tar_shard("split.tar", members))
    assert bad.problem.startswith("record: split 'holdout'; expected train") and not good.problem


@pytest.mark.parametrize(
    ("tail", "problem"),
    [
        (msgpack.packb({"id": "b", "image": b"x" * 500})[:-20], "it ends within a record"),
        (b"\xdd\xff\xff\xff\xff", "4294967295 exceeds max_array_len"),
        (b"\xdf\xff\xff\xff\xff", "4294967295 exceeds max_map_len"),
        (b"\xc6\xff\xff\xff\xff", "it ends within a record"),
        (b"\x91" * 5000, ""),
        (b"\xc1", ""),
    ],
)
def test_damaged_msgpack_ends_its_shard_alone(msgpack_shard, photo_bytes, tail, problem):
    shard = msgpack_shard("shard_0.msg", [{"id": "a", "image": photo_bytes((1, 2))}])
    shard.write_bytes(shard.read_bytes() + tail)
    good, lost = msgpack_photos(shard)
    assert good.photo == "a" and not good.problem
    assert lost.problem.startswith("shard damaged after 1 records") and problem in lost.problem
