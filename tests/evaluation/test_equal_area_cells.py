import numpy as np
import pytest

from geoutils.evaluation.equal_area_cells import EqualAreaCells
from geoutils.sphere import EARTH_RADIUS_KM

CELLS = EqualAreaCells.of_side(800)


def everywhere(n, seed=0):
    """Locations evenly over the sphere."""
    rng = np.random.default_rng(seed)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    return np.column_stack([latitude, rng.uniform(-180, 180, n)])


@pytest.mark.parametrize("side_km", [50, 200, 1000, 10_000])
def test_areas_add_up_to_the_earth_and_sides_are_as_asked(side_km):
    cells = EqualAreaCells.of_side(side_km)
    earth = 4 * np.pi * EARTH_RADIUS_KM**2
    assert cells.area_km2 * len(cells) == pytest.approx(earth)
    assert np.sqrt(cells.area_km2) == pytest.approx(side_km, rel=0.25 if side_km > 1000 else 0.02)


def test_outlines_enclose_one_area_each():
    # On the cylinder (longitude, sine of the latitude) areas are those of the sphere (Archimedes).
    for ring in CELLS.outlines(np.arange(len(CELLS)), points_per_edge=3):
        x, y = np.radians(ring[:, 1]), np.sin(np.radians(ring[:, 0]))
        area = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2 * EARTH_RADIUS_KM**2
        assert area == pytest.approx(CELLS.area_km2, rel=1e-9)
        np.testing.assert_array_equal(ring[0], ring[-1])


def test_a_location_is_in_the_cell_whose_outline_holds_it():
    locations = everywhere(2000)
    found = CELLS.cell_of(locations)
    assert found.min() >= 0 and found.max() < len(CELLS)
    for (latitude, longitude), cell in zip(locations, found, strict=True):
        ring = CELLS.outlines(np.array([cell]))[0]
        assert ring[:, 0].min() <= latitude <= ring[:, 0].max()
        assert ring[:, 1].min() <= longitude <= ring[:, 1].max()


def test_evenly_spread_locations_fill_all_cells_alike():
    cells = EqualAreaCells.of_side(2000)
    counts = np.bincount(cells.cell_of(everywhere(200_000)), minlength=len(cells))
    expected = 200_000 / len(cells)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_poles_and_the_antimeridian_have_cells():
    corners = np.array([[90.0, 0], [90, -180], [-90, 179.9], [-90, 180], [0, 180], [0, -180]])
    found = CELLS.cell_of(corners)
    assert found[1] == 0 and found[2] == len(CELLS) - 1
    assert found[4] == found[5]


def test_points_lie_in_their_cells():
    cells = np.arange(len(CELLS))
    inside = CELLS.points(cells, np.array([0.01, 0.5, 0.99]), np.array([0.99, 0.5, 0.01]))
    again = CELLS.cell_of(inside.reshape(-1, 2)).reshape(-1, 3)
    np.testing.assert_array_equal(again, np.tile(cells[:, None], 3))


def test_shares_are_those_of_the_area():
    north = CELLS.share_of(lambda latlon_deg: latlon_deg[:, 0] > 0)
    assert north.mean() == pytest.approx(0.5, abs=0.01)
    assert north[0] == 1 and north[-1] == 0


@pytest.mark.parametrize("side_km", [0, -5, 19, 20_000, np.nan])
def test_impossible_sides_are_refused(side_km):
    with pytest.raises(ValueError, match="side_km"):
        EqualAreaCells.of_side(side_km)
