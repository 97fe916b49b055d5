"""The Nominatim geocoder against a small local server whose every failure is arranged."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from geoutils.geocoding.nominatim import Nominatim
from geoutils.geocoding.web_client import ATTEMPTS, _retry_after_s

LAND = np.array([[10.0, 20.0]])
SEA = np.array([[-10.0, 20.0]])
STREET = ["W1", "R2", "R9"]


def row(key, name, kind="administrative", isaddress=True):
    place = {"osm_type": key[0], "osm_id": int(key[1:])} if key else {}
    return {**place, "localname": name, "type": kind, "isaddress": isaddress}


def details(key, name, kind, rows, area):
    country = row("", "Xanadu", "country")
    return {
        **row(key, name, kind),
        "names": {"name": name.upper()},
        "category": "boundary" if area else "highway",
        "admin_level": 8,
        "rank_address": 16,
        "country_code": "xa",
        "isarea": area,
        "centroid": {"type": "Point", "coordinates": [20.5, 10.5]},
        "geometry": {"type": "Polygon", "coordinates": [[[20, 10], [21, 10], [21, 11], [20, 10]]]}
        if area
        else {"type": "Point", "coordinates": [20.5, 10.5]},
        "address": [*rows, row("", "xa", "country_code", False), country],
    }


CITY = row("R2", "Kubla")
OBJECTS = {
    "W1": details("W1", "Alph Street", "residential", [row("W1", "Alph Street"), CITY], False),
    "R2": details("R2", "Kubla", "administrative", [CITY], True),
    "R9": details("R9", "Xanadu", "administrative", [row("R9", "Xanadu")], True),
}


def reverse(latitude, longitude, zoom):
    """South is sea; north of 80 degrees a country without an object; else one street.

    East of 179 degrees runs a border, where whole countries are taken for their neighbour.
    """
    if latitude < 0:
        return {"error": "Unable to geocode"}
    code, name = ("xb", "Thule") if latitude > 80 else ("xa", "Xanadu")
    found = {"place_rank": 26, "address": {"country_code": code, "country": name}}
    if latitude > 80:
        return found
    if zoom == 3 and longitude > 179:
        found["address"]["country_code"] = "xz"
    if zoom == 3:
        return found | {"osm_type": "relation", "osm_id": 9}
    return found | {"osm_type": "way", "osm_id": 1 if longitude < 90 else 404}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement

    def do_GET(self):
        url = urlsplit(self.path)
        endpoint = url.path.removeprefix("/")
        fields = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append((time.monotonic(), endpoint, fields, dict(self.headers)))
        status, headers, body = 200, {}, {"status": 0, "message": "OK"}
        if endpoint == "reverse":
            body = reverse(float(fields["lat"]), float(fields["lon"]), int(fields["zoom"]))
        elif endpoint == "details":
            body = OBJECTS.get(fields["osmtype"] + fields["osmid"], {"error": "none"})
            status = 404 if "error" in body else 200
        failing = self.server.failures.get(endpoint, [])
        if failing:
            failure = failing.pop(0)
            if failure == "reset":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if failure == "slow":
                time.sleep(0.3)
            else:
                status, headers, body = failure
        self.answer(status, headers, body if isinstance(body, str) else json.dumps(body))

    def answer(self, status, headers, text):
        try:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:  # the client gave up waiting
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.asked, http.failures = [], {}
    http.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield http
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def geocoder(server, tmp_path):
    def make(**settings):
        quick = {"first_wait_s": 0.01, "timeout_s": 10} | settings
        return Nominatim(server.url, tmp_path / "answers.sqlite", **quick)

    return make


def keys(addresses, photo=0):
    rows = addresses.vectors[photo]
    return addresses.locations["key"].iloc[rows[rows >= 0]].tolist()


def endpoints(server):
    return [endpoint for _, endpoint, *_ in server.asked]


def test_a_street_in_a_city_in_a_country(server, geocoder):
    addresses = geocoder()(np.vstack([LAND, SEA, LAND]))
    np.testing.assert_array_equal((addresses.vectors >= 0).sum(axis=1), [3, 0, 3])
    assert keys(addresses) == STREET and addresses.names(2) == ["Alph Street", "Kubla", "Xanadu"]
    table = addresses.locations.set_index("key")
    assert table.loc["W1", ["kind", "country", "has_area"]].tolist() == ["residential", "XA", False]
    assert table.loc["R2", ["kind", "latitude", "has_area"]].tolist() == [
        "administrative",
        10.5,
        True,
    ]
    assert table.loc["R2", ["localname", "admin_level", "rank_address"]].tolist() == [
        "KUBLA",
        8,
        16,
    ]
    assert "geometry" not in table
    # One greeting, two distinct points, the country's object, and three distinct objects.
    assert sorted(endpoints(server)) == ["details"] * 3 + ["reverse"] * 3 + ["status"]


def test_nothing_is_asked_twice_nor_is_a_server_needed_then(server, geocoder, tmp_path):
    photos = np.vstack([LAND, SEA])
    first = geocoder()(photos)
    asked = len(server.asked)
    again = geocoder()(photos)
    assert len(server.asked) == asked
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert first.locations.equals(again.locations)
    with pytest.raises(ConnectionError, match="no server"):  # another server has other answers
        Nominatim("http://127.0.0.1:9", tmp_path / "answers.sqlite")(LAND)


def test_polygons_ask_objects_again_but_no_point(server, geocoder):
    geocoder()(LAND)
    asked = len(server.asked)
    shapes = geocoder(polygons=True)(LAND).locations.set_index("key")["geometry"]
    assert set(endpoints(server)[asked:]) == {"status", "details"}
    assert shapes["W1"] is None
    np.testing.assert_allclose(shapes["R2"].bounds, [20, 10, 21, 11])


def test_polygons_are_a_column_even_where_none_is_known(geocoder):
    assert "geometry" in geocoder(polygons=True)(SEA).locations


FAILURES = {
    "busy": (429, {}, "slow down"),
    "overloaded": (503, {"Retry-After": "0"}, ""),
    "broken": (500, {}, "<html>Internal error</html>"),
    "garbage": (200, {}, "<html>Welcome</html>"),
    "other JSON": (200, {}, ["not", "Nominatim's"]),
    "error in JSON": (200, {}, {"error": {"code": 500, "message": "database gone"}}),
    "half an answer": (200, {}, '{"place_rank": 26, "addr'),
    "reset": "reset",
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("endpoint", ["reverse", "details"])
def test_what_fails_once_is_asked_again(server, geocoder, endpoint, failure):
    server.failures[endpoint] = [failure]
    assert keys(geocoder()(LAND)) == STREET
    assert len(server.asked) == 7


def test_slow_answers_are_asked_for_again(server, geocoder):
    server.failures["reverse"] = ["slow"]
    assert keys(geocoder(timeout_s=0.2)(LAND)) == STREET
    assert endpoints(server).count("reverse") >= 3


def test_waits_double(server, geocoder):
    server.failures["reverse"] = [(503, {}, "")] * 3
    geocoder(first_wait_s=0.05)(SEA)
    times = np.array([at for at, endpoint, *_ in server.asked if endpoint == "reverse"])
    assert (np.diff(times) >= [0.05, 0.1, 0.2]).all()


def test_retry_after_holds_every_thread_back(server, geocoder):
    server.failures["reverse"] = [(429, {"Retry-After": "1"}, "")]
    photos = np.column_stack([np.full(50, -10.0), np.arange(50.0)])
    geocoder(n_workers=4)(photos)
    times = np.array([at for at, endpoint, *_ in server.asked if endpoint == "reverse"])
    assert len(times) == 51 and np.diff(times).max() > 0.9
    assert (times < times[0] + 0.9).sum() <= 4  # those already on their way


def test_retry_after_may_be_a_date_or_nonsense():
    assert _retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert _retry_after_s("Wed, 21 Oct 2099 07:28:00 GMT") > 1e9
    assert _retry_after_s("soon") == _retry_after_s("") == _retry_after_s("nan") == 0


def test_a_server_that_wants_us_gone_for_hours_is_left(server, geocoder):
    server.failures["reverse"] = [(429, {"Retry-After": "7200"}, "")]
    with pytest.raises(ConnectionError, match="HTTP 429, asks to wait 7,200 s"):
        geocoder()(LAND)


def test_giving_up_keeps_what_was_answered(server, geocoder):
    photos = np.column_stack([np.full(30, -10.0), np.arange(30.0)])
    healthy = geocoder(n_workers=1)(photos[:20])
    assert healthy.vectors.shape == (20, 0)
    server.failures["reverse"] = [(500, {}, "")] * ATTEMPTS
    with pytest.raises(ConnectionError, match=r"HTTP 500 in 6 attempts.*20 answers .* are kept in"):
        geocoder(n_workers=1)(photos)
    before = len(server.asked)
    geocoder()(photos)
    assert endpoints(server)[before:].count("reverse") == 10


def test_when_one_thread_gives_up_the_reason_is_told_and_all_stop(server, geocoder):
    photos = np.column_stack([np.full(500, -10.0), np.arange(500) / 10])
    server.failures["reverse"] = [(403, {}, "blocked")] * 1000
    with pytest.raises(ConnectionError, match=r"HTTP 403 .*blocked.* 0 answers"):
        geocoder(n_workers=8)(photos)
    assert endpoints(server).count("reverse") <= 8


@pytest.mark.parametrize(
    "failure, words",
    [
        ((403, {}, "blocked"), "HTTP 403 .*servers block who asks too much"),
        ((400, {}, "bad"), "HTTP 400 .*bad"),
        ((301, {"Location": "https://elsewhere.example"}, ""), "sends us to https://elsewhere"),
    ],
)
def test_refusals_are_final(server, geocoder, failure, words):
    server.failures["reverse"] = [failure]
    with pytest.raises(ConnectionError, match=words):
        geocoder()(LAND)
    assert endpoints(server) == ["status", "reverse"]


def test_no_server_is_told_at_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="no server answers there"):
        Nominatim(url, tmp_path / "answers.sqlite")(LAND)
    assert time.monotonic() - started < 1


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


def test_a_server_that_is_only_busy_is_waited_for(server, geocoder):
    server.failures["status"] = [(503, {}, "")] * 2
    assert keys(geocoder()(LAND)) == STREET


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


def test_threads_change_nothing(server, geocoder, tmp_path):
    rng = np.random.default_rng(0)
    photos = rng.uniform([-40, 0], [85, 180], (80, 2))
    many = geocoder(n_workers=8)(photos)
    one = Nominatim(server.url, tmp_path / "serial.sqlite", n_workers=1)(photos)
    np.testing.assert_array_equal(many.vectors, one.vectors)
    assert many.locations.equals(one.locations)
    shuffled = rng.permutation(len(photos))
    np.testing.assert_array_equal(geocoder()(photos[shuffled]).vectors, many.vectors[shuffled])


def test_an_object_the_server_no_longer_knows_leaves_the_country(geocoder):
    assert keys(geocoder()(np.array([[10.0, 100.0]]))) == ["R9"]


def test_a_country_without_an_object_has_its_code_for_key(geocoder):
    addresses = geocoder()(np.array([[85.0, 20.0]]))
    assert keys(addresses) == ["XB"] and addresses.names(0) == ["Thule"]
    assert np.isnan(addresses.centers_deg()).all()
    assert addresses.locations["kind"].tolist() == ["country"]


def test_a_country_is_found_beside_a_border(geocoder):
    border = np.array([[10.0, 179.5]])
    assert keys(geocoder()(border)) == ["XA"]
    assert keys(geocoder()(np.vstack([border, border + 0.1, LAND + 1]))) == ["R9"]


def test_no_photos_need_no_server(tmp_path):
    addresses = Nominatim("http://127.0.0.1:9", tmp_path / "answers.sqlite")(np.zeros((0, 2)))
    assert addresses.vectors.shape == (0, 0) and len(addresses.locations) == 0


def test_photos_at_one_point_are_one_question(server, geocoder):
    photos = np.array([[-10.0, 180.0], [-10.0, -180.0], [-10.000001, 179.999999]])
    assert geocoder()(photos).vectors.shape == (3, 0)
    assert endpoints(server) == ["status", "reverse"]
    assert server.asked[1][2]["lon"] == "-180.00000"


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
        ({"zoom": 19}, "zoom: 19"),
        ({"n_workers": 0}, "n_workers: 0"),
        ({"requests_per_second": 0}, "requests_per_second: 0"),
        ({"timeout_s": float("nan")}, "timeout_s: nan"),
        ({"first_wait_s": -1}, "first_wait_s: -1"),
    ],
)
def test_bad_settings_are_refused(tmp_path, settings, words):
    with pytest.raises(ValueError, match=words):
        Nominatim(**({"url": "http://localhost", "cache": tmp_path / "answers.sqlite"} | settings))
