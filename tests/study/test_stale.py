import os

from geoutils.study.stale import code_version, photos_version


def test_rendered_photos_have_no_files():
    assert photos_version({"source": "rendered", "photos": "", "photos_dir": ""}) == ""


def test_new_and_changed_photos_are_noticed(tmp_path):
    section = {"source": "folder", "photos": str(tmp_path), "photos_dir": ""}
    (tmp_path / "a.jpg").write_bytes(b"a")
    first = photos_version(section)
    assert photos_version(section) == first
    (tmp_path / "b.jpg").write_bytes(b"b")
    second = photos_version(section)
    os.utime(tmp_path / "a.jpg", ns=(1, 1))
    assert len({first, second, photos_version(section)}) == 3


def test_the_report_has_a_version_of_its_own():
    assert code_version(report=True) != code_version(report=False)
