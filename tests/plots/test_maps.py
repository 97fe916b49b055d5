import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm

from geoutils import s2
from geoutils.plots.maps import (
    add_color_bar,
    draw_cells,
    draw_errors,
    draw_points,
    draw_world,
    heat_map,
    project,
    region_projection,
)

EUROPE = (-11, 16, 36, 59)


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


@pytest.fixture
def europe():
    figure, ax = plt.subplots(subplot_kw={"projection": region_projection(EUROPE)})
    draw_world(ax, EUROPE)
    yield ax
    plt.close(figure)


def polygon_area(polygon):
    x, y = polygon.T
    return abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


@pytest.mark.parametrize("level", [0, 1, 3])
def test_cells_of_a_level_cover_the_map_once(world, level):
    # Equal areas on an equal-area map: a smeared, torn or missing cell would not add up.
    ids = s2.FACES
    for _ in range(level):
        ids = s2.children(ids).ravel()
    drawn = draw_cells(world, s2.boundaries(ids, 40), np.ones(len(ids)))
    areas = [polygon_area(path.vertices) for path in drawn.get_paths()]
    np.testing.assert_allclose(np.sum(areas) / 1e6, s2.areas_km2(ids).sum(), rtol=2e-3)
    assert len(drawn.get_array()) == len(areas) >= len(ids)


def test_colours_follow_the_cells_through_the_cut(world):
    # Face 3 lies across the antimeridian: its two rings carry the same value.
    drawn = draw_cells(world, s2.boundaries(s2.FACES), np.arange(1, 7))
    values = drawn.get_array().tolist()
    assert values == [1, 2, 3, 4, 4, 5, 6]
    assert (drawn.norm.vmin, drawn.norm.vmax) == (1, 6)


def test_a_region_leaves_out_the_other_side_of_the_earth(europe):
    ids = s2.children(s2.children(s2.FACES).ravel()).ravel()
    drawn = draw_cells(europe, s2.boundaries(ids), np.ones(len(ids)))
    sizes = [np.ptp(path.vertices, axis=0).max() for path in drawn.get_paths()]
    assert 0 < len(sizes) < len(ids)
    assert max(sizes) < 8e6  # metres: none is smeared around the rim


def test_no_cells_and_one_value_are_fine(world):
    assert len(draw_cells(world, [], np.array([])).get_paths()) == 0
    drawn = draw_cells(world, s2.boundaries(s2.FACES[:1]), np.array([7]))
    add_color_bar(world, drawn, "photos")
    world.figure.canvas.draw()


def test_a_color_bar_has_arrows_where_values_lie_beyond_it(world):
    outlines = s2.boundaries(s2.FACES[:3])
    extends = []
    for values in ([1, 5, 9], [0.1, 5, 9], [0, 5, 90], [0.1, 5, 90]):
        drawn = draw_cells(world, outlines, np.array(values), LogNorm(1, 10, clip=True))
        add_color_bar(world, drawn, "photos")
        extends.append(drawn.colorbar.extend)
    assert extends == ["neither", "min", "max", "both"]


def test_heat_map_counts_every_location(world):
    photos = random_locations(500)
    assert heat_map(world, photos).get_array().sum() == 500
    weights = np.linspace(0.1, 1, 500)
    assert heat_map(world, photos, weights).get_array().sum() == pytest.approx(weights.sum())


def test_points_are_drawn_where_they_are(world):
    photos = random_locations(10)
    np.testing.assert_allclose(draw_points(world, photos).get_offsets(), project(world, photos))


def test_error_lines_do_not_run_across_the_map(world):
    truth, guess = np.array([[10.0, 170.0]]), np.array([[20.0, -170.0]])
    lines = draw_errors(world, truth, guess)
    lengths = [np.ptp(path.vertices[:, 0]) for path in lines.get_paths()]
    assert len(lengths) == 58  # of 59 pieces, the one over the map's edge is left out
    assert max(lengths) < 1e5  # metres


def test_the_world_has_its_land_and_a_caspian_sea(world):
    draw_world(world)
    land, lakes, _borders, coast = world.collections
    area = sum(polygon_area(path.vertices) for path in land.get_paths()) / 1e6
    lake = sum(polygon_area(path.vertices) for path in lakes.get_paths()) / 1e6
    np.testing.assert_allclose(area - lake, 147e6, rtol=0.02)  # km² of land, coarse outlines
    assert lake > 300_000
    widths = [np.ptp(path.vertices[:, 0]) for path in coast.get_paths()]
    assert max(widths) < 2.0 * np.ptp(world.get_xlim()) / 2  # nothing runs back across the map


def test_a_region_across_the_antimeridian_has_land_on_both_sides():
    extent = (172, 190, -20, -12)  # Fiji
    figure, ax = plt.subplots(subplot_kw={"projection": region_projection(extent)})
    draw_world(ax, extent)
    x = np.concatenate([path.vertices[:, 0] for path in ax.collections[0].get_paths()])
    middle = project(ax, np.array([[-16.0, 180.0]]))[0, 0]
    inside = x[(x > ax.get_xlim()[0]) & (x < ax.get_xlim()[1])]
    assert (inside < middle).any()
    assert (inside > middle).any()
    plt.close(figure)


def test_crowded_dots_are_thinned_and_others_stay(world, europe):
    crowd = np.tile(random_locations(5), (30_000, 1))
    apart = random_locations(1000, seed=1)
    drawn = draw_points(world, np.concatenate([crowd, apart]))
    assert drawn.get_rasterized() and len(drawn.get_offsets()) == 5 * 4 + 1000
    np.testing.assert_allclose(drawn.get_offsets()[20:], project(world, apart))
    few = draw_points(world, crowd[:1000])
    assert not few.get_rasterized() and len(few.get_offsets()) == 1000
    west, east, south, north = EUROPE
    inside = np.array([[(south + north) / 2, (west + east) / 2]])
    elsewhere = np.tile([[-30.0, 140.0]], (120_000, 1))
    drawn = draw_points(europe, np.concatenate([elsewhere, inside]))
    np.testing.assert_allclose(drawn.get_offsets(), project(europe, inside))
