"""Photos decoded live: the same as stored ones, whatever becomes of their files and processes."""

import io
import multiprocessing
import os
import pickle
import signal
import tarfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.locks import holding
from geoutils.photos import decoders
from geoutils.photos.decoders import GREY, Decoders
from geoutils.photos.live_pixels import LivePixels, own_cores
from geoutils.photos.live_record import live_record, record_live_pixels
from geoutils.photos.lost_list import lost_list, told_of_lost
from geoutils.photos.pixels import has_pixels, open_pixels, pictures
from geoutils.photos.stored_pixels import write_pixels

N, SIZE = 24, 20


@pytest.fixture(scope="module")
def album(tmp_path_factory, photo_maker):
    """Photos of many sizes in two places: files, and a tar shard."""
    folder = tmp_path_factory.mktemp("album")
    rows = []
    with tarfile.open(folder / "shard.tar", "w") as tar:
        for i in range(N):
            data = photo_maker((i, 20.0), size=(60 + 7 * i, 50), seed=i)
            name, path = f"{i}.jpg", folder / f"{i}.jpg"
            if i % 2:
                path.write_bytes(data)
                rows.append((name, str(path)))
                continue
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
            rows.append((name, str(folder / "shard.tar")))
    with tarfile.open(folder / "shard.tar") as tar:
        lies = {member.name: (member.offset_data, member.size) for member in tar}
    rows = [(name, path, *lies.get(name, (0, 0))) for name, path in rows]
    table = pd.DataFrame(rows, columns=["photo", "path", "offset", "length"])
    return table.assign(latitude=1.0, longitude=2.0, author="", scene="", split="train")


@pytest.fixture(scope="module")
def stored(album):
    return pictures(album, SIZE)


@pytest.fixture(scope="module")
def live(album):
    return LivePixels(album, SIZE, workers=2)


KEYS = [
    3,
    -1,
    slice(3, 19, 4),
    [5, 1, 1, 23],
    np.array([], dtype=int),
    np.arange(N) % 3 == 0,
    np.array([[1, 2], [3, 4]]),
    pd.Series([4, 2]),
    (slice(2, 9), slice(4, 16), slice(-12, None)),
    ([7, 3], slice(None), slice(2, 8), 1),
    ([7, 3], slice(2, 9), slice(None, None, -1)),
    ([7, 3], 5, 6),
    (np.arange(4), slice(None), slice(None), slice(None, None, -1)),
]


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_it_is_indexed_like_an_array(live, stored, key):
    found = live[key]
    assert isinstance(found, np.ndarray) and found.dtype == np.uint8
    np.testing.assert_array_equal(found, stored[key])


def test_windows_decode_nothing_until_photos_are_chosen(live, stored):
    window = live[:, 4:18, 2:17]
    assert isinstance(window, LivePixels) and window.shape == (N, 14, 15, 3)
    assert window.nbytes == stored[:, 4:18, 2:17].nbytes and len(window) == N
    np.testing.assert_array_equal(window[[3, 8]], stored[[3, 8], 4:18, 2:17])
    within = window[:, 1:-2, 3:]
    np.testing.assert_array_equal(np.asarray(within), stored[:, 4:18, 2:17][:, 1:-2, 3:])
    assert live[:].shape == live.shape == stored.shape and live.ndim == stored.ndim
    assert window.fingerprint != live.fingerprint != within.fingerprint
    assert repr(live) == "<LivePixels 24 × 20 × 20 × 3>"


def test_what_is_no_choice_of_photos_is_refused(live):
    with pytest.raises(IndexError, match="expected photos, then height and width"):
        live[..., 0]
    with pytest.raises(IndexError, match="out of bounds"):
        live[N]
    with pytest.raises(ValueError, match="no column path"):
        LivePixels(pd.DataFrame({"photo": ["a"], "seed": [1]}), SIZE)


def test_a_copy_in_another_process_decodes_too(live, stored):
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(live))[[2, 3]], stored[[2, 3]])
    with multiprocessing.get_context("fork").Pool(1) as pool:
        found = pool.apply(_ends_of, (live,))
    np.testing.assert_array_equal(found, stored[[0, -1]])
    np.testing.assert_array_equal(live[[0, -1]], stored[[0, -1]])  # ours still work


def _ends_of(pixels):
    multiprocessing.current_process()._config["daemon"] = False  # a pool's may have no children
    return pixels[[0, -1]]


@pytest.fixture
def damaged(album, tmp_path):
    """Five of the photos: one gone, one cut short, one no photo, and two as they were."""
    table = album[album["length"] == 0].head(5).reset_index(drop=True)
    for number, path in enumerate(table["path"]):
        data = Path(path).read_bytes()
        copy = tmp_path / f"copy_{number}.jpg"
        copy.write_bytes({1: data[: len(data) // 2], 2: b"no photo"}.get(number, data))
        table.loc[number, "path"] = str(copy)
    os.remove(table["path"][0])
    return table.assign(photo=["=gone.jpg", *table["photo"][1:]])


def test_lost_photos_are_grey_listed_and_told_of(damaged, tmp_path):
    listed = tmp_path / "20px_lost.csv"
    live = LivePixels(damaged, SIZE, listed, workers=2)
    assert told_of_lost(tmp_path) == ""
    out = np.empty((5, SIZE, SIZE, 3), dtype=np.uint8)
    for _ in range(2):  # a photo is listed once
        assert live.read(np.arange(5), out).tolist() == [True, True, True, False, False]
    assert (out[:3] == GREY).all()
    np.testing.assert_array_equal(out[3:], pictures(damaged.iloc[3:], SIZE))
    assert list(live.lost.values())[:2] == ["no such file", "truncated file"]
    told = told_of_lost(tmp_path)
    assert told.startswith("3 photos could not be read") and str(listed) in told
    assert f"=gone.jpg (no such file), {damaged['photo'][1]} (truncated file), " in told
    assert listed.read_text().startswith("'=gone.jpg,") and len(listed.read_text().split()) > 3
    # A photo that comes back is lost no longer.
    (tmp_path / "copy_1.jpg").write_bytes((tmp_path / "copy_3.jpg").read_bytes())
    live[1]
    assert damaged["photo"][1] not in live.lost


def test_where_most_photos_are_gone_a_disk_is(damaged):
    gone = pd.concat([damaged.head(3), damaged.head(3)], ignore_index=True)
    live = LivePixels(gone, SIZE, workers=1)
    with pytest.raises(ValueError, match=r"6 of 6 cannot be read, such as .*is their disk there"):
        live[np.arange(6)]


def test_a_process_that_crashes_is_replaced_and_its_photo_told(album, stored, monkeypatch):
    crashing = album["path"][3]
    decode = decoders._decoded

    def crash(place, out):
        if place[0] == crashing:
            os.kill(os.getpid(), signal.SIGSEGV)
        return decode(place, out)

    monkeypatch.setattr(decoders, "_decoded", crash)
    live = LivePixels(album, SIZE, workers=2)
    found = live[np.arange(N)]
    assert live.lost == {"3.jpg": "reading it ends the process that tries"}
    assert (found[3] == GREY).all()
    others = np.arange(N) != 3
    np.testing.assert_array_equal(found[others], stored[others])


@pytest.mark.faults
def test_a_process_that_somebody_kills_loses_nothing(album, stored):
    live = LivePixels(album, SIZE, workers=2)
    live[0]
    for process in multiprocessing.active_children():
        os.kill(process.pid, signal.SIGKILL)
    np.testing.assert_array_equal(np.asarray(live), stored)
    assert not live.lost


def test_a_photo_that_takes_for_ever_is_given_up(album, monkeypatch):
    monkeypatch.setattr(decoders, "PATIENCE_S", 0.3)
    monkeypatch.setattr(decoders, "_decoded", lambda place, out: time.sleep(30) or "")
    live = LivePixels(album, SIZE, workers=1)
    live[0]
    assert live.lost == {"0.jpg": "reading it takes more than 0.3 seconds"}


def test_processes_hold_no_lock_of_their_parent(tmp_path):
    with holding(tmp_path):
        workers = Decoders(SIZE, 1)
        workers.submit([("absent.jpg", 0, 0)], np.empty((1, 5, 5, 3), np.uint8), 0, 0).result()
    with holding(tmp_path, "taken"):  # else it would be said to be
        pass


def test_a_record_stands_in_for_stored_pixels(album, stored, tmp_path):
    path, manifest = tmp_path / "photos" / "20px.npy", tmp_path / "manifest.parquet"
    album.to_parquet(manifest)
    assert not has_pixels(path)
    write_pixels(album, path, SIZE)
    lost_list(path).write_text("a.jpg,no such file\n")
    record_live_pixels(manifest, path, SIZE)
    assert has_pixels(path) and os.listdir(path.parent) == ["20px_live.json"]
    np.testing.assert_array_equal(open_pixels(path)[[4, 5]], stored[[4, 5]])
    album.iloc[::-1].to_parquet(manifest)
    with pytest.raises(ValueError, match="lists other photos now; run notebook 01"):
        open_pixels(path)
    write_pixels(album, path, SIZE)  # and back
    assert isinstance(open_pixels(path), np.memmap) and not live_record(path).exists()


def test_drawn_photos_are_not_decoded(tmp_path):
    pd.DataFrame({"photo": ["a"], "seed": [1]}).to_parquet(tmp_path / "manifest.parquet")
    with pytest.raises(ValueError, match="only photos that are files"):
        record_live_pixels(tmp_path / "manifest.parquet", tmp_path / "20px.npy", SIZE)


def test_processes_that_train_together_share_the_cores(monkeypatch):
    alone = own_cores()
    monkeypatch.setenv("LOCAL_WORLD_SIZE", str(2 * alone))
    assert own_cores() == 1 <= alone
