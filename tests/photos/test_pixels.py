import json
import os

import numpy as np
import pandas as pd
import pytest
from PIL import ExifTags, Image

from geoutils.photos import stored_pixels as module
from geoutils.photos.decode import decode_square, square_of
from geoutils.photos.folder import read_folder
from geoutils.photos.pixels import (
    concepts_path,
    hash_pixels,
    is_rendered,
    open_pixels,
    pictures,
)
from geoutils.photos.stored_pixels import write_pixels


@pytest.fixture
def album(tmp_path, photo_bytes):
    folder = tmp_path / "album"
    folder.mkdir()
    for i in range(10):
        size = (60 + 7 * i, 50)
        (folder / f"{i}.jpg").write_bytes(photo_bytes((1 + i, 20.0), size=size, seed=i))
    return read_folder(folder)[0]


def drawn(rows, size):
    """A stand-in for the renderer: each photo's picture depends on its seed alone."""
    images = [np.random.default_rng(s).integers(0, 256, (size, size, 3)) for s in rows["seed"]]
    images = np.array(images, dtype=np.uint8)
    return images, images[..., 0] // 2


@pytest.fixture
def scenes(monkeypatch):
    """A manifest of rendered photos, three blocks of it, drawn by the stand-in."""
    monkeypatch.setattr(module, "draw_rows", drawn)
    monkeypatch.setattr(module, "renderer_hash", lambda: "first")
    monkeypatch.setattr(module, "BLOCK", 4)
    return pd.DataFrame({"photo": [f"{i}" for i in range(10)], "seed": np.arange(10) * 7})


def checkers(width, height):
    """A picture whose left half is red and right half blue, with a green band above."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[:, : width // 2, 0] = pixels[:, width // 2 :, 2] = 255
    pixels[: height // 4] = (0, 255, 0)
    return Image.fromarray(pixels)


def test_the_square_is_the_centre_of_the_upright_photo(tmp_path, photo_bytes):
    path = tmp_path / "wide.jpg"
    path.write_bytes(photo_bytes(picture=checkers(1600, 800)))
    square = decode_square(path, 32).astype(int)
    assert square.shape == (32, 32, 3)
    assert square[20, 4, 0] > 200 and square[20, 28, 2] > 200 and square[2, 16, 1] > 200
    # The same picture stored lying on its side, with the orientation that says so.
    lying = checkers(1600, 800).transpose(Image.Transpose.ROTATE_90)
    path.write_bytes(photo_bytes(picture=lying, tags={ExifTags.Base.Orientation: 6}))
    np.testing.assert_allclose(decode_square(path, 32), square, atol=12)


def test_scaled_decoding_matches_full_decoding(tmp_path, photo_bytes):
    y, x = np.mgrid[0:600, 0:900]
    smooth = np.stack([x / 4, y / 3, (x + y) / 8], axis=2).astype(np.uint8)
    path = tmp_path / "large.jpg"
    path.write_bytes(photo_bytes(picture=Image.fromarray(smooth)))
    with Image.open(path) as image:
        full = image.crop((150, 0, 750, 600)).resize((48, 48), Image.Resampling.BICUBIC)
    np.testing.assert_allclose(decode_square(path, 48), np.asarray(full).astype(int), atol=4)


def test_every_mode_becomes_rgb(tmp_path):
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert (decode_square(tmp_path / "clear.png", 8) == 255).all()  # transparent is white
    for mode in ("L", "P", "1", "CMYK", "LA"):
        path = tmp_path / f"{mode}.{'jpg' if mode == 'CMYK' else 'png'}"
        Image.new(mode, (20, 30)).save(path)
        assert decode_square(path, 8).shape == (8, 8, 3)


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_grey_of_16_bits_keeps_its_shades(tmp_path, kind):
    values = np.tile(np.linspace(0, 65535, 48).astype(kind), (48, 1))
    image = Image.fromarray(values)
    assert image.mode in ("I;16", "I")
    if kind == np.uint16:
        image.save(tmp_path / "grey.png")
        found = decode_square(tmp_path / "grey.png", 48)
        image.save(tmp_path / "clear.png", transparency=0)
        assert decode_square(tmp_path / "clear.png", 48)[0, 0].tolist() == [255] * 3
    else:
        found = square_of(image, 48)
    np.testing.assert_array_equal(found, (values >> 8)[:, :, None].repeat(3, axis=2))


def test_tiny_photos_are_enlarged(tmp_path, photo_bytes):
    (tmp_path / "dot.png").write_bytes(photo_bytes(size=(1, 3), format="PNG"))
    assert decode_square(tmp_path / "dot.png", 16).shape == (16, 16, 3)


def test_pixels_of_files_follow_the_manifest(album, tmp_path):
    path = tmp_path / "out" / "photos" / "24px.npy"
    write_pixels(album, path, 24)
    found = open_pixels(path)
    assert found.shape == (10, 24, 24, 3) and isinstance(found, np.memmap)
    for row, photo in zip(found, album["path"], strict=True):
        np.testing.assert_array_equal(row, decode_square(photo, 24))
    np.testing.assert_array_equal(pictures(album.iloc[[7, 2]], 24), found[[7, 2]])
    assert sorted(os.listdir(path.parent)) == ["24px.json", "24px.npy"]


def test_rendered_photos_come_with_concepts(scenes, tmp_path):
    write_pixels(scenes, tmp_path / "16px.npy", 16)
    images, concepts = drawn(scenes, 16)
    np.testing.assert_array_equal(open_pixels(tmp_path / "16px.npy"), images)
    np.testing.assert_array_equal(open_pixels(concepts_path(tmp_path / "16px.npy")), concepts)


def test_made_pixels_are_left_alone_until_something_changes(scenes, tmp_path, monkeypatch):
    path = tmp_path / "16px.npy"

    def age():
        return path.stat().st_mtime_ns

    write_pixels(scenes, path, 16)
    before = age()
    write_pixels(scenes, path, 16)
    assert age() == before
    monkeypatch.setattr(module, "renderer_hash", lambda: "second")
    write_pixels(scenes, path, 16)
    assert age() > before
    before = age()
    write_pixels(scenes.iloc[:6], path, 16)
    assert age() > before and len(open_pixels(path)) == 6


@pytest.mark.parametrize("torn_line", [False, True])
def test_an_interrupted_run_goes_on_and_ends_alike(scenes, tmp_path, monkeypatch, torn_line):
    path = tmp_path / "16px.npy"

    def interrupted(rows, size):
        if 8 * 7 in rows["seed"].to_numpy():
            raise KeyboardInterrupt
        return drawn(rows, size)

    monkeypatch.setattr(module, "draw_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_pixels(scenes, path, 16, workers=1)
    assert not path.exists() and not concepts_path(path).exists()
    progress = tmp_path / ".16px.progress"
    assert progress.read_text().split("\n")[1:] == ["0", "4", ""]
    if torn_line:
        progress.write_text(progress.read_text() + "8")  # killed while writing this line

    redrawn = tmp_path / "redrawn"

    def resumed(rows, size):
        with open(redrawn, "a") as file:
            file.write(f"{len(rows)} ")
        return drawn(rows, size)

    monkeypatch.setattr(module, "draw_rows", resumed)
    write_pixels(scenes, path, 16)
    assert redrawn.read_text() == "2 "  # the last block alone
    images, concepts = drawn(scenes, 16)
    np.testing.assert_array_equal(open_pixels(path), images)
    np.testing.assert_array_equal(open_pixels(concepts_path(path)), concepts)
    assert not list(tmp_path.glob(".*"))


def test_progress_of_another_recipe_is_not_trusted(scenes, tmp_path):
    path = tmp_path / "16px.npy"
    write_pixels(scenes, path, 16)
    os.replace(path, tmp_path / ".16px.partial.npy")
    os.replace(concepts_path(path), tmp_path / ".16px_concepts.partial.npy")
    (tmp_path / ".16px.progress").write_text(json.dumps({"photos": 10}) + "\n0\n4\n8\n")
    other = scenes.assign(seed=scenes["seed"] + 1)
    write_pixels(other, path, 16)
    np.testing.assert_array_equal(open_pixels(path), drawn(other, 16)[0])


def test_positions_alone_have_no_pixels():
    with pytest.raises(ValueError, match="neither a column path nor seed"):
        is_rendered(pd.DataFrame({"photo": ["a"]}))


def test_opening_what_is_no_pixel_file_says_so(tmp_path):
    with pytest.raises(ValueError, match="no file"):
        open_pixels(tmp_path / "absent.npy")
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(ValueError, match="is no array file"):
        open_pixels(tmp_path / "text.npy")
    np.save(tmp_path / "floats.npy", np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match="holds float64"):
        open_pixels(tmp_path / "floats.npy")


def test_hashes_tell_pictures_apart():
    photos = np.zeros((3, 4, 4, 3), dtype=np.uint8)
    photos[2, 1, 1, 1] = 1
    a, b, c = hash_pixels(photos)
    assert a == b != c
