"""A JPEG is known to be whole, or cut, as a full decode knows it, whatever stands behind it."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image

from geoutils.photos.decode import examine_bytes
from geoutils.photos.jpeg_end import first_end
from geoutils.photos.sources import look
from geoutils.photos.sources.look import look_at

SAMSUNG = bytes.fromhex("0000010a0e000000") + b"Image_UTC_Data1486666298918"
SAMSUNG += (
    b"SEFH" + bytes.fromhex("65000000 01000000 0000010a 23000000 23000000 18000000") + b"SEFT"
)


def picture(size=(32, 24), seed=0):
    colours = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(colours)


def jpeg(size=(32, 24), seed=0, **options):
    buffer = io.BytesIO()
    picture(size, seed).save(buffer, options.pop("format", "JPEG"), **options)
    return buffer.getvalue()


def with_preview(data):
    """The photo with another whole JPEG in its EXIF, as cameras write it."""
    preview = jpeg((16, 8), seed=1)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Camera maker"
    block = exif.tobytes() + preview
    return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block + data[2:]


PLAIN, PROGRESSIVE = jpeg(quality=90), jpeg(quality=90, progressive=True)
PAIR = jpeg(format="MPO", save_all=True, append_images=[picture(seed=3)])
PHOTOS = {
    "plain": PLAIN,
    "progressive": PROGRESSIVE,
    "in RGB": jpeg(keep_rgb=True, subsampling=0),
    "restarts": jpeg(restart_marker_blocks=2),
    "pair": PAIR,
    "preview": with_preview(PLAIN),
    "preview, progressive": with_preview(PROGRESSIVE),
}
BEHIND = {
    "nothing": b"",
    "zeros": bytes(40),
    "text": b"a maker's notes",
    "Samsung": SAMSUNG,
    "picture": jpeg((8, 8), seed=2) + b"and a word",
    "long": bytes(range(255)) * 40,
}


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """A function data -> (is it decoded, what is wrong with it)."""
    decoded = []

    def judge(data):
        decoded.clear()
        (tmp_path / "photo.jpg").write_bytes(data)
        return look_at(str(tmp_path / "photo.jpg")).problem, bool(decoded)

    examine = look.examine_bytes
    monkeypatch.setattr(look, "examine_bytes", lambda data: decoded.append(1) or examine(data))
    return judge


def decodes(data):
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("photo", PHOTOS)
def test_whole_photos_are_known_undecoded(judged, photo, behind):
    assert judged(PHOTOS[photo] + BEHIND[behind]) == ("", False)


@pytest.mark.parametrize("photo", PHOTOS)
def test_photos_cut_anywhere_are_judged_as_by_a_decoder(judged, photo):
    data, end = PHOTOS[photo], first_end(PHOTOS[photo])
    assert decodes(data[:end]) and not decodes(data[: end - 1])
    for cut in [*range(2, len(data), 5), *range(end - 4, end + 1)]:
        assert (judged(data[:cut])[0] == "") == (cut >= end) == decodes(data[:cut]), cut
        assert (first_end(data[:cut]) > 0) == (cut >= end)


@pytest.mark.parametrize("behind", [name for name in BEHIND if BEHIND[name]])
@pytest.mark.parametrize("photo", PHOTOS)
def test_cut_photos_with_something_behind_are_found(judged, photo, behind):
    """A decoder takes what is behind for the rest of the picture, and passes some of these."""
    data, end = PHOTOS[photo], first_end(PHOTOS[photo])
    frame = max(data.rfind(start, 0, end) for start in (b"\xff\xc0", b"\xff\xc2"))
    for cut in range(data.index(b"\xff\xda", frame) + 2, end - 2, 31):
        torn = data[:cut] + BEHIND[behind]
        assert judged(torn)[0], cut
        assert first_end(torn) == 0 and examine_bytes(torn).problem


def test_zeros_in_place_of_the_rest_are_told_from_padding():
    torn = PLAIN[:-40] + bytes(2000)
    assert decodes(torn)  # why decoding alone does not tell
    assert examine_bytes(torn).problem == "truncated file"
    assert examine_bytes(PLAIN + bytes(2000)).problem == ""


def test_what_is_no_picture_has_no_end():
    header = PLAIN[: PLAIN.index(b"\xff\xda")]
    for data in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        header,
        header + b"\xff\xd9",
        b"\xff" * 999,
    ):
        assert first_end(data) == 0
    assert first_end(header + b"\xff\xfe\0\4\xff\xd9" + PLAIN[len(header) :]) == len(PLAIN) + 6
    assert first_end(header + b"between" + PLAIN[len(header) :]) == len(PLAIN) + 7
    filled = PLAIN[:-2] + b"\xff\xff" + PLAIN[-2:]
    assert first_end(filled) == len(filled) and decodes(filled)


XMP = {
    "old": b'<x:xmpmeta GCamera:MicroVideoOffset="%d"/>',
    "new": b'<x:xmpmeta><i Item:Mime="image/jpeg" Item:Length="0"/><i Item:Length="%d"/>',
}


@pytest.mark.parametrize("style", XMP)
def test_photos_with_a_video_behind_are_known_by_its_length(judged, monkeypatch, style):
    video = b"ftypmp42" + bytes(range(256)) * 40
    for told in (len(video), len(video) - 1, 10**17):
        photo = jpeg(xmp=XMP[style] % told)
        assert judged(photo + video) == ("", False)
        assert judged(photo[:-300] + video)[0]
    monkeypatch.setattr(look, "first_end", lambda _: 0)
    assert judged(jpeg(xmp=XMP[style] % len(video)) + video) == ("", False)  # without a search


def test_an_index_that_points_elsewhere_is_no_proof(judged):
    torn = PLAIN[: len(PLAIN) // 2]
    for trailer in (SAMSUNG, b"SEFT", b"\xff" * 8 + b"SEFT", SAMSUNG.replace(b"\x23", b"\xff")):
        assert judged(torn + trailer)[0] and not first_end(torn + trailer)
        assert judged(PLAIN + trailer) == ("", False)
