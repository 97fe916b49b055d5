import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.photos.download.names import file_of, is_there, name_problem

FOLDER = Path("/photos")
PARTS = st.one_of(st.sampled_from(["..", ".", "", "a", "a.jpg", "~", "%2e%2e", "\x00"]), st.text())


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=6).map("/".join))
def test_no_name_leaves_the_folder(photo):
    if name_problem(photo) == "":
        file = file_of(FOLDER, photo, ".jpg")
        assert Path(os.path.normpath(file)) == file and file.is_relative_to(FOLDER)
        assert file != FOLDER and not any(part.startswith(".") for part in file.parts[2:])
        assert all(len(os.fsencode(part)) < 256 for part in file.parts)


@pytest.mark.parametrize(
    "photo", ["34/8d/90.jpg", "4065883540137904", "a b@N00.JPEG", "über/ñ.png"]
)
def test_names_of_public_lists_are_fine(photo):
    assert name_problem(photo) == ""


def test_a_photo_is_found_with_whatever_suffix(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "b.jpg").write_bytes(b"")
    assert is_there(tmp_path, "a") and is_there(tmp_path, "a.png")
    assert not is_there(tmp_path, "a.jpg") and not is_there(tmp_path, "b")
