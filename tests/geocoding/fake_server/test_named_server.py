import numpy as np
import pytest

from geoutils.geocoding import named_geocoder
from geoutils.partitions import Partition
from geoutils.partitions.semantic.partitions import semantic_partitions

PHOTOS = np.array([[10.5 + i / 100, 20.5 + i / 100] for i in range(40)])


@pytest.fixture
def partition(server, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    addresses = named_geocoder(server.url)(PHOTOS)
    made = semantic_partitions(addresses, PHOTOS, {"fine": 5}, 5, True, geocoder=server.url)[0]
    made.save(tmp_path / "fine.parquet")
    return Partition.load(tmp_path / "fine.parquet")


def test_a_saved_partition_asks_its_server_only_for_new_places(server, partition):
    server.asked.clear()
    cells = partition.assign(PHOTOS)
    assert (cells >= 0).all() and not server.asked
    assert partition.assign(np.array([[11.0, 21.0]]))[0] == cells[0]
    assert "reverse" in server.endpoints()


def test_maps_go_by_outlines_and_ask_nobody(server, partition):
    server.asked.clear()
    cells = partition.cells.drawn_at(np.array([[10.3, 20.6], [40.0, 20.0]]))
    assert cells.tolist() == [partition.cells.labels().index("R2"), -1]
    assert not server.asked
