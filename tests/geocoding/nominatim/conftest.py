"""A real Nominatim, and where its made-up countries have something to find (see world.py).

The other scripts here are programs of their own, which find each other in this folder.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geoutils.geocoding.nominatim import Nominatim

collect_ignore = ["install.py", "server.py", "world.py"]
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


@pytest.fixture(scope="session")
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


@pytest.fixture
def address_of():
    """The address of each place, by its name."""
    return ADDRESSES


@pytest.fixture
def points():
    """Where the places are, in their order."""
    return np.array([*PLACES.values()])


@pytest.fixture
def random_points():
    """A function (n, seed) -> points in and around Veldoria, no two the same."""
    return lambda n, seed: np.random.default_rng(seed).uniform(
        [-40.2, -130.2], [-37.8, -126.8], (n, 2)
    )
