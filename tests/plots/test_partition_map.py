import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import PathPatch

from geoutils import s2
from geoutils.partitions import Partition, S2Cells
from geoutils.plots.maps import project, region_projection
from geoutils.plots.partition_map import (
    cell_picture,
    cell_raster,
    draw_partition,
    pixel_locations,
)
from geoutils.plots.world import draw_world, land_path

EUROPE = (-11, 16, 36, 59)


def faces(chosen=slice(None)):
    ids = s2.FACES[chosen]
    cells = S2Cells(ids)
    return Partition("faces", cells, s2.centers(ids), np.ones(len(ids), dtype=int), cells.labels())


@pytest.fixture
def europe():
    figure, ax = plt.subplots(subplot_kw={"projection": region_projection(EUROPE)})
    yield ax
    plt.close(figure)


def brightness_at(ax, latlon_deg):
    """Red + green + blue of the drawn figure at some locations."""
    ax.figure.canvas.draw()
    drawn = np.asarray(ax.figure.canvas.buffer_rgba())
    x, y = ax.transData.transform(project(ax, latlon_deg)).astype(int).T
    return drawn[len(drawn) - 1 - y, x, :3].sum(axis=1, dtype=int)


def test_pixels_lie_where_their_locations_are_projected_to(world):
    locations, exists = pixel_locations(world, 80)
    rows, columns = exists.shape
    assert columns == 80
    (left, right), (low, high) = world.get_xlim(), world.get_ylim()
    y, x = np.nonzero(exists)
    expected = np.c_[
        left + (x + 0.5) / columns * (right - left), high - (y + 0.5) / rows * (high - low)
    ]
    np.testing.assert_allclose(project(world, locations[exists]), expected, atol=1)
    assert not exists[0, 0]
    assert not exists[-1, -1]
    assert exists[rows // 2].all()


def test_pixels_of_an_equal_area_map_share_the_earth_out(world):
    raster = cell_raster(world, faces(), 300)
    covered = np.bincount(raster[raster >= 0], minlength=6) / (raster >= 0).sum()
    np.testing.assert_allclose(covered, 1 / 6, rtol=0.01)
    assert (raster == -1).sum() == 0
    assert (raster == -2).sum() > 0  # the corners


def test_ground_outside_all_cells_stays_bare(world):
    raster = cell_raster(world, faces([0, 3]), 120)
    picture = cell_picture(raster, 2)
    away_from_edges = raster == -1
    away_from_edges[:, :-1] &= raster[:, 1:] == -1
    away_from_edges[:-1] &= raster[1:] == -1
    assert (picture[away_from_edges, 3] == 0).all()
    assert (picture[raster >= 0, 3] == 1).all()
    assert (picture[raster == -2, 3] == 0).all()


def test_a_border_is_one_dark_line():
    raster = np.array([[0, 0, 1, 1]] * 4)
    picture = cell_picture(raster, 2)
    brightness = picture[..., :3].sum(axis=2)
    assert (brightness[:, 1] < brightness[:, 0]).all()
    assert (picture[:, 0] != picture[:, 3]).any()
    np.testing.assert_array_equal(picture[:, 2], picture[:, 3])


def test_land_is_drawn_strong_and_sea_pale(europe):
    draw_partition(europe, faces(), EUROPE, pixels=60)
    sea, land = europe.images
    assert sea.get_array()[..., 3].max() == pytest.approx(0.4)
    assert land.get_array()[..., 3].max() == 1
    orleans, biscay = brightness_at(europe, np.array([[47.9, 2.5], [46.0, -5.0]]))
    assert biscay > orleans + 40


def test_a_lake_in_the_land_is_as_pale_as_the_sea(world):
    world.figure.set_size_inches(8, 4)
    draw_world(world)
    world.add_patch(PathPatch(land_path(world), facecolor="black", zorder=5))
    places = np.array([[47.0, 2.5], [42.0, 51.0], [0.0, -30.0], [-25.0, 135.0]])
    dark = brightness_at(world, places) < 100
    np.testing.assert_array_equal(dark, [True, False, False, True])  # second: the Caspian Sea


def test_pixels_are_counted_from_one(world):
    with pytest.raises(ValueError, match="pixels: got 0"):
        pixel_locations(world, 0)
