"""The Nominatim geocoder against a real server of two made-up countries (see world.py)."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.geocoding.cache import open_cache
from geoutils.geocoding.nominatim import Nominatim
from geoutils.geocoding.tables import read_address_table, write_address_table
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.semantic.partitions import semantic_partitions

SCRIPT = Path(__file__).with_name("server.py")

# A point and its address; the house at the street has a number only.
PLACES = {
    "landmark": (-38.4992, -128.9002),
    "street": (-38.5001, -128.87),
    "house": (-38.50035, -128.89035),
    "museum": (-39.5, -128.9003),
    "Aldenburg": (-38.45, -128.95),
    "Port Selva": (-39.55, -128.85),
    "Karsk": (-44.45, -124.55),
    "North Veldoria": (-38.2, -127.5),
    "South Veldoria": (-39.8, -129.5),
    "West Morvania": (-44.9, -124.9),
    "no region of Veldoria": (-39.5, -127.2),
    "no region of Morvania": (-44.5, -123.2),
    "open sea": (10.0, -140.0),
    "sea off Veldoria": (-37.99, -128.0),
}
NORTH = ["North Veldoria", "Veldoria"]
STREET = ["Harbour Street", "Aldenburg", *NORTH]
ADDRESSES = {
    "landmark": ["Lighthouse of Aldenburg", *STREET],
    "street": STREET,
    "house": STREET,
    "museum": ["Museum of Salt", "Port Selva", "South Veldoria", "Veldoria"],
    "Aldenburg": ["Aldenburg", *NORTH],
    "Port Selva": ["Port Selva", "South Veldoria", "Veldoria"],
    "Karsk": ["Karsk", "West Morvania", "Morvania"],
    "North Veldoria": NORTH,
    "South Veldoria": ["South Veldoria", "Veldoria"],
    "West Morvania": ["West Morvania", "Morvania"],
    "no region of Veldoria": ["Veldoria"],
    "no region of Morvania": ["Morvania"],
    "open sea": [],
    "sea off Veldoria": [],
}
POINTS = np.array([*PLACES.values()])

GEOCODE_SLOWLY = """
import signal, sys
import numpy as np
from geoutils.geocoding.nominatim import Nominatim
signal.signal(signal.SIGINT, signal.default_int_handler)
url, cache, photos = sys.argv[1:]
Nominatim(url, cache, requests_per_second=40)(np.load(photos))
"""


class Server:
    """The server as its script tells of it; a line to the script starts it again."""

    def __init__(self):
        self.script = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.listen()

    def listen(self):
        line = self.script.stdout.readline()
        assert line, "the script of the server has ended; its last words are above"
        told = json.loads(line)
        self.url, self.pid, self.requests = told["url"], told["pid"], Path(told["requests"])

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def restart(self):
        self.script.stdin.write("\n")
        self.script.stdin.flush()
        self.listen()

    def asked(self):
        """Number of points and objects asked for so far, by the server's own log."""
        lines = self.requests.read_text().splitlines()
        return sum(" reverse " in line or " details " in line for line in lines)

    def close(self):
        self.script.communicate(timeout=60)


@pytest.fixture(scope="module")
def server():
    check = [sys.executable, str(SCRIPT), "--check"]
    result = subprocess.run(check, capture_output=True, text=True)
    if result.returncode:
        pytest.skip(result.stderr.strip())
    real = Server()
    yield real
    real.close()


@pytest.fixture
def geocoder(server, tmp_path):
    return Nominatim(server.url, tmp_path / "answers.sqlite")


def random_points(n, seed):
    """Points in and around Veldoria, no two the same."""
    return np.random.default_rng(seed).uniform([-40.2, -130.2], [-37.8, -126.8], (n, 2))


def kept(server, cache):
    with open_cache(cache, server.url) as answers:
        return len(answers)


def assert_same(addresses, others):
    np.testing.assert_array_equal(addresses.vectors, others.vectors)
    assert addresses.locations.equals(others.locations)


def test_addresses_from_landmark_to_country(geocoder):
    addresses = geocoder(POINTS)
    found = {place: addresses.names(photo) for photo, place in enumerate(PLACES)}
    assert found == ADDRESSES


def test_locations_are_described(geocoder):
    table = geocoder(POINTS).locations.set_index("name")
    assert table.loc["Karsk", ["key", "localname", "country"]].tolist() == ["R8", "Карск", "XB"]
    assert table.loc["Karsk", ["latitude", "longitude"]].tolist() == pytest.approx([-44.5, -124.6])
    columns = ["key", "kind", "category", "admin_level", "rank_address"]
    assert table.loc["Veldoria", columns].tolist() == ["R1", "administrative", "boundary", 2, 4]
    assert table.loc["North Veldoria", columns].tolist()[3:] == [4, 8]
    assert table.loc["Lighthouse of Aldenburg", "kind"] == "attraction"
    has_area = table["has_area"].to_dict()
    assert [name for name, area in has_area.items() if not area] == [
        "Museum of Salt",
        "Harbour Street",
    ]


def test_polygons_hold_their_photos(server, tmp_path):
    addresses = Nominatim(server.url, tmp_path / "answers.sqlite", polygons=True)(POINTS)
    shapes = dict(zip(addresses.locations["name"], addresses.locations["geometry"], strict=True))
    assert [name for name, shape in shapes.items() if shape is None] == [
        "Museum of Salt",
        "Harbour Street",
    ]
    for photo, (latitude, longitude) in enumerate(POINTS):
        for name in addresses.names(photo):
            if shapes[name] is not None:
                west, south, east, north = shapes[name].bounds
                assert west <= longitude <= east and south <= latitude <= north, name
    assert shapes["Karsk"].area == pytest.approx(0.2 * 0.2)


@pytest.mark.parametrize(
    "zoom, finest", [(3, "Veldoria"), (5, "North Veldoria"), (10, "Aldenburg")]
)
def test_zoom_is_the_finest_level(server, tmp_path, zoom, finest):
    geocoder = Nominatim(server.url, tmp_path / "answers.sqlite", zoom=zoom)
    assert geocoder(POINTS[:1]).names(0)[0] == finest


def test_threads_and_order_change_nothing(server, tmp_path):
    photos = np.vstack([POINTS, random_points(50, seed=1)])
    serial = Nominatim(server.url, tmp_path / "serial.sqlite", n_workers=1)(photos)
    assert_same(Nominatim(server.url, tmp_path / "threads.sqlite", n_workers=8)(photos), serial)
    order = np.random.default_rng(0).permutation(len(photos))
    shuffled = Nominatim(server.url, tmp_path / "shuffled.sqlite")(photos[order])
    np.testing.assert_array_equal(shuffled.vectors, serial.vectors[order])
    assert shuffled.locations.equals(serial.locations)


def test_the_same_question_is_never_asked_twice(server, geocoder):
    before = server.asked()
    first = geocoder(np.repeat(POINTS, 3, axis=0))
    objects = len(first.locations) + 1  # and the house, which has no name to be listed by
    assert server.asked() - before == len(POINTS) + objects + 2  # and the two countries by point
    assert_same(geocoder(np.repeat(POINTS, 3, axis=0)), first)
    assert server.asked() - before == len(POINTS) + objects + 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_goes_on_where_it_was(server, tmp_path, how):
    photos, cache = random_points(80, seed=2), tmp_path / "answers.sqlite"
    np.save(tmp_path / "photos.npy", photos)
    arguments = [server.url, str(cache), str(tmp_path / "photos.npy")]
    before = server.asked()
    run = subprocess.Popen(
        [sys.executable, "-c", GEOCODE_SLOWLY, *arguments], stderr=subprocess.DEVNULL
    )
    while server.asked() - before < 50:
        assert run.poll() is None, "the run has ended by itself"
        time.sleep(0.02)
    run.send_signal(how)
    run.wait()
    time.sleep(0.5)  # requests under way still reach the log
    asked, answers = server.asked() - before, kept(server, cache)
    assert 0 < answers <= asked < 80
    # What was answered within the last second may be lost to a kill, nothing to an interrupt.
    assert asked - answers <= (45 + 8 if how == signal.SIGKILL else 0)
    resumed = Nominatim(server.url, cache)(photos)
    assert server.asked() - before == asked - answers + kept(server, cache)
    assert_same(resumed, Nominatim(server.url, tmp_path / "fresh.sqlite")(photos))


def test_a_server_that_stops_in_the_middle(server, tmp_path):
    photos, cache = random_points(80, seed=3), tmp_path / "answers.sqlite"
    geocoder = Nominatim(server.url, cache, requests_per_second=60, first_wait_s=0.05)
    before = server.asked()

    def stop():
        while server.asked() - before < 30:
            time.sleep(0.02)
        server.kill()

    killer = threading.Thread(target=stop, daemon=True)
    killer.start()
    with pytest.raises(ConnectionError, match=r"no server answers there.* in 6 attempts") as error:
        geocoder(photos)
    killer.join()
    answers = kept(server, cache)
    assert 20 < answers < 80
    assert f"{answers} answers of this server are kept in {cache}" in str(error.value)
    with pytest.raises(ConnectionError, match=r"no server answers there \(Connection refused\)"):
        geocoder(photos)
    server.restart()
    before = server.asked()
    resumed = geocoder(photos)
    assert server.asked() - before == kept(server, cache) - answers
    assert_same(resumed, Nominatim(server.url, tmp_path / "fresh.sqlite")(photos))


def test_addresses_survive_an_address_table(server, geocoder, tmp_path):
    addresses = geocoder(POINTS)
    photos, locations = tmp_path / "photos.jsonl", tmp_path / "locations.parquet"
    table = pd.DataFrame(POINTS, columns=["latitude", "longitude"]).assign(photo=[*PLACES])
    write_address_table(table, addresses, photos, locations)
    _, reread = read_address_table(photos, locations, "h_raw")
    for photo in range(len(POINTS)):
        rows, again = addresses.vectors[photo], reread.vectors[photo]
        keys = addresses.locations["key"].iloc[rows[rows >= 0]].tolist()
        assert keys == reread.locations["key"].iloc[again[again >= 0]].tolist()


def test_semantic_partitions_of_the_server(geocoder):
    photos = np.vstack([np.repeat(POINTS[:-2], 10, axis=0), random_points(100, seed=4)])
    addresses = geocoder(photos)
    levels = {"coarse": 30, "fine": 10}  # Morvania has 30
    coarse, fine = semantic_partitions(addresses, photos, levels, 10, geocoder=geocoder)
    assert "Lighthouse of Aldenburg, Harbour Street, Aldenburg, North Veldoria, Veldoria" in [
        *fine.names
    ]
    Hierarchy.of([coarse, fine])
    np.testing.assert_array_equal(fine.assign(photos), fine.cells.assign_addresses(addresses))
    at_sea = (addresses.vectors < 0).all(axis=1)
    assert at_sea.any()
    np.testing.assert_array_equal(coarse.assign(photos) < 0, at_sea)
