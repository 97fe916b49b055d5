import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet as pq

from geoutils.photos import in_processes, journal_file, pictures, read_folder
from geoutils.photos.journal_file import connect
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.sources import looking as looking_module
from geoutils.photos.sources.check import JOURNAL


def checked(source, out, listing="", **others):
    numbers = check_photos(source, out, listing, workers=2, **others)
    manifest, rejected = read_checked(out)
    assert numbers == (len(manifest), len(rejected))
    assert not (out / JOURNAL).exists()
    return manifest, rejected


def reasons(rejected):
    return dict(zip(rejected["photo"], rejected["reason"], strict=True))


@pytest.fixture
def album(tmp_path, photo_bytes):
    good = photo_bytes((48.8584, 2.2945), size=(64, 48), seed=1)
    files = {
        "paris.jpg": good,
        "copy.jpg": good,
        "padded.jpg": good + b"\0" * 100,
        "trailer.jpg": good + b"a maker's notes behind the picture",
        "trip/sydney.PNG": photo_bytes((-33.8568, 151.2153), format="PNG", seed=2),
        "trip/day 2/rio.webp": photo_bytes((-22.9519, -43.2105), format="WEBP", seed=3),
        "turned.jpg": photo_bytes((1, 2), size=(96, 64), tags={274: 6}, seed=7),
        "nowhere.jpg": photo_bytes(seed=4),
        "torn.jpg": good[: len(good) // 2],
        "torn.png": photo_bytes((1, 1), format="PNG", seed=5)[:-800],
        "torn.webp": photo_bytes((1, 1), format="WEBP", seed=5)[:-300],
        "empty.jpg": b"",
        "text.jpeg": b"I am not a photo",
        "phone.heic": b"ftypheic",
        "notes.txt": b"not a photo, and not called one",
        ".hidden/secret.jpg": good,
    }
    folder = tmp_path / "album"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(("thorough", "listed"), [(False, False), (False, True), (True, True)])
def test_a_folder_is_judged_as_by_the_reader_that_decodes_everything(
    album, tmp_path, thorough, listed
):
    if listed:
        (album / "photos.csv").write_text(
            "file,lat,lon,creator\n"
            "nowhere.jpg,10.5,20.25,Ana\nlost.jpg,5,5,Eve\nparis.jpg,1,1,Ben\n"
        )
        (album / "trip" / "photos.csv").write_text("file,lat,lon\nsydney.PNG,1,1\n")
    manifest, rejected = checked(album, tmp_path / "out", thorough=thorough)
    slow_manifest, slow_rejected = read_folder(album)
    same = ["photo", "author", "width", "height", "path", "camera", "position_source"]
    order = slow_manifest.sort_values("photo", ignore_index=True)
    pd.testing.assert_frame_equal(manifest[same], order[same])
    np.testing.assert_array_equal(
        manifest[["latitude", "longitude"]], order[["latitude", "longitude"]]
    )
    assert reasons(rejected) == reasons(slow_rejected)
    hashes = manifest.set_index("photo")["sha256"]
    assert hashes["copy.jpg"] == hashes["paris.jpg"] and hashes.nunique() == len(hashes) - 1
    if thorough:
        assert manifest["sha256"].tolist() == order["sha256"].tolist()


def test_pipes_do_not_keep_it_waiting_and_names_may_be_any(album, tmp_path, photo_bytes):
    os.mkfifo(album / "pipe.jpg")
    (album / "gone.jpg").symlink_to(album / "nothing")
    with open(os.path.join(os.fsencode(album), b"caf\xe9.jpg"), "wb") as file:
        file.write(photo_bytes((1, 2)))
    _, rejected = checked(album, tmp_path / "out")
    found = reasons(rejected)
    assert found["pipe.jpg"] == found["gone.jpg"] == "no such file, or no regular one"
    assert found["caf\ufffd.jpg"] == "a name that is no UTF-8"


@pytest.mark.faults
def test_a_photo_that_kills_its_reader_is_set_aside_alone(album, tmp_path, monkeypatch):
    real = looking_module.look_at

    def fragile(path, *rest):
        if path.endswith("turned.jpg"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(path, *rest)

    monkeypatch.setattr(looking_module, "look_at", fragile)
    manifest, rejected = checked(album, tmp_path / "out")
    assert reasons(rejected)["turned.jpg"] == "reading it ends the process that tries"
    assert {"paris.jpg", "trip/sydney.PNG"} <= set(manifest["photo"])


KILLED = """
import os, signal, sys
from geoutils.photos.sources import check, check_photos
real, calls = check.Journal.add_looks, []
def add(journal, looks):
    real(journal, looks)
    calls.append(looks)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
check.Journal.add_looks, check.BLOCK = add, 3
check_photos(sys.argv[1], sys.argv[2], workers=2)
"""


@pytest.mark.faults
def test_killed_it_goes_on_where_it_stopped(album, tmp_path, monkeypatch):
    out = tmp_path / "out"
    undisturbed = checked(album, tmp_path / "undisturbed")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(album), str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in out.iterdir() if "check" not in path.name] == []
    with closing(sqlite3.connect(out / JOURNAL)) as journal:
        (n_looks,) = journal.execute("SELECT count(*) FROM look").fetchone()
    seen = []
    real = looking_module.look_at
    monkeypatch.setattr(looking_module, "look_at", lambda *a: seen.append(a) or real(*a))
    monkeypatch.setattr(in_processes, "process_pool", lambda n: Here())
    said = []
    check_photos(album, out, say=said.append)
    assert said[0].startswith("going on with the check")
    n_photos = sum(len(table) for table in undisturbed) - 1  # the .heic needs no look
    assert 0 < len(seen) == n_photos - n_looks < n_photos
    for ours, expected in zip(read_checked(out), undisturbed, strict=True):
        pd.testing.assert_frame_equal(ours, expected)


class Here:
    """A pool that works in this process."""

    def submit(self, work, *arguments):
        from concurrent.futures import Future

        task = Future()
        task.set_result(work(*arguments))
        return task

    def shutdown(self, **_):
        pass


@pytest.mark.faults
def test_workers_end_with_a_killed_check(album, tmp_path):
    script = (
        "import os, time; from geoutils.photos.in_processes import process_pool\n"
        "pool = process_pool(1); print(pool.submit(os.getpid).result(), flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _alive(worker):
        time.sleep(0.02)
    assert not _alive(worker)


def _alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_another_check_of_the_same_results_is_refused(album, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    other = sqlite3.connect(out / JOURNAL)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ValueError, match="another check is writing here"):
        check_photos(album, out)
    other.close()
    checked(album, out)
    (out / JOURNAL).write_bytes(b"no database at all, but longer than a header" * 10)
    with pytest.raises(ValueError, match="no journal of a check"):
        check_photos(album, out)


def test_bars_may_be_switched_off(album, tmp_path):
    command = [sys.executable, "-m", "geoutils", "photos", "check", str(album)]
    command += ["--out-dir", str(tmp_path / "out")]
    done = subprocess.run(
        command, env=os.environ | {"TQDM_DISABLE": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "Checking" not in done.stderr
    assert "photos in" in done.stdout


@pytest.mark.faults
def test_a_full_disk_is_told_and_survived(tmp_path, monkeypatch):
    rows = "".join(f"photo {i},{i % 80}.5,20\n" for i in range(2000))
    (tmp_path / "list.csv").write_text("id,lat,lon\n" + rows)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:

        def small(path):
            base = connect(path)
            base.execute("PRAGMA max_page_count = 20")  # of 4096 bytes
            return base

        patch.setattr(journal_file, "connect", small)
        with pytest.raises(OSError, match="disk is full; the same command goes on from here"):
            check_photos(tmp_path / "list.csv", out)
    assert not (out / "manifest.parquet").exists()
    manifest, rejected = checked(tmp_path / "list.csv", out)
    assert len(manifest) == 2000 and rejected.empty


@pytest.mark.parametrize(
    ("source", "out", "message"),
    [
        ("nowhere", "out", "does not exist"),
        ("album/notes.txt", "out", "none of the suffixes .tar, .msg"),
        ("album", "album/out", "lies within the photos"),
        ("empty", "new/out", "no JPEG, PNG or WebP photo in it, and no shard"),
        ("album/photos.tar.GZ", "out", "is a compressed tar; .* unpack it with gunzip"),
    ],
)
def test_sources_that_cannot_be_used_say_so(album, tmp_path, source, out, message):
    (tmp_path / "empty").mkdir()
    (album / "photos.tar.GZ").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=message):
        check_photos(tmp_path / source, tmp_path / out)
    assert sorted(tmp_path.rglob("*")) == before


def test_archives_in_a_folder_are_set_aside_with_a_hint(album, tmp_path):
    for name in ("00.tar.gz", "trip/01.tgz", "02.zip", "notes.gz"):
        (album / name).touch()
    with tarfile.open(album / "03.tar", "w:gz") as tar:
        tar.add(album / "paris.jpg", "paris.jpg")
    manifest, rejected = checked(album, tmp_path / "out")
    found = reasons(rejected)
    packed = "a compressed tar; photos are read where they lie: unpack it with gunzip or the like"
    assert found["00.tar.gz"] == found["trip/01.tgz"] == found["03.tar"] == packed
    assert found["02.zip"] == "a zip archive; unpack it" and "notes.gz" not in found
    assert "paris.jpg" in set(manifest["photo"])


def test_the_check_of_another_source_is_not_overwritten(album, tmp_path, monkeypatch):
    out, other = tmp_path / "out", tmp_path / "other"
    shutil.copytree(album, other)
    (tmp_path / "list.csv").write_text("id,lat,lon\nparis,1,2\n")
    checked(album, out)
    manifest = (out / "manifest.parquet").read_bytes()
    for source, listing in ((other, ""), (album, tmp_path / "list.csv")):
        with pytest.raises(ValueError, match=f"holds the check of {album}; give another --out-dir"):
            check_photos(source, out, listing)
    assert (out / "manifest.parquet").read_bytes() == manifest
    (album / "paris.jpg").unlink()
    assert len(checked(album, out)[0]) < pq.read_table(BytesIO(manifest)).num_rows
    (out / "checked.json").write_text("[1]")
    with pytest.raises(ValueError, match=r"checked\.json tells of no check"):
        check_photos(album, out)
    (out / "checked.json").unlink()
    with pytest.raises(ValueError, match=r"holds a manifest\.parquet of another kind"):
        check_photos(album, out)


def test_the_begun_check_of_another_source_is_not_overwritten(album, tmp_path, monkeypatch):
    out, listing = tmp_path / "out", tmp_path / "list.csv"
    listing.write_text("id,lat,lon\nparis,1,2\n")

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("geoutils.photos.sources.check._look", interrupted)
        with pytest.raises(KeyboardInterrupt):
            check_photos(album, out, listing)
    journal = (out / JOURNAL).read_bytes()
    with pytest.raises(ValueError, match=f"holds the check of {album} by {listing}; give another"):
        check_photos(album, out)
    assert (out / JOURNAL).read_bytes() == journal
    listing.write_text("id,lat,lon\nparis,3,4\n")  # changed: it begins again
    manifest, _ = checked(album, out, listing)
    assert manifest[["latitude", "longitude"]].values.tolist() == [[3, 4]]


def test_checked_photos_have_pixels(album, tmp_path):
    manifest, _ = checked(album, tmp_path / "out")
    assert pictures(manifest, 8).shape == (len(manifest), 8, 8, 3)


def test_a_folder_that_was_not_checked_says_so(tmp_path):
    with pytest.raises(ValueError, match="photos check writes them"):
        read_checked(tmp_path)
    (tmp_path / "rejected.csv").write_text("photo,reason\n")
    (tmp_path / "manifest.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match="is no Parquet file"):
        read_checked(tmp_path)


def test_no_name_is_a_formula_in_the_list_of_rejected(tmp_path, photo_bytes):
    names = ["=HYPERLINK(1).jpg", "-1+1.jpg", "'quoted.jpg", "@a.jpg"]
    (tmp_path / "album").mkdir()
    for name in names:
        (tmp_path / "album" / name).write_bytes(photo_bytes())
    _, rejected = checked(tmp_path / "album", tmp_path / "out")
    assert sorted(rejected["photo"]) == sorted(names)
    lines = (tmp_path / "out" / "rejected.csv").read_text().splitlines()[1:]
    assert sorted(line[0] for line in lines) == ["'"] * 4
