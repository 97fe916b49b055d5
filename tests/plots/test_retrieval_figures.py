import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from geoutils.evaluation import Interval
from geoutils.plots.gains import draw_gains
from geoutils.plots.maps import region_projection
from geoutils.plots.neighbours import Neighbours, draw_neighbours, frame_color
from geoutils.plots.search_map import (
    ANSWER,
    FOUND,
    POINT,
    TRUTH,
    USED,
    draw_cell_search,
    draw_clusters,
    extent_around,
)
from geoutils.plots.style import PALETTE
from geoutils.sphere import destination, great_circle_km

SEOUL = np.array([[37.55, 126.99]])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def around(bearings_deg, distances_km, start=SEOUL):
    n = len(bearings_deg)
    return destination(np.tile(start, (n, 1)), np.array(bearings_deg), np.array(distances_km))


def group(distances_km, title="a group"):
    distances_km = np.asarray(distances_km, dtype=float)
    n, k = distances_km.shape
    queries = np.zeros((n, 8, 8, 3), dtype=np.uint8)
    found = np.zeros((n, k, 8, 8, 3), dtype=np.uint8)
    return Neighbours(title, queries, found, distances_km, [f"query {i}" for i in range(n)])


@pytest.mark.parametrize(
    ("distance_km", "color"),
    [
        (0, "green"),
        (0.999, "green"),
        (1, "yellow"),
        (100, "yellow"),
        (100.1, "vermilion"),
        (20_000, "vermilion"),
    ],
)
def test_frames_tell_near_from_far(distance_km, color):
    assert frame_color(distance_km) == PALETTE[color]


def test_each_photo_is_framed_by_its_own_distance():
    figure = plt.figure()
    draw_neighbours(figure, [group([[0.2, 40, np.nan], [500, 3, 0.9]]), group(np.empty((0, 3)))])
    (ax,) = figure.axes
    frames = [to_hex(patch.get_edgecolor()) for patch in ax.patches]
    green, yellow, red, ink = (PALETTE[c] for c in ("green", "yellow", "vermilion", "ink"))
    assert frames == [ink, green, yellow, ink, red, yellow, green]  # none for the missing one
    texts = [text.get_text() for text in ax.texts]
    assert texts == [
        *("a group", "query 0", "200 m", "40 km", "query 1", "500 km", "3.0 km", "900 m"),
        "a group",
    ]


def test_groups_must_fit_each_other():
    figure = plt.figure()
    with pytest.raises(ValueError, match="groups: neighbours of shapes"):
        draw_neighbours(figure, [group([[1.0]]), group([[1.0, 2.0]])])
    with pytest.raises(ValueError, match="expected one k"):
        draw_neighbours(figure, [])
    photos = np.zeros((2, 8, 8, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="captions: 1 for 2 rows"):
        Neighbours("", photos, photos[:, None], np.zeros((2, 1)), ["one"])
    with pytest.raises(ValueError, match="found: shape"):
        Neighbours("", photos, photos[:, None], np.zeros((2, 3)), ["one", "two"])


@pytest.mark.parametrize("start", [SEOUL, np.array([[-17.7, 179.9]]), np.array([[78.2, 15.6]])])
def test_an_extent_holds_its_locations_in_the_shape_asked_for(start):
    places = around([10, 130, 250], [40, 20, 30], start)
    west, east, south, north = extent_around(places, aspect=1.5)
    turned = west + np.mod(places[:, 1] - west, 360)
    assert ((turned > west) & (turned < east)).all()
    assert ((places[:, 0] > south) & (places[:, 0] < north)).all()
    middle = (south + north) / 2
    width = great_circle_km(np.array([[middle, west]]), np.array([[middle, east]]))[0]
    height = great_circle_km(np.array([[south, 0.0]]), np.array([[north, 0.0]]))[0]
    np.testing.assert_allclose(width / height, 1.5, rtol=0.02)


def test_an_extent_has_a_least_size():
    west, _, south, north = extent_around(SEOUL, least_km=8)
    height = great_circle_km(np.array([[south, west]]), np.array([[north, west]]))[0]
    np.testing.assert_allclose(height, 8 * 1.25, rtol=1e-6)


def test_the_map_of_a_cell_shows_its_photos_and_marks():
    photos = around([0, 90, 180, 270], [3, 4, 5, 6])
    outline = around([0, 90, 180, 270, 0], [9, 9, 9, 9, 9])
    extent = extent_around(outline)
    ax = plt.figure().add_subplot(projection=region_projection(extent))
    marks = {POINT: SEOUL[0], ANSWER: photos[0], TRUTH: photos[1]}
    used = np.array([True, False])
    draw_cell_search(ax, extent, outline, photos, photos[:2], used, marks)
    labels = ax.get_legend_handles_labels()[1]
    assert labels[:3] == ["background photo", "found", "found, in the largest cluster"]
    assert labels[3:] == [POINT, ANSWER, TRUTH]
    sizes = [len(dots.get_offsets()) for dots in ax.collections[-3:]]
    assert sizes == [4, 1, 1]


def test_clusters_are_linked_where_they_are_near():
    neighbours = around([90, 90, 0, 180], [0.5, 1.2, 30, 2.4])
    used = np.array([True, True, False, False])
    _, ax = plt.subplots()
    draw_clusters(ax, neighbours, used, SEOUL[0], around([45], [1.0])[0], half_width_km=3)
    links = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(links) == 1
    np.testing.assert_allclose(sorted(links[0].get_xdata()), [0.5, 1.2], atol=1e-3)
    np.testing.assert_allclose(links[0].get_ydata(), [0, 0], atol=1e-3)
    dots = {text.get_text(): text.xy for text in ax.texts}
    assert set(dots) == {"1", "2", "4"}  # the third lies outside
    np.testing.assert_allclose(dots["4"], [0, -2.4], atol=1e-3)
    colors = [line.get_color() for line in ax.lines if line.get_marker() == "o"]
    assert sorted(colors) == sorted([USED, USED, FOUND])
    (truth,) = (line for line in ax.lines if line.get_label() == TRUTH)
    np.testing.assert_allclose(truth.get_xydata(), [[0.5**0.5, 0.5**0.5]], atol=1e-3)


def test_gains_stand_in_rows_and_hollow_where_undecided():
    sure = Interval(np.array([0.02, -0.01]), np.array([0.01, -0.02]), np.array([0.03, -0.005]))
    unsure = Interval(np.array([0.0, 0.1]), np.array([-0.1, 0.05]), np.array([0.1, 0.2]))
    figure = draw_gains(
        {"A": sure, "B": unsure}, {"A": "#123456", "B": "#654321"}, np.array([1, 25])
    )
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["1 km", "25 km"]
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["A", "B"]
    assert left.get_ylim() == (1.5, -0.5)  # the first on top
    np.testing.assert_allclose(left.collections[-1].get_offsets()[:, 0], [2, 0])
    faces = [to_hex(face) for face in left.collections[-1].get_facecolor()]
    assert faces == ["#123456", "#ffffff"]
    assert [to_hex(f) for f in right.collections[-1].get_facecolor()] == ["#123456", "#654321"]
    figure.canvas.draw()


def test_no_gains_are_refused():
    with pytest.raises(ValueError, match="gains: none to draw"):
        draw_gains({}, {})
