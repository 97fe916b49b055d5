import json
import os
import signal
import sqlite3
import subprocess
import sys

import pandas as pd
import pytest

from geoutils.__main__ import main, photos_argument
from geoutils.photos.packing import pack, pack_photos
from geoutils.photos.packing.pack import DONE, JOURNAL
from geoutils.photos.sources import check_photos

KILLED = """
import os, signal, sys
from geoutils.photos.packing import pack, pack_journal, shards
moment, target = sys.argv[3], int(sys.argv[4])
write, calls = pack.write_shards, []
pack.write_shards = lambda *given: write(*given[:-1], 40_000)

def after(owner, name):
    real = getattr(owner, name)
    def call(*given):
        result = real(*given)
        calls.append(name)
        if len(calls) == target:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, call)

if moment == "member":
    after(shards, "_write")
elif moment == "journal":
    after(pack_journal.PackJournal, "add")
elif moment == "rename":
    after(os, "replace")
elif moment == "manifest":
    after(pack, "write_packed")
pack.pack_photos(sys.argv[1], sys.argv[2], 30, workers=2)
"""


def killed(checked, out, moment, target):
    """Pack in another process that is killed then."""
    command = [sys.executable, "-c", KILLED, str(checked), str(out), moment, str(target)]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.returncode == -signal.SIGKILL, found.stderr


@pytest.fixture
def finish(checked, monkeypatch):
    """A function (out) that packs in this process, in shards as small, and returns what it says."""
    write = pack.write_shards
    monkeypatch.setattr(pack, "write_shards", lambda *given: write(*given[:-1], 40_000))

    def packed(out):
        said = []
        assert pack_photos(checked, out, 30, workers=1, say=said.append) == (30, 0)
        return said

    return packed


@pytest.fixture
def undisturbed(finish, tmp_path):
    finish(tmp_path / "undisturbed")
    assert len(list((tmp_path / "undisturbed").glob("*.tar"))) > 2
    return tmp_path / "undisturbed"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("moment", "target"),
    [("member", 1), ("member", 29), ("rename", 2), ("manifest", 1)],
)
def test_killed_at_any_moment_it_goes_on(
    moment, target, checked, undisturbed, finish, same_files, tmp_path
):
    out = tmp_path / "out"
    killed(checked, out, moment, target)
    whole = {path.name: path.read_bytes() for path in undisturbed.glob("*.tar")}
    for shard in out.glob("shard-*.tar"):
        assert shard.read_bytes() == whole[shard.name]  # never half a shard
    assert not (out / DONE).exists()
    told = finish(out)[0]
    assert told.startswith("going on after ") == (target != 1 or moment == "manifest")
    same_files(out, undisturbed)
    assert not any(path.name[0] == "." for path in out.iterdir())  # nor anything left behind


def test_a_shard_that_went_missing_meanwhile_is_made_again(
    checked, undisturbed, finish, same_files, tmp_path
):
    out = tmp_path / "out"
    killed(checked, out, "manifest", 1)
    (out / "shard-000001.tar").unlink()
    os.truncate(out / "shard-000002.tar", 1000)
    finish(out)
    same_files(out, undisturbed)


def test_done_is_done_and_a_lost_shard_is_not(checked, undisturbed, finish):
    shards = {path: path.stat().st_mtime_ns for path in undisturbed.glob("*.tar")}
    assert "packed already: 30 photos" in finish(undisturbed)[0]
    assert {path: path.stat().st_mtime_ns for path in undisturbed.glob("*.tar")} == shards
    gone = min(shards)
    data = gone.read_bytes()
    gone.unlink()
    killed(checked, undisturbed, "member", 1)
    assert not (undisturbed / "manifest.parquet").exists()  # shards may change from here on
    finish(undisturbed)
    assert gone.read_bytes() == data


def test_another_folder_is_asked_for(checked, album, tmp_path):
    out = tmp_path / "out"

    def refused(match, source=checked, to=out, **options):
        with pytest.raises(ValueError, match=match):
            pack_photos(source, to, say=lambda _: None, **{"workers": 1} | options)

    refused("size: -1 pixels", size=-1)
    refused("shard_mb: 0 megabytes", shard_mb=0)
    refused("workers: got -1, expected a whole number", workers=-1)
    refused("does not exist", tmp_path / "none")
    refused("have their positions; check them with it", listing=album / "photos.csv")
    refused("lies within", album, album / "out")
    refused("lies within", checked, checked)
    refused("holds 00.jpeg; expected an empty folder", checked, album)
    assert not out.exists()
    out.mkdir()
    other = sqlite3.connect(out / JOURNAL)
    other.execute("BEGIN EXCLUSIVE")
    refused("another pack is writing here")
    other.close()
    (out / JOURNAL).write_bytes(b"no database at all, but longer than a header" * 10)
    refused("no journal of a pack")
    (out / JOURNAL).unlink()
    killed(checked, out, "journal", 1)
    refused('was begun as .*"size": 30', size=20)
    pd.read_parquet(checked / "manifest.parquet").iloc[:20].to_parquet(checked / "manifest.parquet")
    refused("its manifest has changed since", size=30)
    again = tmp_path / "again"
    pack_photos(checked, again, size=30, workers=1, say=lambda _: None)
    refused("was packed otherwise", to=again, size=20)
    os.utime(checked / "manifest.parquet", (0, 0))
    refused("has changed since .* was packed from it", to=again, size=30)
    for text in ("{", "[]", json.dumps({"source": 1})):
        (again / DONE).write_text(text)
        refused("tells of no pack", to=again, size=30)


def test_without_a_photo_there_is_no_pack(checked, album, tmp_path):
    out, away = tmp_path / "out", tmp_path / "away"
    album.rename(away)
    with pytest.raises(ValueError, match="none of its 30 photos can be packed: 30 x unreadable"):
        pack_photos(checked, out, workers=1, say=lambda _: None)
    assert [path for path in out.iterdir() if path.name[0] != "."] == []
    away.rename(album)
    assert pack_photos(checked, out, workers=1, say=lambda _: None) == (30, 0)
    listing = tmp_path / "list.csv"
    listing.write_text("photo,lat,lon\na,1,2\n")
    with pytest.raises(ValueError, match="positions alone; there are no photos to pack"):
        pack_photos(listing, tmp_path / "listed", workers=1, say=lambda _: None)
    (checked / "manifest.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match="cannot be read"):
        pack_photos(checked, tmp_path / "damaged", workers=1, say=lambda _: None)


def test_a_check_that_kept_nothing_is_told(tmp_path, photo_bytes):
    album, out = tmp_path / "album", tmp_path / "out"
    album.mkdir()
    (album / "nowhere.jpg").write_bytes(photo_bytes())
    check_photos(album, tmp_path / "checked", workers=1, say=lambda _: None)
    sources = tmp_path / "checked", album, album  # the last one goes on where nothing is
    for source in sources:
        checked = source if source != album else out / "checked"
        why = f"source: its check kept no photo; {checked / 'rejected.csv'} tells why"
        with pytest.raises(ValueError, match=why):
            pack_photos(source, out, workers=1, say=lambda _: None)
        assert "no GPS" in (checked / "rejected.csv").read_text()
        assert out.exists() == (source == album)


def test_the_command_packs_for_a_study(album, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    command = ["photos", "pack", str(album), "--out-dir", str(out), "--size", "32"]
    assert main(command) == 0
    assert "30 photos in 1 shard in" in capsys.readouterr().out
    assert photos_argument(str(out)) == {"source": "checked", "photos": str(out)}
    assert main([*command, "--shard-mb", "7"]) == 2
    assert "packed otherwise" in capsys.readouterr().err

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("geoutils.photos.packing.pack._write_shards", interrupted)
    command[command.index(str(out))] = str(tmp_path / "other")
    assert main(command) == 130
    assert "the same command goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(command) == 0


FULL = """
import resource, sys
from geoutils.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
sys.exit(main(["photos", "pack", *sys.argv[1:], "--workers", "1"]))
"""


def test_a_full_disk_is_told_and_survived(checked, same_files, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    command = [sys.executable, "-c", FULL, str(checked), "--out-dir", str(out)]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.returncode == 2 and "error: [Errno 27] File too large" in found.stderr
    assert "Traceback" not in found.stderr
    assert [path.name for path in out.iterdir() if "pack.sqlite" not in path.name] == []
    for folder in (out, whole):
        assert pack_photos(checked, folder, workers=1, say=lambda _: None) == (30, 0)
    assert (out / "shard-000000.tar").stat().st_size > 150_000
    same_files(out, whole)
