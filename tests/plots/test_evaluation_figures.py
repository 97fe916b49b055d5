import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from geoutils.evaluation import (
    RADII_KM,
    Interval,
    accuracy_at,
    accuracy_by,
    bootstrap_accuracy,
    paired_bootstrap,
    reliability,
)
from geoutils.plots.accuracy import (
    draw_accuracy_curve,
    draw_breakdown,
    draw_difference_sets,
    draw_differences,
    draw_intervals,
    mark_radii,
)
from geoutils.plots.calibration import (
    draw_answered,
    draw_confidence_histogram,
    draw_error_changes,
    draw_reliability,
)
from geoutils.plots.dashes import tell_lines_apart
from geoutils.plots.guesses import draw_guess_cards
from geoutils.plots.reliability_grid import ReliabilityPanel, draw_reliability_grid


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # labels and formatters run only now
    plt.close(figure)


def errors_km(n: int = 200, seed: int = 0) -> np.ndarray:
    return 10 ** np.random.default_rng(seed).uniform(-0.5, 4.2, n)


def kinds(n: int = 200) -> np.ndarray:
    return np.random.default_rng(1).choice(["urban", "nature"], n)


def test_curve_passes_through_every_accuracy(ax):
    distances = np.append(errors_km(), np.inf)
    draw_accuracy_curve(ax, distances, "f", "black")
    mark_radii(ax)
    radii, shares = ax.lines[0].get_data()
    drawn = [shares[np.searchsorted(radii, r, side="left") - 1] for r in RADII_KM]
    np.testing.assert_allclose(drawn, accuracy_at(distances))


def test_curve_starts_with_what_is_nearer_than_its_axis(ax):
    draw_accuracy_curve(ax, np.array([0.0, 0.05, 5.0, np.inf]), "f", "black")
    radii, shares = ax.lines[0].get_data()
    np.testing.assert_allclose(radii, [0.1, 5.0, 20_040])
    np.testing.assert_allclose(shares, [0.5, 0.75, 0.75])


def test_hollow_dots_mark_what_could_be_nothing(ax):
    draw_differences(ax, paired_bootstrap(errors_km(), errors_km(), n_resamples=50), "#112233")
    faces = ax.collections[-1].get_facecolor()
    np.testing.assert_array_equal(faces, np.ones((5, 4)))


def test_sets_stand_side_by_side_under_the_radii(ax):
    interval = bootstrap_accuracy(errors_km(), n_resamples=50)
    colors = {"test": "red", "seen": "blue"}
    draw_intervals(ax, {"test": interval, "seen": interval}, colors, marks={"seen": "s"})
    assert [t.get_text() for t in ax.get_xticklabels()][1] == "city\n25 km"
    assert [line.get_marker() for line in ax.lines] == ["o", "s"]


def test_one_set_alone_stands_on_its_radius(ax):
    gain = paired_bootstrap(errors_km(), errors_km(seed=1), n_resamples=50)
    draw_difference_sets(ax, {"f": gain}, {"f": "red"})
    dots = next(c for c in ax.collections if len(c.get_offsets()) == len(RADII_KM))
    np.testing.assert_allclose(dots.get_offsets()[:, 0], ax.get_xticks())


def test_breakdown_lists_kinds_from_the_top(ax):
    table = accuracy_by(errors_km(), kinds(), n_resamples=50)
    draw_breakdown(ax, table, 25, "red", overall=0.3)
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert labels[::-1] == table["label"].unique().tolist()


def test_reliability_draws_no_bar_for_an_empty_bin(ax):
    confidences = np.array([0.11, 0.12, 0.93])
    correct = np.array([True, False, True])
    table = reliability(confidences, correct, 10)
    whiskers = Interval(table.accuracy, table.accuracy - 0.1, table.accuracy + 0.1)
    draw_reliability(ax, table, "blue", whiskers)
    assert len(ax.containers[0]) == 2


def test_histogram_counts_every_photo(ax):
    confidences = np.linspace(0.01, 0.99, 50)
    correct = confidences > 0.4
    draw_confidence_histogram(ax, reliability(confidences, correct), confidences, correct, "blue")
    heights = [bar.get_height() for bar in ax.containers[0]]
    np.testing.assert_allclose(sum(heights), 1)
    assert sum(int(text.get_text().replace(",", "")) for text in ax.texts) == 50


def test_calibration_errors_in_rows(ax):
    before, after = (Interval(*np.array([[x], [x - 0.01], [x + 0.01]])) for x in (0.2, 0.05))
    unknown = Interval(*np.array([[0.1], [np.nan], [np.nan]]))  # one author: no bounds
    rows = {"coarse": before, "fine": unknown}
    names = dict.fromkeys(rows, "#112233")
    draw_error_changes(ax, rows, {"coarse": after, "fine": after}, {n: 0.05 for n in rows}, names)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["coarse", "fine"]
    places, faces = (
        [line.get_xdata()[0] for line in ax.lines],
        [line.get_mfc() for line in ax.lines],
    )
    assert places == [0.2, 0.05, 0.1, 0.05] and faces == ["white", "#112233"] * 2


def test_calibration_errors_side_by_side_show_the_widest_interval():
    figure, axes = plt.subplots(1, 2, sharex=True)
    for one, x in zip(axes, (0.1, 0.3), strict=True):
        row = {"fine": Interval(*np.array([[x], [x - 0.01], [x + 0.05]]))}
        draw_error_changes(one, row, row, {"fine": 0.02}, {"fine": "#112233"})
    left, right = axes[0].get_xlim()
    assert left == 0 and 0.35 < right < 0.4
    plt.close(figure)


def test_a_grid_shows_each_diagram_over_its_histogram():
    figure = plt.figure(layout="constrained")
    confidences = np.linspace(0.01, 0.99, 50)
    table = reliability(confidences, confidences > 0.4)
    panels = [
        ReliabilityPanel(f"method {k}", table, confidences, confidences > 0.4, "blue")
        for k in range(5)
    ]
    draw_reliability_grid(figure, panels, columns=3)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert len(shown) == 10
    titles = [ax.get_title("left") or ax.get_title() for ax in shown]
    assert sorted(filter(None, titles)) == [f"method {k}" for k in range(5)]
    figure.canvas.draw()
    labelled = [ax for ax in shown if ax.get_xlabel() == "confidence"]
    assert len(labelled) == 3  # the lowest of each column
    heights = [bar.get_y() + bar.get_height() for bar in shown[-1].containers[0]]
    np.testing.assert_allclose(heights, table.counts[table.counts > 0])
    plt.close(figure)


def test_lines_of_one_colour_get_dashes_of_their_own(ax):
    for name, color in (("a", "#aa0000"), ("b", "#aa0000"), ("c", "#0000aa"), ("_x", "#aa0000")):
        ax.plot([0, 1], [0, 1], color=color, label=name)
    tell_lines_apart(ax, {"a", "b", "c"})
    styles = [line.get_linestyle() for line in ax.get_lines()]
    assert styles[0] == styles[2] == styles[3] == "-" and styles[1] != "-"


def test_answering_everything_gives_the_accuracy(ax):
    distances = errors_km()
    confidences = np.random.default_rng(2).random(200)
    draw_answered(ax, confidences, distances, {25.0: "blue"}, tempered=confidences[::-1])
    for line in ax.lines[:2]:
        shares, accuracy = line.get_data()
        assert shares[-1] == 1
        np.testing.assert_allclose(accuracy[-1], accuracy_at(distances)[1])
    surest = distances[::-1][np.argsort(-confidences)[:20]]
    np.testing.assert_allclose(ax.lines[1].get_ydata()[0], accuracy_at(surest)[1])


def test_cards_show_unknown_places_and_lines_over_the_date_line():
    figure = plt.figure()
    photos = np.zeros((3, 8, 8, 3), np.uint8)
    truth = np.array([[50.0, 8.0], [np.nan, np.nan], [10.0, 170.0]])
    guess = np.array([[48.0, 2.0], [0.0, 0.0], [12.0, -170.0]])
    draw_guess_cards(figure, photos, truth, guess, ["a", "b", "c"], columns=2)
    (ax,) = figure.axes
    paths = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(paths) == 3
    assert np.isnan(paths[1].get_xdata()).all()  # a guess only
    assert 0 < np.isnan(paths[2].get_xdata()).sum() < 3  # broken once, at the edge of the map
    figure.canvas.draw()
    plt.close(figure)


def test_no_cards_are_refused():
    with pytest.raises(ValueError, match="photos: none to draw"):
        draw_guess_cards(
            plt.Figure(), np.zeros((0, 8, 8, 3), np.uint8), np.zeros((0, 2)), np.zeros((0, 2)), []
        )
