"""Damaged shards give the photos that are whole, and say what is lost; they lead nowhere else."""

import io
import json
import tarfile
import time

import msgpack
import numpy as np
import pytest
from mutations import survivors
from PIL import Image

from geoutils.photos.decode import examine_bytes
from geoutils.photos.photo_file import NoPhotoFile, read_photo
from geoutils.photos.sources.look import look_at
from geoutils.photos.sources.msgpack_photos import msgpack_photos
from geoutils.photos.sources.tar_photos import tar_photos


def photo(seed, format="JPEG"):
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format)
    return buffer.getvalue()


def tar_of(members, format):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if name.startswith("link"):
                info.size, info.type, info.linkname = 0, tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FACTS = json.dumps({"latitude": 48.9, "lng": 2.3, "photo": "é/1", "split": "test"}).encode()
MEMBERS = {"a/1.jpg": photo(0), "a/1.json": FACTS, "2.png": photo(1, "PNG"), "link.jpg": b""}
TARS = [
    tar_of(MEMBERS, tarfile.USTAR_FORMAT),
    tar_of(MEMBERS | {f"{'n' * 120}.jpg": photo(2)}, tarfile.GNU_FORMAT),
    tar_of(MEMBERS | {f"{'ü' * 120}.webp": photo(3, "WEBP")}, tarfile.PAX_FORMAT),
]
RECORDS = [
    {"id": "34/8d/1.jpg", "image": photo(4), "latitude": 1.5, "longitude": 2, "author": "ann"},
    {b"id": b"2", b"image": photo(5, "PNG"), b"extra": [1, {"deep": None}]},
]
MSGPACKS = [
    b"".join(map(msgpack.packb, RECORDS)),
    b"".join(msgpack.packb(record, use_bin_type=False) for record in RECORDS),
]


@pytest.mark.parametrize(
    ("read", "sources"), [(tar_photos, TARS), (msgpack_photos, MSGPACKS)], ids=["tar", "msgpack"]
)
def test_damaged_shards(tmp_path, read, sources):
    path = tmp_path / "shard"

    def photos(data):
        path.write_bytes(data)
        found = list(read(path))
        looks = [look_at(one.path, one.offset, one.length) for one in found if not one.problem]
        return len(data), found, looks

    n_good = n_lost = n_seen = 0
    for size, found, looks in survivors(sources, photos, 2_000):
        for one in found:
            assert one.path == str(path) and isinstance(one.photo, str) and one.offset >= 0
            assert one.problem or (one.photo and 0 < one.length and one.offset < size + 512)
            n_lost += bool(one.problem)
        n_good += len(looks)
        n_seen += sum(not look.problem for look in looks)
    assert n_seen > 1_000 and n_lost > 300 and n_good > n_seen
    assert [*tmp_path.iterdir()] == [path]


def test_sizes_that_are_lies_cost_nothing(tmp_path):
    """Headers that promise exabytes, and maps and texts of billions of entries."""
    path = tmp_path / "shard"
    info = tarfile.TarInfo("a.jpg")
    for size in (8**11 - 1, 2**62):
        info.size = size
        path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + photo(0))
        started = time.process_time()
        for one in tar_photos(path):
            if not one.problem:
                with pytest.raises(NoPhotoFile, match="more than"):
                    read_photo(one.path, one.offset, one.length)
                assert look_at(one.path, one.offset, one.length).problem.startswith("more than")
        for head in (b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"):
            path.write_bytes(head + b"\xff\xff\xff\xff" + photo(0))
            assert all(one.problem for one in msgpack_photos(path))
        assert time.process_time() - started < 2


def test_every_whole_photo_is_found_in_undamaged_ones(tmp_path):
    path = tmp_path / "shard"
    for read, sources, n in ((tar_photos, TARS, (2, 3, 3)), (msgpack_photos, MSGPACKS, (2, 2))):
        for source, expected in zip(sources, n, strict=True):
            path.write_bytes(source)
            good = [one for one in read(path) if not one.problem]
            assert len(good) == expected
            for one in good:
                assert not examine_bytes(read_photo(path, one.offset, one.length)).problem
