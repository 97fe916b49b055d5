"""A folder of photos, checked, and what was packed of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from geoutils.photos.packing import pack_photos
from geoutils.photos.sources import check_photos, read_checked


@pytest.fixture
def album(tmp_path, photo_bytes):
    """A folder of 30 photos in three formats, some of them turned, with authors and scenes."""
    folder = tmp_path / "album"
    (folder / "day 2").mkdir(parents=True)
    rows = ["file,lat,lon,creator,scene"]
    for i in range(30):
        format = ("JPEG", "PNG", "WEBP")[i % 3]
        name = f"{'day 2/' if i % 2 else ''}{i:02d}.{format.lower()}"
        tags = {274: 1 + i % 8}
        photo = photo_bytes(size=(90 + i, 60 + 2 * i), tags=tags, format=format, seed=i)
        (folder / name).write_bytes(photo)
        rows.append(f"{name},{i / 2 + 1},{-i},ann {i % 4},{'urban' if i % 5 else ''}")
    (folder / "photos.csv").write_text("\n".join(rows) + "\n")
    (folder / "empty.jpg").touch()
    return folder


@pytest.fixture
def checked(album, tmp_path):
    """The folder that a check of the album wrote."""
    check_photos(album, tmp_path / "checked", workers=1, say=lambda _: None)
    return tmp_path / "checked"


@pytest.fixture
def pack(tmp_path):
    """A function (source, name, options) -> folder, manifest, reasons, and what was said."""

    def packed(source, name="packed", **options):
        folder, said = tmp_path / name, []
        numbers = pack_photos(source, folder, say=said.append, **{"workers": 2} | options)
        manifest, rejected = read_checked(folder)
        assert numbers[0] == len(manifest)
        reasons = dict(zip(rejected["photo"], rejected["reason"], strict=True))
        return SimpleNamespace(folder=folder, manifest=manifest, reasons=reasons, said=said)

    return packed


@pytest.fixture
def same_files():
    """A function that fails unless two folders have the same visible files, byte for byte."""

    def compare(one, two, but=()):
        def files(folder):
            found = [path for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
            return {path.name: path.read_bytes() for path in found if path.name not in but}

        ours, theirs = files(one), files(two)
        assert list(ours) and sorted(ours) == sorted(theirs)
        np.testing.assert_equal(ours, theirs)

    return compare
