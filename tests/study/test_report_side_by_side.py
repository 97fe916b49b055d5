"""Pages made in copies of a process are those that it would make alone."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from geoutils.study.report import side_by_side
from geoutils.study.report.figures import on_white, webp
from geoutils.study.report.side_by_side import made


@pytest.mark.parametrize("copies", [True, False])
def test_texts_come_back_by_name_and_in_order(monkeypatch, copies):
    monkeypatch.setattr(side_by_side, "can_copy_itself", lambda: copies)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    found = made({name: lambda name=name: f"page {name}" for name in "abcde"})
    assert list(found.items()) == [(name, f"page {name}") for name in "abcde"]


@pytest.mark.skipif(not side_by_side.can_copy_itself(), reason="this system makes no copies")
def test_pages_are_made_in_other_processes(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    found = made({name: lambda: str(os.getpid()) for name in "ab"})
    assert str(os.getpid()) not in found.values()


@pytest.mark.parametrize("copies", [True, False])
def test_what_a_page_raises_is_raised(monkeypatch, copies):
    monkeypatch.setattr(side_by_side, "can_copy_itself", lambda: copies)

    def bad():
        raise ValueError("no such table")

    with pytest.raises(ValueError, match="no such table"):
        made({"good": str, "bad": bad})


def test_an_opaque_picture_is_the_same_with_and_without_a_channel_that_says_so():
    colors = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    plain = Image.fromarray(colors)
    assert np.array_equal(np.asarray(on_white(plain.convert("RGBA"))), colors)
    assert webp(plain) == webp(plain.convert("RGBA"))


def test_what_is_transparent_becomes_white_by_its_share():
    clear = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    clear.putpixel((1, 0), (0, 0, 0, 51))
    assert [clear.getpixel((x, 0))[3] for x in (0, 1)] == [0, 51]
    found = on_white(clear)
    assert found.mode == "RGB"
    assert [found.getpixel((x, 0)) for x in (0, 1)] == [(255,) * 3, (204,) * 3]


def test_a_palette_may_be_transparent_too():
    file = io.BytesIO()
    palette = Image.new("P", (1, 1), 0)
    palette.putpalette([10, 20, 30])
    palette.save(file, "PNG", transparency=0)
    with Image.open(file) as image:
        assert on_white(image).getpixel((0, 0)) == (255, 255, 255)
