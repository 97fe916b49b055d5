"""Whom the Nominatim geocoder asks, how fast, and what it refuses before it asks."""

import socket
import time

import jaxtyping
import numpy as np
import pytest

from geoutils.geocoding.nominatim import Nominatim

LAND = np.array([[10.0, 20.0]])
SEA = np.array([[-10.0, 20.0]])


def test_no_server_is_told_at_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="no server answers there") as error:
        Nominatim(url, tmp_path / "new folder" / "answers.sqlite")(LAND)
    assert time.monotonic() - started < 1
    assert "answers of this server" not in str(error.value)  # there are none
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "status, words",
    [
        ((200, {}, "<html>My home page</html>"), "makes no sense"),
        ((404, {}, "{}"), "is this the address of a Nominatim server"),
        ((200, {}, {"status": 703, "message": "No database"}), "not ready: No database"),
    ],
)
def test_another_server_is_told_at_once(server, geocoder, status, words):
    server.failures["status"] = [status]
    with pytest.raises(ConnectionError, match=words):
        geocoder(first_wait_s=10)(LAND)


def test_requests_keep_their_distance(server, geocoder):
    photos = np.column_stack([np.full(10, -10.0), np.arange(10.0)])
    geocoder(requests_per_second=50, n_workers=8)(photos)
    times = np.array([at for at, *_ in server.asked])
    assert len(times) == 11 and times[-1] - times[0] > 0.9 * 10 / 50


def test_the_public_server_gets_one_request_a_second(server, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)  # so that it is not really asked
    monkeypatch.setenv("no_proxy", "")
    public = "http://nominatim.openstreetmap.org"
    Nominatim(public, tmp_path / "answers.sqlite", contact="someone@example.org")(SEA)
    (first, *_), (second, _, _, headers) = server.asked
    assert second - first > 0.95
    assert headers["Host"] == "nominatim.openstreetmap.org"
    assert headers["User-Agent"].startswith("geoutils/")
    assert "someone@example.org" in headers["User-Agent"]
    for settings in ({"requests_per_second": 2}, {"n_workers": 2}):
        with pytest.raises(ValueError, match="allows one request a second from one thread"):
            Nominatim(public, tmp_path / "answers.sqlite", **settings)


@pytest.mark.parametrize(
    "photo, words",
    [
        ([np.nan, 0.0], "row 0 .*finite"),
        ([0.0, np.inf], "row 0 .*finite"),
        ([148.9, 2.3], "are the columns"),
    ],
)
def test_bad_coordinates_are_refused_before_anything_is_asked(server, geocoder, photo, words):
    with pytest.raises(ValueError, match=words):
        geocoder()(np.array([photo]))
    assert not server.asked


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"url": "localhost:8088"}, "url: 'localhost:8088'; expected an address"),
        ({"url": "ftp://localhost"}, "url: "),
        ({"zoom": 19}, "zoom: got 19, expected a whole number 0 … 18"),
        ({"zoom": 10.5}, "zoom: got 10.5, expected a whole number"),
        ({"n_workers": 0}, "n_workers: got 0"),
        ({"n_workers": 1.5}, "n_workers: got 1.5, expected a whole number"),
        ({"requests_per_second": 0}, "requests_per_second: 0"),
        ({"timeout_s": float("nan")}, "timeout_s: nan"),
        ({"first_wait_s": -1}, "first_wait_s: -1"),
    ],
)
def test_bad_settings_are_refused(tmp_path, monkeypatch, settings, words):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as outside of tests
    with pytest.raises(ValueError, match=words):
        Nominatim(**({"url": "http://localhost", "cache": tmp_path / "answers.sqlite"} | settings))
