"""Which row of a list a file is, and files that are no candidates at all."""

import os
import tarfile

import pandas as pd
import pytest

from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.sources.folder_photos import folder_photos
from geoutils.photos.sources.journal import plain_path
from geoutils.photos.sources.reasons import commonest_reasons


def put(folder, photo_bytes, *names, **settings):
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo_bytes(size=(40, 30), seed=number, **settings))
    return folder


def write_list(path, *names):
    rows = [(name, 10 + number, 20 + number) for number, name in enumerate(names)]
    pd.DataFrame(rows, columns=["file", "lat", "lon"]).to_csv(path, index=False)
    return path


def checked(source, out, listing="", say=print):
    check_photos(source, out, listing, workers=1, say=say)
    manifest, rejected = read_checked(out)
    places = {row.photo: (row.latitude, row.path) for row in manifest.itertuples()}
    return places, dict(zip(rejected["photo"], rejected["reason"], strict=True))


@pytest.mark.parametrize("turned", [False, True])
def test_a_list_with_two_formats_of_one_name_means_each(tmp_path, photo_bytes, turned):
    album = put(tmp_path / "album", photo_bytes, "a/1.jpg", "a/1.png")
    names = ["a/1.png", "a/1.jpg"][:: -1 if turned else 1]
    places, rejected = checked(album, tmp_path / "out", write_list(tmp_path / "l.csv", *names))
    expected = {name: (10 + at, str(album / name)) for at, name in enumerate(names)}
    assert places == expected and rejected == {}


def test_another_format_never_takes_the_place_of_the_very_file(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "1.jpg", "1.png")
    (album / "1.png").write_bytes(b"\x89PNG damaged")
    listing = write_list(tmp_path / "l.csv", "1.png")
    (album / "2.jpg").write_bytes((album / "1.jpg").read_bytes())
    places, rejected = checked(album, tmp_path / "out", listing)
    assert places == {}
    assert rejected["1.jpg"] == "another file stands for this photo of the list"


def test_a_whole_copy_stands_for_a_torn_file_of_the_same_name(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "b/1.jpg", "1.jpg")
    (album / "1.jpg").write_bytes((album / "1.jpg").read_bytes()[:300])
    places, _ = checked(album, tmp_path / "out", write_list(tmp_path / "l.csv", "1.jpg"))
    assert places == {"1.jpg": (10, str(album / "b" / "1.jpg"))}


@pytest.mark.parametrize("form", ["./{}", "{}", ".//{}", "{folder}/{}"])
def test_paths_may_be_written_in_other_ways(tmp_path, photo_bytes, form):
    album = put(tmp_path / "album", photo_bytes, "34/8d/1.jpg", "34/8d/2.jpg", "35/1.jpg")
    names = [form.format(name, folder=album) for name in ("34/8d/2.jpg", "34/8d/1.jpg", "35/1.jpg")]
    places, rejected = checked(album, tmp_path / "out", write_list(tmp_path / "l.csv", *names))
    found = [os.path.relpath(path, album) for _, path in sorted(places.values())]
    assert found == ["34/8d/2.jpg", "34/8d/1.jpg", "35/1.jpg"] and rejected == {}


def test_backslashes_are_folders_in_a_list():
    assert plain_path(r"34\8d\1.jpg") == "34/8d/1.jpg"
    assert plain_path("34/8d/1.jpg") == "34/8d/1.jpg"


def test_members_of_a_shard_may_begin_with_a_dot(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "34/1.jpg", "35/1.jpg")
    with tarfile.open(tmp_path / "shard.tar", "w") as shard:
        shard.add(album, ".")
    listing = write_list(tmp_path / "l.csv", "35/1.jpg", "34/1.jpg")
    places, rejected = checked(tmp_path / "shard.tar", tmp_path / "out", listing)
    assert {name: place for name, (place, _) in places.items()} == {"35/1.jpg": 10, "34/1.jpg": 11}
    assert rejected == {}


def test_a_list_of_other_photos_is_refused_before_any_look(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a.jpg", "b.jpg", "c.jpg")
    listing = write_list(tmp_path / "l.csv", "9.06E+09", "x.jpg")
    told = r"none of its photos is in the source: it names 9\.06E\+09, x\.jpg, in the source are "
    with pytest.raises(ValueError, match=told + r".* … \(3\)"):
        check_photos(album, tmp_path / "out", listing, workers=1)
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_entered_is_set_aside_and_stops_nothing(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a.jpg", latlon=(48.8, 2.3))
    os.symlink("round.jpg", album / "round.jpg")
    os.symlink(put(tmp_path / "other", photo_bytes, "b.jpg"), album / "linked")
    (album / "film.mp4").write_bytes(b"")
    (album / "notes").write_bytes(b"")
    said = []
    places, rejected = checked(album, tmp_path / "out", say=said.append)
    assert list(places) == ["a.jpg"]
    assert rejected["linked"] == "a link to a folder, which is not followed"
    assert "round.jpg" in rejected
    assert said[0] == "files of other kinds, left alone: .mp4 1, no suffix 1"
    assert said[-1].startswith("set aside: 1 × ")


def test_a_folder_that_cannot_be_read_stops_nothing(tmp_path, photo_bytes, monkeypatch):
    album = put(tmp_path / "album", photo_bytes, "a.jpg", "lost+found/b.jpg", latlon=(48.8, 2.3))
    real = os.scandir

    def scandir(path):
        if str(path).endswith("lost+found"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    places, rejected = checked(album, tmp_path / "out")
    assert list(places) == ["a.jpg"]
    assert rejected == {"lost+found": "a folder that cannot be read (Permission denied)"}


def test_reasons_are_counted_whatever_values_they_quote(tmp_path):
    path = tmp_path / "rejected.csv"
    assert commonest_reasons(_written(path, [])) == ""
    rows = [(f"{n}.jpg", f"latitude '{n}' is not a number") for n in range(3)]
    rows += [("torn.jpg", "truncated file"), ("x", "no position"), ("y", "other")]
    told = commonest_reasons(_written(path, rows))
    assert told.startswith("3 × latitude … is not a number (0.jpg); 1 × truncated file (torn.jpg)")
    assert told.endswith("; …")


def _written(path, rows):
    pd.DataFrame(rows, columns=["photo", "reason"]).to_csv(path, index=False)
    return path


def test_workers_are_counted_before_anything_is_listed(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a.jpg")
    with pytest.raises(ValueError, match="workers: got -1"):
        check_photos(album, tmp_path / "out", workers=-1)
    assert not (tmp_path / "out").exists()


def test_a_list_without_names_is_refused_before_any_look(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a.jpg")
    (tmp_path / "l.csv").write_text("what,lat,lon\na.jpg,10,20\n")
    with pytest.raises(ValueError, match="no column for the photo; expected one called photo"):
        check_photos(album, tmp_path / "out", tmp_path / "l.csv", workers=1)


@pytest.mark.parametrize("text", ["name,size\na.jpg,12\n", "", "file,lat,lon\n", "\x00\xff"])
def test_a_foreign_photos_csv_stops_no_disk(tmp_path, photo_bytes, text):
    album = put(tmp_path / "album", photo_bytes, "a.jpg", "games/b.jpg", latlon=(48.8, 2.3))
    (album / "games" / "photos.csv").write_bytes(text.encode("latin-1"))
    said = []
    places, rejected = checked(album, tmp_path / "out", say=said.append)
    assert set(places) == {"a.jpg", "games/b.jpg"}
    assert rejected["games/photos.csv"].startswith("left out: ")
    assert any(line.startswith("games/photos.csv is left out: ") for line in said)


def test_a_broken_row_of_photos_csv_is_set_aside_alone(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a.jpg", "b.jpg")
    (album / "photos.csv").write_text("file,lat,lon\na.jpg,10,20\nb.jpg,11\n")
    places, rejected = checked(album, tmp_path / "out")
    assert places == {"a.jpg": (10, str(album / "a.jpg"))}
    assert set(rejected) == {"b.jpg", "photos.csv, line 3"}


def test_a_folder_of_any_number_of_files_is_read_one_by_one(tmp_path, photo_bytes, monkeypatch):
    album = put(tmp_path / "album", photo_bytes, *(f"{n}.jpg" for n in range(20)))
    real, read = os.scandir, []

    class Counted:
        def __init__(self, path):
            self.entries = real(path)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.entries.close()

        def __iter__(self):
            for entry in self.entries:
                read.append(entry)
                yield entry

    monkeypatch.setattr(os, "scandir", Counted)
    for number, _ in enumerate(folder_photos(album, []), 1):
        assert len(read) == number
    assert len(read) == 20


def test_names_cannot_command_a_terminal(tmp_path, photo_bytes):
    album = put(tmp_path / "album", photo_bytes, "a\x1b[2J\n.jpg")
    said = []
    checked(album, tmp_path / "out", say=said.append)
    assert said[-1].startswith("set aside: 1 × ") and said[-1].endswith("(a?[2J?.jpg)")
