import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.collections import PatchCollection

from geoutils import s2
from geoutils.partitions import Partition, S2Cells, S2Unions, SemanticCells
from geoutils.plots.percent import probability_text
from geoutils.plots.prediction_cells import prediction_cells, ring_turns
from geoutils.plots.shadings import draw_shadings
from geoutils.plots.side_by_side import close_extent, draw_side_by_side
from geoutils.plots.top_cells import PROJECTIONS, draw_top_cells
from geoutils.plots.world import region_projection

EARTH_KM2 = 4 * np.pi * 6371.0088**2
TRUTH = np.array([-18.1, -179.0])


def square(west, south, side):
    corners = [(south, west), (south, west + side), (south + side, west + side)]
    return np.array([*corners, (south + side, west), (south, west)], dtype=float)


@pytest.fixture
def figure():
    figure = plt.figure()
    yield figure
    plt.close(figure)


def signed_area(path):
    """Area that a compound path winds around, holes being negative."""
    x, y = path.vertices.T
    starts = np.flatnonzero(path.codes == path.MOVETO)
    rings = [np.arange(a, b) for a, b in zip(starts, [*starts[1:], len(x)], strict=True)]
    return sum(0.5 * np.sum(x[r] * np.roll(y[r], -1) - np.roll(x[r], -1) * y[r]) for r in rings)


def test_cells_are_the_likeliest_in_order_with_what_is_said_of_them(mixed_partition):
    chosen = prediction_cells(mixed_partition, np.array([0.2, 0.0, 0.3, 0.3, 0.2]), n=3)
    np.testing.assert_array_equal(chosen.cells, [2, 3, 0])  # of equals the lower number
    assert chosen.names == ["Pacific", "Cuba", "Antarctica"]
    assert chosen.levels == ["S2 level 0", "S2 level 2", "S2 level 0"]
    np.testing.assert_array_equal(chosen.photos, [40, 12, 1])
    np.testing.assert_array_equal(chosen.point_deg, mixed_partition.centers_deg[2])
    assert len(prediction_cells(mixed_partition, np.array([0.2, 0.0, 0.3, 0.3, 0.2]))) == 4


def test_cells_without_a_name_get_the_address_of_their_point(mixed_partition):
    cells = S2Cells(mixed_partition.cells.ids[-1:])
    paris = Partition("p", cells, np.array([[48.86, 2.35]]), np.array([0]), cells.labels())
    chosen = prediction_cells(paris, np.ones(1))
    assert "France" in chosen.names[0] and chosen.photos is None and chosen.title == "p"


@pytest.mark.parametrize(
    ("probabilities", "n", "message"),
    [
        (np.ones(3), 25, "probabilities: 3, but partition 'mixed' has 5"),
        (np.zeros(5), 25, "one above"),
        (np.array([1, -0.1, 0, 0, 0]), 25, "none below 0"),
        (np.array([1, np.nan, 0, 0, 0]), 25, "1 NaN"),
        (np.ones(5), 0, "n: 0"),
    ],
)
def test_what_is_no_prediction_is_said(mixed_partition, probabilities, n, message):
    with pytest.raises(ValueError, match=message):
        prediction_cells(mixed_partition, probabilities, n=n)


def test_rings_inside_an_odd_number_of_others_are_holes():
    rings = [square(0, 0, 10), square(20, 0, 5), square(2, 2, 6), square(4, 4, 2)]
    assert ring_turns(rings) == [1, 1, -1, 1]


def test_a_polygon_that_came_cut_in_two_is_whole_again():
    frame = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    cells = SemanticCells(
        *(pd.Index(["country:X"]), pd.Index(["country:X"]), np.zeros(1, dtype=np.int64)),
        *(np.full(1, -1), np.array([frame], dtype=object)),
    )
    partition = Partition("p", cells, np.array([[1.0, 1.0]]), np.array([3]), ["X"])
    assert np.isnan(partition.boundaries()[0]).any()  # two rings, with a cut between them
    chosen = prediction_cells(partition, np.ones(1))
    assert ring_turns(chosen.rings[0]) == [1, -1] and ring_turns([]) == []
    outer, hole = (shapely.Polygon(ring[:, ::-1]) for ring in chosen.rings[0])
    assert outer.difference(hole).area == pytest.approx(frame.area)
    assert chosen.levels == ["country"]


def test_cells_over_poles_and_antimeridian_have_their_true_area(world, mixed_prediction):
    collection = draw_top_cells(world, mixed_prediction, TRUTH)
    drawn = [signed_area(path) / 1e6 for path in collection.get_paths()]
    # Equal Earth keeps areas; S2's exact ones, likeliest drawn last.
    np.testing.assert_allclose(drawn, mixed_prediction.areas_km2[::-1], rtol=0.02)
    assert drawn[0] == pytest.approx(EARTH_KM2 / 6, rel=0.02)  # a face of the cube


def test_holes_stay_bare(world, mixed_prediction):
    rings = [square(0, 0, 40), square(10, 10, 20)]
    mixed_prediction.rings[0][:] = rings
    collection = draw_top_cells(world, mixed_prediction)
    *_, drawn = (signed_area(path) for path in collection.get_paths())
    mixed_prediction.rings[0][:] = rings[:1]
    *_, full = (signed_area(path) for path in draw_top_cells(world, mixed_prediction).get_paths())
    mixed_prediction.rings[0][:] = rings[1:]
    *_, hole = (signed_area(path) for path in draw_top_cells(world, mixed_prediction).get_paths())
    assert drawn == pytest.approx(full - hole, rel=1e-9) and hole > 0


def test_shadings_follow_the_rules(world, mixed_prediction):
    def opacities(shading):
        return draw_top_cells(world, mixed_prediction, shading=shading).get_facecolor()[::-1, 3]

    np.testing.assert_allclose(opacities("scale"), 0.85)
    np.testing.assert_allclose(opacities("thesis"), [1, 1, 0.5, 0.3, 0])
    dense = opacities("density")
    assert dense[0] == 1 and 0 < dense[1] < 1 and dense[4] == 0
    assert dense[3] == pytest.approx(0.3 * 0.35)  # no photos: as faint as the least dense
    with pytest.raises(ValueError, match="shading: 'theses'"):
        opacities("theses")


def test_a_map_without_cells_says_so(world, mixed_partition):
    vague = prediction_cells(mixed_partition, np.full(5, 0.04))
    draw_top_cells(world, vague, shading="thesis")
    assert "no cell reaches 5 %" in [text.get_text() for text in world.texts]


def test_a_cell_of_unknown_ground_is_a_dot(world, mixed_prediction):
    mixed_prediction.rings[0].clear()
    before = len(world.lines)
    collection = draw_top_cells(world, mixed_prediction)
    assert len(collection.get_paths()) == len(mixed_prediction) - 1
    assert len(world.lines) - before == 3  # the dot, and the answer's ring with its halo


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_side_by_side_shows_one_ground_and_names(figure, mixed_prediction, projection):
    draw_side_by_side(figure, [mixed_prediction] * 2, TRUTH, projection=projection)
    figure.canvas.draw()
    maps = [ax for ax in figure.axes if hasattr(ax, "projection")]
    assert len(maps) == 4 and maps[0].get_extent() == maps[2].get_extent()
    assert isinstance(maps[1].projection, type(PROJECTIONS[projection]))
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "1  Paris, 50 %" in texts and any("off the truth" in text for text in texts)
    assert maps[0].get_title(loc="left") == "S2 <cells>"


def test_close_ups_may_each_show_their_own_ground(figure, mixed_partition):
    paris, cuba = (prediction_cells(mixed_partition, np.eye(5)[cell]) for cell in (4, 3))
    draw_side_by_side(figure, [paris, cuba], same_ground=False)
    figure.canvas.draw()
    first, _, second, _ = (ax for ax in figure.axes if hasattr(ax, "projection"))
    assert first.get_extent() != second.get_extent()
    widths = [ax.texts[-1].get_text() for ax in (first, second)]
    km = [np.ptp(ax.get_xlim()) / 1000 for ax in (first, second)]
    for text, width in zip(widths, km, strict=True):
        said = float(text.removeprefix("about ").removesuffix(" km wide").replace(",", ""))
        assert said == pytest.approx(width, rel=0.34)


def test_names_are_no_formulas(figure, mixed_partition):
    evil = prediction_cells(mixed_partition, np.array([0, 1.0, 0, 0, 0]))
    draw_side_by_side(figure, [evil], shading="thesis")
    figure.canvas.draw()
    assert not any(text.get_parse_math() for text in figure.axes[-1].texts)


def test_a_far_truth_stays_out_of_the_close_up(mixed_partition):
    paris = prediction_cells(mixed_partition, np.array([0.0, 0, 0, 0, 1]))
    alone = close_extent([paris])
    assert close_extent([paris], TRUTH) == alone == close_extent([paris], np.full(2, np.nan))
    london = np.array([51.5, -0.1])
    west, east, south, north = close_extent([paris], london)
    assert west < -0.1 < east and south < 51.5 < north and north > alone[3] - 1e-9


def test_a_close_up_over_the_antimeridian_is_whole(figure):
    ids = s2.cell_ids(np.array([[-17.0, 179.0], [-17.0, -179.0]]), 4)
    cells = S2Unions(ids, np.zeros(2, dtype=np.int64))
    fiji = Partition("fiji", cells, np.array([[-17.0, 179.5]]), np.array([9]), ["Fiji"])
    fiji = prediction_cells(fiji, np.ones(1))
    extent = close_extent([fiji], TRUTH)
    assert extent[1] - extent[0] < 60
    ax = figure.add_subplot(projection=region_projection(extent))
    paths = draw_top_cells(ax, fiji, TRUTH, extent_deg=extent).get_paths()
    assert signed_area(paths[0]) / 1e6 == pytest.approx(fiji.areas_km2[0], rel=0.01)


def test_side_by_side_needs_predictions_and_a_known_projection(figure, mixed_prediction):
    with pytest.raises(ValueError, match="predictions: none"):
        draw_side_by_side(figure, [])
    with pytest.raises(ValueError, match="projection: 'mercator'"):
        draw_side_by_side(figure, [mixed_prediction], projection="mercator")


def test_shadings_stand_side_by_side_on_one_ground(figure, mixed_prediction):
    draw_shadings(figure, mixed_prediction, TRUTH)
    figure.canvas.draw()
    assert [ax.get_title() for ax in figure.axes] == [
        *("log scale", "the thesis's rule", "dimmed where photos are sparse"),
    ]
    assert len({ax.get_extent() for ax in figure.axes}) == 1
    patches = [ax.findobj(PatchCollection)[0] for ax in figure.axes]
    scale, thesis, density = (one.get_facecolor()[:, 3] for one in patches)
    assert (scale == 0.85).all() and (thesis[[0, -1]] == [0.3, 1]).all()  # of 6 and 50 %
    assert (density <= thesis).all() and (density < thesis).any()


def test_probabilities_are_never_rounded_to_certainty():
    assert probability_text(0.9999) == "> 99 %" and probability_text(0.0) == "0 %"
