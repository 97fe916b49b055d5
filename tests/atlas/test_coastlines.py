import cartopy
import cartopy.io.shapereader as shapereader
import numpy as np
import pytest
import shapefile
import shapely

from geoutils.atlas import use_coastlines

FEATURES = [
    *(("physical", name, scale) for name in ("land", "coastline") for scale in ("110m", "50m")),
    *(("cultural", "admin_0_boundary_lines_land", scale) for scale in ("110m", "50m")),
    ("physical", "ocean", "110m"),
    ("cultural", "admin_0_countries", "110m"),
]


def shapes(scale, category, name):
    with shapefile.Reader(shapereader.natural_earth(scale, category, name)) as reader:
        return np.array([shapely.geometry.shape(shape) for shape in reader.shapes()])


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("cartopy wants to download")

    monkeypatch.setitem(cartopy.config, "pre_existing_data_dir", "")
    monkeypatch.setattr(shapereader.NEShpDownloader, "acquire_resource", refuse)


@pytest.mark.parametrize(("category", "name", "scale"), FEATURES)
def test_cartopy_finds_it_without_a_download(no_network, category, name, scale):
    use_coastlines()
    outlines = shapes(scale, category, name)
    assert len(outlines) > 3
    assert shapely.is_valid(outlines).all()


def test_land_and_ocean_make_the_world(no_network):
    use_coastlines()
    total = shapely.area(shapes("110m", "physical", "land")).sum()
    total += shapely.area(shapes("110m", "physical", "ocean")).sum()
    assert total == pytest.approx(360 * 180, rel=1e-6)


def test_coastlines_do_not_run_along_the_edge_of_the_map(no_network):
    use_coastlines()
    west, south, east, _ = shapely.total_bounds(shapes("110m", "physical", "coastline"))
    assert west > -180 and east < 180 and south > -90


def test_countries_carry_their_names(no_network):
    use_coastlines()
    path = shapereader.natural_earth("110m", "cultural", "admin_0_countries")
    with shapefile.Reader(path, encoding="utf-8") as reader:
        names = {record["ISO_A2"]: record["NAME"] for record in reader.records()}
    assert names["FR"] == "France" and names["CI"] == "Ivory Coast" and len(names) == 248
