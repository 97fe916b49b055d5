"""A small local server that answers as its paths say."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from geoutils.photos.download import Limits, download_photos


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement

    def do_GET(self):
        server, path = self.server, urlsplit(self.path).path
        with server.lock:
            server.asked.append((path, time.monotonic()))
            n_asked = sum(asked == path for asked, _ in server.asked)
            server.n_open += 1
            server.most_open = max(server.most_open, server.n_open)
        try:
            answer = server.answers.get(path.split("/")[1], self.photo)
            answer(self, n_asked)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with server.lock:
                server.n_open -= 1

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def photo(self, _):
        self.say(200, self.server.photo, Content_Type="image/jpeg")

    def finish(self):
        with suppress(OSError):  # who asked has left
            super().finish()
        self.rfile.close()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, photo):
        super().__init__(("127.0.0.1", 0), Handler)
        self.photo, self.asked, self.answers = photo, [], {}
        self.lock, self.n_open, self.most_open = threading.Lock(), 0, 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def n_asked(self, path):
        with self.lock:
            return sum(asked == path for asked, _ in self.asked)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(photo_bytes):
    """A server; `answers[first part of the path](handler, how often asked)` replaces a photo."""
    with Server(photo_bytes(latlon=(48.9, 2.3))) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def download(tmp_path):
    """A function ({name: address}, limits…) -> (counts, {photo: reason}), into `photos`."""

    def run(addresses, workers=8, name="list.csv", **limits):
        listing = tmp_path / name
        text = "".join(f"{photo},{url}\n" for photo, url in addresses.items())
        if not listing.exists() or listing.read_text() != "photo,url\n" + text:
            listing.write_text("photo,url\n" + text)
        limits = Limits(
            **{"timeout_s": 1, "first_wait_s": 0.02, "attempts": 3, "patience": 6} | limits
        )
        folder = tmp_path / "photos"
        counts = download_photos(listing, folder, workers, limits, say=lambda _: None)
        rows = (folder / "rejected.csv").read_text().splitlines()[1:]
        return counts, dict(row.split(",")[:2] for row in rows)

    return run


@pytest.fixture
def nobody():
    """The address of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"
