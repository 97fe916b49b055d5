"""A small local server that answers as a Nominatim and fails as it is told."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from geoutils.geocoding.nominatim import Nominatim


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


class Server(ThreadingHTTPServer):
    """What was `asked` of it, and how it shall fail: by endpoint, a list used up one by one."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.failures = [], {}
        self.url = f"http://127.0.0.1:{self.server_port}"

    def endpoints(self):
        return [endpoint for _, endpoint, *_ in self.asked]

    def times(self, endpoint):
        return np.array([at for at, asked, *_ in self.asked if asked == endpoint])


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    http = Server()
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
