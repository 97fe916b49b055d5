import numpy as np
import pytest
from shapely import Point, Polygon

from geoutils import s2
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km

ALL = {0: s2.FACES}  # all cells of the coarsest levels
for finer in range(1, 4):
    ALL[finer] = s2.children(ALL[finer - 1]).ravel()


def rings_of(outline):
    gaps = np.flatnonzero(np.isnan(outline[:, 0]))
    return [part[~np.isnan(part[:, 0])] for part in np.split(outline, gaps)]


def map_area_km2(ring):
    """Area on the sphere of a ring whose edges are straight in (longitude, sine of latitude)."""
    x, y = np.radians(ring[:, 1] - ring[0, 1]), np.sin(np.radians(ring[:, 0]))
    y -= y[0]  # keeps the digits of small cells
    return np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2 * EARTH_RADIUS_KM**2


@pytest.mark.parametrize("level", ALL)
def test_outlines_enclose_the_area_of_their_cells_on_the_map(level):
    # True for every cell at once, those with a pole or the antimeridian too, only if rings are
    # cut in the right places, closed and counter-clockwise.
    outlines = s2.boundaries(ALL[level], points_per_edge=400)
    areas = [sum(map_area_km2(ring) for ring in rings_of(outline)) for outline in outlines]
    np.testing.assert_allclose(areas, s2.areas_km2(ALL[level]), rtol=1e-4)


@pytest.mark.parametrize("level", [4, 7, 10, 13])
def test_small_outlines_at_poles_and_antimeridian_enclose_their_areas(level):
    latitudes = [-90, -89.99, -60, -20, 0, 35.2, 45, 89.999, 90]
    longitudes = [-180, -90, 0, 90, 135, np.nextafter(180, 0)]
    rows = np.stack(np.meshgrid(latitudes, longitudes), axis=-1).reshape(-1, 2)
    cells = np.unique(s2.cell_ids(rows, level))
    outlines = s2.boundaries(cells, points_per_edge=200)
    areas = [sum(map_area_km2(ring) for ring in rings_of(outline)) for outline in outlines]
    np.testing.assert_allclose(areas, s2.areas_km2(cells), rtol=1e-4)
    assert all(np.abs(outline[~np.isnan(outline)]).max() <= 180 for outline in outlines)


@pytest.mark.parametrize("level", range(31))
def test_every_level_has_plain_rings_at_poles_and_antimeridian(level):
    # Four cells meet at each pole; two faces meet the antimeridian between them.
    around = [[sign * 90, 90 * k - 135] for sign in (-1, 1) for k in range(4)]
    poles = s2.cell_ids(np.array(around) * [1 - 1e-12, 1], level)
    (date_line,) = s2.boundaries(s2.cell_ids(np.array([[12.3, 180.0]]), level))
    assert np.nanmax(np.abs(date_line[:, 1])) == 180
    assert len(rings_of(date_line)) == (1 if level else 2)
    for outline, (latitude, _) in zip(s2.boundaries(poles), around, strict=True):
        assert np.nanmax(np.sign(latitude) * outline[:, 0]) == 90
        (ring,) = rings_of(outline)
        np.testing.assert_array_equal(ring[0], ring[-1])
        assert np.ptp(ring[:, 1]) == pytest.approx(90 if level else 360, abs=1e-9)
    assert len(np.unique(poles)) == (2 if level == 0 else 8)


@pytest.mark.parametrize("level", ALL)
def test_rings_are_plain_polygons_within_the_map(level):
    for outline in s2.boundaries(ALL[level]):
        for ring in rings_of(outline):
            np.testing.assert_array_equal(ring[0], ring[-1])
            assert np.abs(ring[:, 0]).max() <= 90
            assert np.abs(ring[:, 1]).max() <= 180
            assert Polygon(ring[:, ::-1]).area > 0
            steps = np.abs(np.diff(ring[:, 1]))
            along_pole = np.abs(ring[1:, 0]) == 90
            assert (steps[~along_pole] < 180).all()


def test_points_lie_in_the_ring_of_their_cell_and_in_no_other():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.uniform(-90, 90, 400), rng.uniform(-180, 180, 400)]
    outlines = s2.boundaries(ALL[2], points_per_edge=64)
    shapes = [[Polygon(ring[:, ::-1]) for ring in rings_of(outline)] for outline in outlines]
    homes = s2.cell_ids(photos, 2)
    for photo, home in zip(photos, homes, strict=True):
        point = Point(photo[::-1])
        inside = [any(ring.contains(point) for ring in rings) for rings in shapes]
        assert ALL[2][inside].tolist() == [home]


def test_edges_are_geodesics():
    # Interior points of an edge lie on the great circle through its corners.
    for token in ["47e67", "0c4", "3", "b3"]:
        outline = s2.boundary(int(s2.from_tokens([token])[0]), points_per_edge=10)
        if np.isnan(outline).any():
            continue
        for corner in range(0, 40, 10):
            a, b = outline[corner : corner + 1], outline[corner + 10 : corner + 11]
            between = outline[corner + 1 : corner + 10]
            detour = great_circle_km(np.repeat(a, 9, 0), between) + great_circle_km(
                between, np.repeat(b, 9, 0)
            )
            np.testing.assert_allclose(detour, great_circle_km(a, b)[0], rtol=1e-9)


@pytest.mark.parametrize(("face", "pole"), [(2, 90), (5, -90)])
def test_polar_faces_span_all_longitudes(face, pole):
    (ring,) = rings_of(s2.boundary(int(s2.FACES[face])))
    assert ring[:, 1].min() == -180
    assert ring[:, 1].max() == 180
    assert (ring[:, 0] == pole).sum() == 2


def test_a_cell_across_the_antimeridian_comes_in_two_rings():
    (face,) = s2.boundaries(s2.FACES[3:4])
    rings = rings_of(face)
    assert len(rings) == 2
    east, west = sorted(rings, key=lambda ring: -ring[:, 1].mean())
    assert (east[:, 1] >= 0).all()
    assert (west[:, 1] <= 0).all()
    assert east[:, 1].max() == 180
    assert west[:, 1].min() == -180


def test_cells_beside_the_antimeridian_stay_whole():
    beside = s2.cell_ids(np.array([[10.0, 179.9], [10.0, -179.9]]), 6)
    for outline, sign in zip(s2.boundaries(beside), [1, -1], strict=True):
        assert len(rings_of(outline)) == 1
        assert (np.sign(outline[:, 1]) == sign).all()
