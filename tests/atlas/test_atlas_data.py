"""The committed files: complete, small, licensed, and the ones that were built."""

import numpy as np
import pandas as pd
import shapely

from geoutils.atlas import admin1, countries, photo_density, places
from geoutils.atlas.rebuild.contents import LIST, contents
from geoutils.atlas.rebuild.sources import SOURCES
from geoutils.atlas.storage import DATA, differences, undo_differences


def test_files_are_those_of_the_list():
    listed = pd.read_csv(DATA / LIST)
    pd.testing.assert_frame_equal(contents(DATA), listed, check_dtype=False)


def test_all_together_stay_below_15_megabytes():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 15e6


def test_licences_name_every_file_and_every_package():
    text = (DATA / "LICENCES.md").read_text(encoding="utf-8")
    for file in pd.read_csv(DATA / LIST).file:
        stem, suffix = file.rsplit(".", 1)
        assert file in text or (f"{stem}.shp" in text and suffix in ("shx", "dbf")), file
    for source in SOURCES.values():
        assert f"`{source.package}` {source.version}" in text, source.package
    assert "python -m geoutils.atlas.rebuild" in text


def test_tables_have_their_rows():
    assert photo_density().shape == (100_000, 2)
    assert len(places()) == 170_391
    assert len(countries()) == 250
    assert len(admin1()) == 3520


def test_photo_density_is_that_of_the_gallery():
    density = photo_density()
    np.testing.assert_array_equal(density[0], [-50.943392, -72.935664])  # the source's first line
    assert not density.flags.writeable


def test_outlines_are_valid_and_fit_without_gaps():
    for table in (countries(), admin1()):
        assert shapely.is_valid(table.geometry.to_numpy()).all()
    assert shapely.coverage_is_valid(admin1().geometry.to_numpy())
    assert set(countries().index[shapely.is_empty(countries().geometry.to_numpy())]) == {"VA", "BV"}
    assert set(admin1().country) <= set(countries().index)
    assert set(places().country) <= set(countries().index)


def test_differences_are_undone_even_where_they_wrap_around():
    grid = np.random.default_rng(0).integers(-(2**15), 2**15, (40, 30)).astype(np.int16)
    np.testing.assert_array_equal(undo_differences(differences(grid)), grid)
