import pytest

from geoutils.files import replacing


def test_a_file_appears_whole_in_a_new_folder(tmp_path):
    path = tmp_path / "new" / "table.csv"
    with replacing(path) as temporary:
        assert temporary.suffix == ".csv" and temporary.parent == path.parent
        temporary.write_text("a,b\n")
        assert not path.exists()
    assert path.read_text() == "a,b\n"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it(tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    with replacing(tmp_path / "file") as temporary:
        temporary.write_text("")
    assert (tmp_path / "file").stat().st_mode == ordinary.stat().st_mode
