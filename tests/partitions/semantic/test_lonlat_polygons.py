import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.atlas import countries
from geoutils.partitions.semantic.lonlat_polygons import (
    ground_of,
    polygon_areas_km2,
    polygon_outlines,
)
from geoutils.sphere import EARTH_RADIUS_KM

EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2


def shapes(*geometry):
    array = np.empty(len(geometry), dtype=object)
    array[:] = geometry
    return array


def drawn(outline):
    """The shape that filling every ring of an outline gives."""
    pieces = np.split(outline, np.flatnonzero(np.isnan(outline[:, 0])))
    rings = [piece[~np.isnan(piece[:, 0])] for piece in pieces]
    for ring in rings:
        np.testing.assert_array_equal(ring[0], ring[-1])
    return [shapely.Polygon(ring[:, ::-1]) for ring in rings]


def test_octant_and_whole_earth_are_exact():
    areas = polygon_areas_km2(shapes(shapely.box(0, 0, 90, 90), shapely.box(-180, -90, 180, 90)))
    np.testing.assert_allclose(areas, [EARTH_KM2 / 8, EARTH_KM2], rtol=1e-15)


def test_long_slanted_edges_are_exact():
    # Below the line from (0, 0) to (90, 90) lies ∫ sin(x) dx = 1, above it what the octant leaves.
    below, above = shapely.Polygon([(0, 0), (90, 0), (90, 90)]), [(0, 0), (90, 90), (0, 90)]
    areas = polygon_areas_km2(shapes(below, shapely.Polygon(above)), radius_km=1.0)
    np.testing.assert_allclose(areas, [1, np.pi / 2 - 1], rtol=1e-14)


@settings(max_examples=100, deadline=None)
@given(st.floats(-90, 90), st.floats(-90, 90), st.floats(-180, 180), st.floats(-180, 180))
def test_boxes_have_the_area_between_their_parallels(south, north, west, east):
    box = shapely.box(west, south, east, north)
    sines = np.sin(np.radians([south, north]))
    expected = abs(np.diff(sines).item()) * np.radians(abs(east - west))
    found = polygon_areas_km2(shapes(box), radius_km=1.0)
    np.testing.assert_allclose(found, [expected], rtol=1e-9, atol=1e-14)


def test_finely_drawn_s2_cells_have_their_known_area():
    # Their edges are great circles, which short edges straight in longitude and latitude follow.
    points = np.array([[48.85, 2.35], [-33.9, 151.2], [1.3, 103.8], [64.1, -21.9], [80.0, 100.0]])
    for level in (3, 6, 11):
        ids = s2.cell_ids(points, level)
        rings = [shapely.Polygon(ring[:, ::-1]) for ring in s2.boundaries(ids, 512)]
        np.testing.assert_allclose(polygon_areas_km2(shapes(*rings)), s2.areas_km2(ids), rtol=1e-5)


def test_countries_have_their_published_area():
    table = countries().loc[["FR", "DE", "BR", "ZA", "IT"]]
    areas = polygon_areas_km2(table.geometry.to_numpy())
    np.testing.assert_allclose(areas, table.area_km2, rtol=0.01)  # GeoNames, on the ellipsoid


def test_holes_and_parts_and_unknown_shapes():
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 4, 4))
    both = shapely.union_all([ring, shapely.box(20, 0, 30, 10)])
    boxes = shapes(shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4), shapely.box(20, 0, 30, 10))
    outer, hole, other = polygon_areas_km2(boxes)
    areas = polygon_areas_km2(shapes(None, ring, both, shapely.MultiPolygon(), ring.reverse()))
    expected = [np.nan, outer - hole, outer - hole + other, 0, outer - hole]
    np.testing.assert_allclose(areas, expected)


def test_outlines_fill_no_holes_and_run_counter_clockwise():
    holes = [shapely.box(x, y, x + 0.3, y + 0.5) for x in range(1, 9) for y in range(1, 9)]
    sieve = shapely.box(0, 0, 10, 10).difference(shapely.union_all(holes))
    outlines = polygon_outlines(shapes(sieve, None, shapely.Polygon(), sieve.reverse()))
    for outline in (outlines[0], outlines[3]):
        pieces = drawn(outline)
        assert shapely.union_all(pieces).symmetric_difference(sieve).area < 1e-9
        np.testing.assert_allclose(sum(piece.area for piece in pieces), sieve.area)
        assert all(piece.exterior.is_ccw for piece in pieces)
    assert outlines[1].shape == outlines[2].shape == (0, 2)


def test_long_edges_get_points():
    (outline,) = polygon_outlines(shapes(shapely.box(0, 0, 40, 10)))
    steps = np.hypot(*np.diff(outline, axis=0).T)
    assert steps.max() <= 1 + 1e-9
    assert len(outline) == 101


boxes = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 6)] * 2).map(
    lambda box: shapely.box(box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(boxes, st.none()), min_size=1, max_size=7), st.data())
def test_ground_is_the_polygon_without_all_that_lies_below(polygons, data):
    n = len(polygons)
    inside = np.array([data.draw(st.integers(-1, cell - 1)) for cell in range(n)])
    ground = ground_of(shapes(*polygons), inside)
    for cell in range(n):
        if polygons[cell] is None:
            assert ground[cell] is None
            continue
        expected = polygons[cell]
        for other in range(n):
            above = inside[other]
            while above > cell:
                above = inside[above]
            if above == cell and polygons[other] is not None:
                expected = expected.difference(polygons[other])
        assert ground[cell].symmetric_difference(expected).area < 1e-9


def test_what_reaches_over_an_edge_is_no_ground_of_what_lies_above():
    # The district reaches 1 x 2 over the town's edge, into the rest of the region.
    region, town = shapely.box(0, 0, 10, 10), shapely.box(2, 2, 8, 8)
    district = shapely.box(6, 4, 9, 6)
    ground = ground_of(shapes(region, town, district), np.array([-1, 0, 1]))
    np.testing.assert_allclose([shape.area for shape in ground], [100 - 36 - 2, 36 - 4, 6])
    assert not ground[0].contains(shapely.Point(8.5, 5))
    without_town = ground_of(shapes(region, None, district), np.array([-1, 0, 1]))
    np.testing.assert_allclose(without_town[0].area, 100 - 6)


def test_ground_repairs_crossed_polygons_and_ignores_what_is_none():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    given = shapes(bow, shapely.Point(1, 1), shapely.MultiPolygon(), shapely.box(0, 0, 1, 1))
    ground = ground_of(given, np.array([-1, 0, 0, -1]))
    assert ground[0].is_valid
    np.testing.assert_allclose(ground[0].area, 2)
    assert ground[1] is None and ground[2] is None
    assert given[0] is bow
    with pytest.raises(ValueError, match="parents: node 0 leads into a cycle"):
        ground_of(given, np.array([1, 0, -1, -1]))
