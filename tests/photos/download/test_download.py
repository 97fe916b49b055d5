import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest

from geoutils.__main__ import main
from geoutils.photos.download import Limits, download_photos
from geoutils.photos.download.fetch import _no_image, fetch
from geoutils.photos.sources import check_photos
from geoutils.web import Connections


def files_in(folder):
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(
        name for name in names if not name.endswith("rejected.csv") and ".download" not in name
    )


def test_photos_come_under_their_names(server, download, tmp_path, photo_bytes):
    png = photo_bytes(format="PNG")
    server.answers["png"] = lambda handler, _: handler.say(200, png)
    addresses = {
        "34/8d/9055806529.jpg": f"{server.url}/a.jpg",
        "4065883540137904": f"{server.url}/thumb?size=2",
        "as_png": f"{server.url}/png",
    }
    counts, rejected = download(addresses)
    assert counts == (3, 0, 0) and rejected == {}
    folder = tmp_path / "photos"
    assert files_in(folder) == ["34/8d/9055806529.jpg", "4065883540137904.jpg", "as_png.png"]
    assert (folder / "34/8d/9055806529.jpg").read_bytes() == server.photo
    assert (folder / "as_png.png").read_bytes() == png
    assert not (folder / ".download").exists()


def test_gone_photos_are_asked_for_once_and_told(server, download, tmp_path):
    server.answers |= {
        "404": lambda handler, _: handler.say(404, b"no"),
        "410": lambda handler, _: handler.say(410),
        "403": lambda handler, _: handler.say(403),
        "page": lambda handler, _: handler.say(200, b"<html>", Content_Type="text/html"),
        "huge": lambda handler, _: handler.say(200, b"", Content_Length=10**9),
        "removed": lambda handler, _: handler.say(
            302, Location="https://example.invalid/img/photo_unavailable_l.png"
        ),
        "file": lambda handler, _: handler.say(301, Location="file:///etc/passwd"),
        "round": lambda handler, _: handler.say(302, Location="/round"),
    }
    addresses = {f"{kind}.jpg": f"{server.url}/{kind}" for kind in server.answers}
    counts, rejected = download(addresses | {"good.jpg": f"{server.url}/good"})
    assert counts == (1, 8, 0)
    assert rejected == {
        "404.jpg": "404 Not Found",
        "410.jpg": "410 Gone",
        "403.jpg": "403 Forbidden",
        "page.jpg": '"no JPEG',  # the reason has a comma: quoted
        "huge.jpg": '"larger than 50',
        "removed.jpg": "removed: the host shows a picture that says so",
        "file.jpg": "301 Moved Permanently to an address that begins with neither http nor https",
        "round.jpg": "sent on more than 5 times",
    }
    assert server.n_asked("/404") == 1 and server.n_asked("/round") == 6
    assert files_in(tmp_path / "photos") == ["good.jpg"]
    # The same call again asks nobody anything.
    n_asked = len(server.asked)
    assert download(addresses | {"good.jpg": f"{server.url}/good"})[0] == (1, 8, 0)
    assert len(server.asked) == n_asked


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"\n<!DOCTYPE html><p>Sorry", "image/jpeg", " but a page, sent as image/jpeg"),
        (b"\x1f\x8b\x08\0\0", "image/png", " but gzip, sent as image/png"),
        (b"something", "image/webp; x=y", " but something else, sent as image/webp"),
        (b"<html>", "text/html", " but text/html"),
        (b"GIF89a", "image/gif", " but image/gif"),
        (b"<html>", "", " but a page"),
        (b"noise", "", ""),
    ],
)
def test_what_is_no_photo_is_told(body, kind, reason):
    assert _no_image(body, kind) == f"no JPEG, PNG or WebP image{reason}"


def test_what_fails_at_first_is_asked_for_again(server, download, tmp_path):
    def cut(handler, n_asked):
        if n_asked == 1:  # less than it says
            handler.say(200, server.photo[:500], Content_Length=len(server.photo))
            handler.close_connection = True
        else:
            handler.photo(handler, n_asked)

    def cut_without_length(handler, n_asked):
        body = server.photo[:500] if n_asked == 1 else server.photo
        handler.say(200, body, Content_Length=None, Connection="close")
        handler.close_connection = True

    def reset(handler, n_asked):
        if n_asked == 1:
            handler.close_connection = True
        else:
            handler.photo(handler, n_asked)

    def failing(handler, n_asked):
        handler.say(500) if n_asked <= 2 else handler.photo(handler, n_asked)

    server.answers |= {"cut": cut, "open": cut_without_length, "reset": reset, "500": failing}
    addresses = {f"{kind}.jpg": f"{server.url}/{kind}" for kind in server.answers}
    counts, rejected = download(addresses)
    assert counts == (4, 0, 0) and rejected == {}
    assert [server.n_asked(f"/{kind}") for kind in server.answers] == [2, 2, 2, 3]
    for name in files_in(tmp_path / "photos"):
        assert (tmp_path / "photos" / name).read_bytes() == server.photo


def test_what_keeps_failing_is_told_and_asked_for_by_the_next_call(server, download, tmp_path):
    def cut(handler, _):
        handler.say(200, server.photo[:-40], Content_Length=len(server.photo))
        handler.close_connection = True

    server.answers |= {"cut": cut, "500": lambda handler, _: handler.say(500)}
    addresses = {"cut.jpg": f"{server.url}/cut", "500.jpg": f"{server.url}/500"}
    counts, rejected = download(addresses)
    assert counts == (0, 0, 2)
    assert rejected == {
        "cut.jpg": "truncated: the connection ended before the photo did",
        "500.jpg": "500 Internal Server Error",
    }
    assert server.n_asked("/cut") == 3 and files_in(tmp_path / "photos") == []
    server.answers = {}
    assert download(addresses) == ((2, 0, 0), {})


def test_silence_ends(server, download):
    stalled = []

    def stall(handler, _):  # a byte now and then would keep a reader for ever
        handler.say(200, server.photo[:100], Content_Length=len(server.photo))
        handler.wfile.flush()
        stalled.append(handler)
        for _ in range(40):
            time.sleep(0.1)
            handler.wfile.write(b"x")
            handler.wfile.flush()

    def mute(handler, _):
        time.sleep(1)
        handler.close_connection = True

    server.answers |= {"stall": stall, "mute": mute}
    addresses = {"stall.jpg": f"{server.url}/stall", "mute.jpg": f"{server.url}/mute"}
    began = time.monotonic()
    counts, rejected = download(addresses | {"a.jpg": f"{server.url}/a"}, timeout_s=0.3, attempts=2)
    assert time.monotonic() - began < 6
    assert counts == (1, 0, 2) and len(stalled) == 2
    assert rejected == {"stall.jpg": '"slower than 1', "mute.jpg": "no answer within 0.3 s"}


def test_a_busy_host_is_left_in_peace_as_long_as_it_asks(server, download):
    def busy(handler, _):
        with server.lock:
            first = min(at for path, at in server.asked if path.startswith("/busy"))
        if time.monotonic() < first + 0.9:
            handler.say(429, Retry_After=1)
        else:
            handler.photo(handler, _)

    server.answers["busy"] = busy
    addresses = {f"{i}.jpg": f"{server.url}/busy/{i}" for i in range(12)}
    counts, _ = download(addresses, per_host=4, attempts=1)
    assert counts == (12, 0, 0)
    times = sorted(at for _, at in server.asked)
    early = [at for at in times if at < times[0] + 0.9]
    assert len(early) <= 4  # those already under way when it first said so
    assert server.most_open <= 4


def test_few_requests_to_one_host_at_a_time(server, download):
    def slow(handler, n_asked):
        time.sleep(0.03)
        handler.photo(handler, n_asked)

    server.answers["slow"] = slow
    addresses = {f"{i}.jpg": f"{server.url}/slow/{i}" for i in range(24)}
    assert download(addresses, workers=16, per_host=3)[0] == (24, 0, 0)
    assert 2 <= server.most_open <= 3


def test_hosts_that_are_not_there_are_given_up_and_asked_again_next_time(server, download, nobody):
    addresses = {f"lost{i}.jpg": f"{nobody}/{i}" for i in range(30)}
    addresses |= {f"none{i}.jpg": f"http://none.invalid/{i}" for i in range(3)}
    good = {f"good{i}.jpg": f"{server.url}/{i}" for i in range(3)}
    counts, rejected = download(good | addresses)
    assert counts == (3, 0, 33)
    assert {reason for photo, reason in rejected.items() if photo.startswith("lost")} == {
        "no server answers there (Connection refused)"
    }
    counts, _ = download(good | addresses)
    assert counts == (3, 0, 33) and len(server.asked) == 3


def test_without_a_network_nothing_is_called_gone(download, nobody):
    counts, _ = download({f"{i}.jpg": f"{nobody}/{i}" for i in range(5)}, first_wait_s=0.0001)
    assert counts == (0, 0, 5)


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        ("../outside.jpg", "a name that leads out of the folder"),
        ("/etc/outside.jpg", "a name that leads out of the folder"),
        ("a/../../outside.jpg", "a name that leads out of the folder"),
        (".download.sqlite", "a name that no file should have"),
        ("a//b.jpg", "a name that no file should have"),
        ("C:\\outside.jpg", "a name with letters that files should not have"),
        ("a\x00b.jpg", "a name with letters that files should not have"),
        ("x" * 300, "a name too long for a file"),
        ("", "photo without a name"),
    ],
)
def test_names_cannot_leave_the_folder(server, download, tmp_path, photo, reason):
    counts, rejected = download({photo: f"{server.url}/a", "good.jpg": f"{server.url}/good"})
    assert counts == (1, 1, 0)
    assert list(rejected.values()) == [reason]
    assert files_in(tmp_path) == ["list.csv", "photos/good.jpg"] and len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/a.jpg", "file:///etc/passwd", "gopher://x", "http://", "", "http://["],
)
def test_only_http_is_spoken(server, download, url):
    counts, rejected = download({"a.jpg": url, "good.jpg": f"{server.url}/good"})
    assert counts == (1, 1, 0)
    assert rejected["a.jpg"].startswith(("an address that", "no address"))


def test_formulas_in_names_are_harmless(server, download, tmp_path):
    server.answers["404"] = lambda handler, _: handler.say(404)
    download({"=HYPERLINK(1).jpg": f"{server.url}/404"})
    assert "'=HYPERLINK(1).jpg" in (tmp_path / "photos" / "rejected.csv").read_text()


def test_two_photos_of_one_name_and_one_in_the_way_of_a_folder(server, download, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a").write_text("a file")
    (tmp_path / "photos" / "b.jpg").mkdir()
    listing = {"a/1.jpg": f"{server.url}/1", "b.jpg": f"{server.url}/2"}
    listing |= {"c": f"{server.url}/3", "c.jpg": f"{server.url}/4"}
    counts, rejected = download(listing)
    assert counts == (1, 3, 0)
    assert rejected["c.jpg"] == "a photo of this name came before"
    assert rejected["a/1.jpg"] == '"its name is that of a folder'
    assert (tmp_path / "photos" / "c.jpg").is_file()


def test_what_is_there_is_not_asked_for(server, download, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "there.webp").write_bytes(b"whatever it is")
    (folder / "empty.jpg").touch()
    counts, _ = download({"there": f"{server.url}/1", "empty.jpg": f"{server.url}/2"})
    assert counts == (2, 0, 0)
    assert [path for path, _ in server.asked] == ["/2"]


def test_what_was_deleted_is_fetched_again(server, download, tmp_path):
    addresses = {f"{i}.jpg": f"{server.url}/{i}" for i in range(3)}
    download(addresses)
    (tmp_path / "photos" / "1.jpg").unlink()
    assert download(addresses)[0] == (3, 0, 0)
    assert server.n_asked("/1") == 2 and len(server.asked) == 4
    assert files_in(tmp_path / "photos") == ["0.jpg", "1.jpg", "2.jpg"]


@pytest.mark.faults
def test_after_a_kill_the_rest_is_fetched_and_no_half_file_is_ever_there(server, tmp_path):
    def slow(handler, n_asked):  # in two halves, with time between them
        half = len(server.photo) // 2
        handler.say(200, server.photo[:half], Content_Length=len(server.photo))
        handler.wfile.flush()
        time.sleep(0.05)
        handler.wfile.write(server.photo[half:])

    server.answers["slow"] = slow
    listing, folder = tmp_path / "list.csv", tmp_path / "photos"
    rows = "".join(f"{i}.jpg,{server.url}/slow/{i}\n" for i in range(60))
    listing.write_text("photo,url\n" + rows)
    script = (
        "import sys; from geoutils.photos.download import download_photos as d; d(*sys.argv[1:])"
    )
    run = subprocess.Popen([sys.executable, "-c", script, listing, folder], stderr=subprocess.PIPE)
    while len(files_in(folder)) < 10:
        time.sleep(0.005)
        assert run.poll() is None
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    kept = files_in(folder)
    assert 10 <= len(kept) < 60
    assert all((folder / name).read_bytes() == server.photo for name in kept)
    (folder / ".download" / "1").write_bytes(b"half")
    assert download_photos(listing, folder, say=lambda _: None) == (60, 0, 0)
    assert all((folder / name).read_bytes() == server.photo for name in files_in(folder))
    assert not (folder / ".download").exists()
    assert sum(server.n_asked(f"/slow/{name.removesuffix('.jpg')}") for name in kept) == len(kept)


def test_two_at_once_are_told(server, tmp_path, capsys):
    listing = tmp_path / "list.csv"
    listing.write_text(f"photo,url\na,{server.url}/a\n")
    messages = []

    def again(handler, n_asked):
        status = main(["photos", "download", str(listing), "--out-dir", str(tmp_path / "photos")])
        messages.append((status, capsys.readouterr().err))
        handler.photo(handler, n_asked)

    server.answers["a"] = again
    assert download_photos(listing, tmp_path / "photos", say=lambda _: None) == (1, 0, 0)
    assert messages[0][0] == 2 and "another download is writing here" in messages[0][1]


def test_a_full_disk_is_no_reason_to_call_a_photo_gone(server, tmp_path, monkeypatch):
    listing = tmp_path / "list.csv"
    listing.write_text(f"photo,url\na,{server.url}/a\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geoutils.photos.download.fetch.replace_synced", full)
    with pytest.raises(OSError, match="No space left on device; the same command goes on"):
        download_photos(listing, tmp_path / "photos", say=lambda _: None)
    monkeypatch.undo()
    assert download_photos(listing, tmp_path / "photos", say=lambda _: None) == (1, 0, 0)


def test_a_folder_where_nothing_can_be_written(server, tmp_path):
    listing = tmp_path / "list.csv"
    listing.write_text(f"photo,url\na,{server.url}/a\n")
    (tmp_path / "photos").write_text("no folder")
    with pytest.raises(ValueError, match=r"out_dir: .*photos cannot be written \(File exists\)"):
        download_photos(listing, tmp_path / "photos", say=lambda _: None)


def test_a_list_that_is_refused_leaves_nothing(tmp_path):
    (tmp_path / "list.csv").write_text("id,lat\na,1\n")
    with pytest.raises(ValueError, match="no column of addresses"):
        download_photos(tmp_path / "list.csv", tmp_path / "new" / "photos", say=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_the_status_tells_whether_all_came_that_can(server, nobody, tmp_path, monkeypatch, capsys):
    server.answers["404"] = lambda handler, _: handler.say(404)
    found = []
    real = download_photos

    def quick(listing, folder, workers, limits):
        found.append(limits.patience)
        return real(listing, folder, workers, replace(limits, first_wait_s=0.001))

    monkeypatch.setattr("geoutils.photos.download.download_photos", quick)
    for number, (urls, attempts, status) in enumerate(
        [
            ([f"{server.url}/a", f"{server.url}/404"], 1, 0),  # what is gone is gone
            ([f"{server.url}/404"], 2, 1),
            ([f"{server.url}/a", f"{nobody}/b"], 9, 1),
        ]
    ):
        listing = tmp_path / f"{number}.txt"
        listing.write_text("\n".join(urls))
        command = ["photos", "download", str(listing), "--out-dir", str(tmp_path / str(number))]
        assert main([*command, "--attempts", str(attempts)]) == status
    assert found == [3, 6, 15]
    said = capsys.readouterr()
    assert "waiting for 127.0.0.1: no server answers there (Connection refused), 1 of " in said.err
    assert "1 of these may come yet: the same command asks again" in said.out


def test_what_was_downloaded_can_be_checked(server, tmp_path, capsys):
    server.answers["404"] = lambda handler, _: handler.say(404)
    listing, folder, checked = tmp_path / "train.csv", tmp_path / "train", tmp_path / "checked"
    listing.write_text(
        "id,latitude,longitude,thumb_original_url\n"
        + "".join(f"{10 + i},{45 + i},{2 * i},{server.url}/thumbs/{i}\n" for i in range(4))
        + f"99,10,20,{server.url}/404\n"
    )
    assert main(["photos", "download", str(listing), "--out-dir", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "photo from id, url from thumb_original_url" in said
    assert "4 photos in " in said and "1 x 404 Not Found" in said
    assert said.endswith(f"next: python -m geoutils photos check {folder} --list {listing}\n")
    n_kept, n_rejected = check_photos(folder, checked, listing, workers=1, say=lambda _: None)
    assert (n_kept, n_rejected) == (4, 1)
    manifest = pd.read_parquet(checked / "manifest.parquet").set_index("photo")
    assert manifest.loc["12", "latitude"] == 47 and manifest.loc["12", "path"].endswith("12.jpg")
    assert pd.read_csv(checked / "rejected.csv")["photo"].tolist() == [99]


def test_bad_numbers_are_refused(tmp_path, capsys):
    command = ["photos", "download", "list.csv", "--out-dir", str(tmp_path), "--per-host", "0"]
    assert main(command) == 2
    assert capsys.readouterr().err == "error: --per-host: 0; expected more than 0\n"


def test_an_endless_answer_that_is_no_photo_is_not_read_to_its_end(server, tmp_path):
    def endless(handler, _):
        handler.send_response(404)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            server.n_sent = getattr(server, "n_sent", 0) + 1

    server.answers["endless"] = endless
    place = (tmp_path, "a.jpg", tmp_path / "scratch", Limits(timeout_s=2))
    assert fetch(Connections("me", 1), f"{server.url}/endless", *place).reason == "404 Not Found"
    assert server.n_sent < 9_000


def test_a_stream_without_a_length_is_cut_at_the_largest_size(server, tmp_path):
    def long(handler, _):
        handler.say(200, server.photo + bytes(300_000), Content_Length=None, Connection="close")
        handler.close_connection = True

    server.answers["long"] = long
    place = (tmp_path, "a.jpg", tmp_path / "scratch", Limits(max_bytes=200_000))
    outcome = fetch(Connections("me", 1), f"{server.url}/long", *place)
    assert (outcome.kind, outcome.reason) == ("gone", "larger than 200,000 bytes")
    assert list(tmp_path.iterdir()) == []


def test_it_follows_where_it_is_sent(server, download):
    server.answers["old"] = lambda handler, _: handler.say(301, Location="../new/a.jpg")
    assert download({"a.jpg": f"{server.url}/old/a.jpg"})[0] == (1, 0, 0)
    assert [path for path, _ in server.asked] == ["/old/a.jpg", "/new/a.jpg"]


def test_a_host_that_wants_to_be_left_alone_is(server, download):
    server.answers["away"] = lambda handler, _: handler.say(429, Retry_After=86_400)
    counts, rejected = download({f"{i}": f"{server.url}/away/{i}" for i in range(9)}, per_host=1)
    assert counts == (0, 0, 9) and len(server.asked) == 1
    assert set(rejected.values()) == {'"429 Too Many Requests; it asks to wait 86'}


def test_one_photo_that_is_always_refused_does_not_hold_up_the_rest(server, download):
    server.answers["never"] = lambda handler, _: handler.say(429)
    addresses = {f"{i}": f"{server.url}/{i}" for i in range(40)} | {"no": f"{server.url}/never"}
    counts, rejected = download(addresses, first_wait_s=0.001)
    assert counts == (40, 0, 1) and rejected == {"no": "429 Too Many Requests"}


def test_proxies_of_the_environment_are_used(server, download, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    assert download({"a.jpg": "http://nowhere.invalid/a.jpg"})[0] == (1, 0, 0)
    assert [path for path, _ in server.asked] == ["/a.jpg"]
