import io

import numpy as np
import pytest
from PIL import Image

from geoutils.photos import decode, photo_file
from geoutils.photos.decode import decode_square
from geoutils.photos.packing.packed_photo import Original, packed_photo


@pytest.fixture
def packed(tmp_path):
    def of(data, size, before=b"", after=b""):
        path = tmp_path / "photo"
        path.write_bytes(before + data + after)
        where = (len(before), len(data)) if before or after else (0, 0)
        return packed_photo(Original(7, str(path), *where, {"photo": "p"}), size)

    return of


def picture(photo):
    return Image.open(io.BytesIO(photo.data))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_smaller_photo_stands_upright(packed, photo_bytes, format, orientation):
    colours = np.zeros((120, 200, 3), np.uint8)
    colours[:60, :100] = (200, 40, 40)  # one corner tells how it was turned
    data = photo_bytes(
        size=(200, 120),
        tags={274: orientation},
        format=format,
        picture=Image.fromarray(colours),
    )
    photo = packed(data, 60)
    with picture(photo) as image:
        assert image.format == "JPEG" and photo.suffix == ".jpg" and not image.getexif()
        assert image.size == (photo.width, photo.height)
        assert image.size == ((100, 60) if orientation < 5 else (60, 100))
    seen = [decode_square(io.BytesIO(some), 30).astype(int) for some in (data, photo.data)]
    assert np.abs(seen[0] - seen[1]).mean() < 3


def test_as_they_are_means_byte_for_byte(packed, photo_bytes):
    for format, suffix in (("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")):
        data = photo_bytes((1, 2), tags={274: 6}, format=format)
        photo = packed(data, 0, b"before", b"after")
        assert (photo.data, photo.suffix, photo.problem) == (data, suffix, "")
        assert (photo.width, photo.height) == (64, 96)
        assert dict(photo.facts) == {"photo": "p", "width": 64, "height": 96}


def test_small_ones_are_not_enlarged_and_upright_jpegs_not_touched(packed, photo_bytes):
    upright, turned = (photo_bytes(size=(40, 30), tags={274: tag}) for tag in (1, 3))
    assert packed(upright, 30).data == upright
    assert packed(photo_bytes(size=(40, 31)), 30).width == 39
    for data in (turned, photo_bytes(size=(40, 30), format="PNG")):
        photo = packed(data, 64)
        assert (photo.width, photo.height, photo.suffix) == (40, 30, ".jpg")
        assert photo.data != data


def test_what_is_transparent_is_white_and_grey_has_three_colours(packed, photo_bytes):
    clear = Image.new("RGBA", (80, 80), (255, 0, 0, 0))
    with picture(packed(photo_bytes(format="PNG", picture=clear), 40)) as image:
        assert image.getpixel((20, 20)) == (255, 255, 255)
    grey = Image.new("L", (80, 80), 77)
    with picture(packed(photo_bytes(format="PNG", picture=grey), 40)) as image:
        assert image.mode == "RGB"


def test_pairs_of_pictures_are_packed(packed):
    """As phones with two cameras write them: a JPEG with another behind it."""
    buffer, pair = io.BytesIO(), [Image.new("RGB", (80, 60), colour) for colour in ("red", "blue")]
    pair[0].save(buffer, "MPO", save_all=True, append_images=pair[1:])
    as_it_is, smaller = packed(buffer.getvalue(), 0), packed(buffer.getvalue(), 40)
    assert (as_it_is.problem, as_it_is.suffix, as_it_is.data) == ("", ".jpg", buffer.getvalue())
    assert (smaller.problem, smaller.suffix, smaller.height) == ("", ".jpg", 40)
    with picture(smaller) as image:
        assert image.format == "JPEG" and image.getpixel((20, 20))[0] > 250


def test_what_cannot_be_decoded_is_told(packed, photo_bytes, tmp_path, monkeypatch):
    data = photo_bytes((1, 2), size=(200, 100))
    for size in (0, 50):
        assert packed(data[:-400], size).problem == "truncated file"
        assert packed(b"text", size).problem == "not a JPEG, PNG or WebP image"
        assert packed(b"", size).problem == "empty file"
    gone = packed_photo(Original(0, str(tmp_path / "gone"), 0, 0, {}), 0)
    assert gone.problem == "unreadable file (No such file or directory)" and gone.data == b""
    short = packed_photo(Original(0, str(tmp_path / "photo"), 10, 10**6, {}), 0)
    assert short.problem == "truncated file"
    huge = packed_photo(Original(0, str(tmp_path / "photo"), 0, 2**40, {}), 0)
    assert huge.problem == "more than 268,435,456 bytes"
    long = photo_bytes(format="PNG", picture=Image.new("L", (65_600, 1)))
    assert packed(long, 9).problem == "longer than the 65,500 pixels that a JPEG can have"
    monkeypatch.setattr(decode, "WHOLE_PIXELS", 5_000)
    assert packed(photo_bytes(format="PNG"), 50).problem == "more than 5,000 pixels"
    assert packed(data, 50).problem == ""
    monkeypatch.setattr(photo_file, "BYTES_LIMIT", 100)
    assert packed(data, 50).problem == "more than 100 bytes"
