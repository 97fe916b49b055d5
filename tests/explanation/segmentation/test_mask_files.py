import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.explanation.segmentation import MaskArray, MaskFolder

PHOTOS = pd.DataFrame({"photo": ["trip/a.jpg", "b"]})
BLANK = np.zeros((2, 4, 4, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trip").mkdir()
    (tmp_path / "names.csv").write_text("value,name\n7,sky\n40,road\n41,road\n9,none\n")
    # Wider than high: the centre square is columns 2 to 5.
    wide = np.array([[9, 9, 7, 7, 40, 40, 7, 7]] * 2 + [[9, 9, 0, 9, 41, 41, 7, 7]] * 2, np.uint8)
    Image.fromarray(wide).save(tmp_path / "trip" / "a.png")
    large = np.kron(np.array([[7, 40], [40, 7]], np.uint16), np.ones((5, 5), np.uint16))
    Image.fromarray(large).save(tmp_path / "b.png")
    return tmp_path


def test_values_become_numbers_of_names_in_the_centre_square(folder):
    masks = MaskFolder(folder)
    assert masks.names == ("none", "sky", "road")
    got = masks(PHOTOS, BLANK)
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got[0], [[1, 1, 2, 2]] * 2 + [[0, 0, 2, 2]] * 2)
    np.testing.assert_array_equal(got[1], [[1, 1, 2, 2]] * 2 + [[2, 2, 1, 1]] * 2)


def test_no_value_is_made_up_by_resizing(folder):
    masks = MaskFolder(folder)
    for side in (3, 5, 11):
        pixels = np.zeros((1, side, side, 3), np.uint8)
        got = masks(PHOTOS[1:], pixels)[0]
        assert set(np.unique(got)) == {1, 2}
        assert got[0, 0] == got[-1, -1] == 1 and got[0, -1] == got[-1, 0] == 2


def test_palette_masks_keep_their_numbers(folder):
    palette = Image.fromarray(np.full((4, 4), 7, np.uint8)).convert("P")
    indexed = Image.new("P", (4, 4), 7)
    indexed.putpalette(bytes(range(256)) * 3)
    assert palette.mode == indexed.mode == "P"
    indexed.save(folder / "trip" / "a.jpg.png")  # goes before a.png
    assert (MaskFolder(folder)(PHOTOS[:1], BLANK[:1]) == 1).all()


def test_refuses_masks_that_cannot_be_right(folder):
    masks = MaskFolder(folder)
    with pytest.raises(ValueError, match="photo c: no mask"):
        masks(pd.DataFrame({"photo": ["c"]}), BLANK[:1])
    (folder / "c.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"photo c: mask .* is no PNG"):
        masks(pd.DataFrame({"photo": ["c"]}), BLANK[:1])
    Image.new("RGB", (4, 4)).save(folder / "c.png")
    with pytest.raises(ValueError, match=r"photo c: mask .* has colours; expected one channel"):
        masks(pd.DataFrame({"photo": ["c"]}), BLANK[:1])
    Image.new("L", (4, 4), 8).save(folder / "c.png")
    with pytest.raises(ValueError, match=r"its mask has values \[8\] that names.csv lacks"):
        masks(pd.DataFrame({"photo": ["c"]}), BLANK[:1])
    with pytest.raises(ValueError, match="manifest: 2 rows for 1 pictures"):
        masks(PHOTOS, BLANK[:1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "names: .* cannot be read"),
        ("index,name\n1,sky\n", r"has columns .*; expected value and name"),
        ("value,name\n1,sky\n1,road\n", "expected 1 to 255 names, each value once"),
    ],
)
def test_refuses_bad_names(tmp_path, text, message):
    if text is not None:
        (tmp_path / "names.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        MaskFolder(tmp_path)


def test_arrays_are_looked_up_by_name_and_resized(tmp_path):
    masks = np.array([[[1, 2], [2, 0]], [[2, 2], [1, 1]]], np.uint8)
    path = tmp_path / "masks.npz"
    np.savez(path, photo=np.array(["b", "trip/a.jpg"]), masks=masks, names=["none", "sky", "road"])
    segment = MaskArray(path)
    assert segment.names == ("none", "sky", "road")
    got = segment(PHOTOS, BLANK)
    np.testing.assert_array_equal(got[0], np.kron(masks[1], np.ones((2, 2))))
    np.testing.assert_array_equal(got[1], np.kron(masks[0], np.ones((2, 2))))
    with pytest.raises(ValueError, match=r"photo c: no mask in .* \(1 such\)"):
        segment(pd.DataFrame({"photo": ["b", "c"]}), BLANK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["sky", "road"]}, "names: 2; expected 'none'"),
        ({"photo": ["a"]}, r"masks: shape \(2, 2, 2\) for 1 photos"),
        ({"masks": np.full((2, 2, 2), 3)}, "masks: values up to 3, but there are 3 names"),
    ],
)
def test_refuses_arrays_that_do_not_fit(tmp_path, change, message):
    arrays = {"photo": ["a", "b"], "masks": np.zeros((2, 2, 2), int)}
    np.savez(tmp_path / "m.npz", **(arrays | {"names": ["none", "sky", "road"]} | change))
    with pytest.raises(ValueError, match=message):
        MaskArray(tmp_path / "m.npz")
    np.savez(tmp_path / "m.npz", **arrays)
    with pytest.raises(ValueError, match=r"masks: .*m.npz cannot be used"):
        MaskArray(tmp_path / "m.npz")
