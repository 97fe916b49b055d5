"""A real Nominatim server is asked nothing twice, whoever stops in the middle."""

import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from geoutils.geocoding.cache import open_cache
from geoutils.geocoding.nominatim import Nominatim

GEOCODE_SLOWLY = """
import signal, sys
import numpy as np
from geoutils.geocoding.nominatim import Nominatim
signal.signal(signal.SIGINT, signal.default_int_handler)
url, cache, photos = sys.argv[1:]
Nominatim(url, cache, requests_per_second=40)(np.load(photos))
"""


def kept(server, cache):
    with open_cache(cache, server.url) as answers:
        return len(answers)


def assert_same(addresses, others):
    np.testing.assert_array_equal(addresses.vectors, others.vectors)
    assert addresses.locations.equals(others.locations)


def test_threads_and_order_change_nothing(server, tmp_path, points, random_points):
    photos = np.vstack([points, random_points(50, seed=1)])
    serial = Nominatim(server.url, tmp_path / "serial.sqlite", n_workers=1)(photos)
    assert_same(Nominatim(server.url, tmp_path / "threads.sqlite", n_workers=8)(photos), serial)
    order = np.random.default_rng(0).permutation(len(photos))
    shuffled = Nominatim(server.url, tmp_path / "shuffled.sqlite")(photos[order])
    np.testing.assert_array_equal(shuffled.vectors, serial.vectors[order])
    assert shuffled.locations.equals(serial.locations)


def test_the_same_question_is_never_asked_twice(server, geocoder, points):
    before = server.asked()
    first = geocoder(np.repeat(points, 3, axis=0))
    objects = len(first.locations) + 1  # and the house, which has no name to be listed by
    assert server.asked() - before == len(points) + objects + 2  # and the two countries by point
    assert_same(geocoder(np.repeat(points, 3, axis=0)), first)
    assert server.asked() - before == len(points) + objects + 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_goes_on_where_it_was(server, tmp_path, how, random_points):
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


def test_a_server_that_stops_in_the_middle(server, tmp_path, random_points):
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
