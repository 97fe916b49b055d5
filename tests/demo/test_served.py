"""The demo as a reader has it: served by Voilà, in a headless Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
REAL_PHOTOS = ROOT.parent / "shared" / "data" / "photos" / "open"


def load(name):
    """A module beside this one."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chromium = load("chromium")
pytestmark = pytest.mark.skipif(
    not chromium.chromium_path(), reason="there is no Chromium on this machine"
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def address(toy_root, tmp_path_factory):
    """Where the toy study's demo is served, as `make demo` serves it."""
    shutil.copy(ROOT / "notebooks" / "demo.ipynb", toy_root / "notebooks")
    port, log = free_port(), tmp_path_factory.mktemp("served") / "log.txt"
    command = [*(sys.executable, "-m", "geoutils", "demo", "--study", "toy"), "--port", str(port)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with log.open("w") as file:
        server = subprocess.Popen(
            command, cwd=toy_root, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    url, started = f"http://localhost:{port}/", time.monotonic()
    try:
        while True:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() - started < 60, log.read_text()
            try:
                with urlopen(url + "voila/static/missing", timeout=5):
                    break
            except URLError as error:
                if hasattr(error, "code"):  # it answers
                    break
                time.sleep(0.1)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def tab(address, tmp_path_factory):
    with chromium.open_tab(address, tmp_path_factory.mktemp("profile")) as one:
        one.wait("!!document.querySelector('button.widget-upload')", 90)
        yield one


UPLOAD = "button.widget-upload"
ABOUT = "document.querySelector('.demo-about').innerText"
MAPS = "[...document.querySelectorAll('.demo-frame')].map(one => one.contentDocument)"
DRAWN = f"{MAPS}.filter(map => map && map.querySelectorAll('.geo-map-cells path').length).length"
# A list of single choices scrolls by itself; nothing else may reach beyond the page's edge.
TOO_WIDE = """[...document.querySelectorAll('.demo, .demo *')]
    .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map(one => one.className)"""

FITTING = f"""{MAPS}.filter(map => map && map.querySelector('.geo-map-frame')).every(map =>
    map.querySelector('.geo-map-frame').getBoundingClientRect().right
    <= map.documentElement.clientWidth)"""


@pytest.mark.skipif(not REAL_PHOTOS.is_dir(), reason="the real photos are not on this machine")
def test_a_real_photo_gets_its_maps_at_every_width(tab, tmp_path):
    tab.choose_file(UPLOAD, min(REAL_PHOTOS.glob("*.jpg")))
    tab.wait(f"{ABOUT}.includes('The true place is not shown.') && {DRAWN} == 2")
    for width in (390, 1280):
        tab.resize(width)
        tab.wait(f"window.innerWidth == {width}")
        assert tab.value(TOO_WIDE) == [] and tab.value(FITTING)
        tab.screenshot(os.environ.get("DEMO_SCREENSHOT", f"{tmp_path}/page") + f"_{width}.png")


def test_bad_files_get_a_sentence(tab, tmp_path):
    text, heavy = tmp_path / "text.jpg", tmp_path / "heavy.jpg"
    text.write_text("Dear diary, this is no photo.")
    heavy.write_bytes(bytes(20_000_001))
    tab.choose_file(UPLOAD, text)
    tab.wait(f"{ABOUT}.includes('This is not a JPEG, PNG or WebP picture')")
    assert tab.value(f"{DRAWN}") == 0
    tab.choose_file(UPLOAD, heavy)
    tab.wait(f"{ABOUT}.includes('at most 20 MB can be read')")


def test_a_file_beyond_tornados_usual_limit_arrives(tab, tmp_path):
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(19_900_000))
    tab.choose_file(UPLOAD, large)
    tab.wait(f"{ABOUT}.includes('This is not a JPEG')")


def test_a_test_photo_is_drawn_with_its_truth(tab):
    tab.click("button.mod-primary")
    tab.wait(f"{ABOUT}.includes('True place:') && {DRAWN} == 2")


def test_the_metrics_page_shows_all_cells(tab):
    tab.click(".lm-TabBar-tab:nth-child(2)")
    tab.wait("document.body.innerText.includes('Validation loss')")
    tab.wait(f"{MAPS}.some(map => map && map.querySelector('.geo-map-cells title'))")


def test_the_page_asks_nobody_else(tab, address):
    allowed = (address, address.replace("http", "ws"), "data:", "about:", "blob:")
    refused = {"https://cdn.jsdelivr.net"}  # Voilà's template links there; the policy forbids it
    for message in tab.events:
        if message.get("method") == "Network.responseReceived":
            assert message["params"]["response"]["url"].startswith(allowed)
        if message.get("method") == "Runtime.exceptionThrown":
            raise AssertionError(message)
        if message.get("method") == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            assert url.startswith((*allowed, *refused)), url
