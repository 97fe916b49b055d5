import numpy as np
import pandas as pd

from geoutils.explanation import planted_test
from geoutils.plots import influence_tests as plots


def labels(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def test_dots_stand_at_the_means(ax):
    values = {"map": np.array([0.0, 1.0, 1.0]), "edge map": np.array([0.0, 0.0, 1.0])}
    table = planted_test(values, np.array(["a", "b", "c"]), "edge map", n_resamples=20)
    plots.draw_planted_test(ax, table, {"map": "red"}, "hit rate", chance=0.25)
    np.testing.assert_allclose(ax.collections[1].get_offsets()[:, 0], [2 / 3, 1 / 3])
    assert labels(ax) == ["map", "edge map"]
    assert ax.lines[0].get_xdata()[0] == 0.25


def test_kept_and_moved_share_their_rows(ax):
    columns = ["n_photos", "mean", "low", "high", "moved", "moved_low", "moved_high"]
    rows = [(1200, 0.7, 0.6, 0.8, 0.4, 0.3, 0.5), (4, 1.0, 0.9, 1.1, 0.0, 0.0, 0.1)]
    kept = pd.DataFrame(rows, index=["landmark", "cars"], columns=columns)
    plots.draw_kept_confidence(ax, kept, ["landmark"])
    assert labels(ax) == ["landmark (1,200)", "cars (4)"]
    np.testing.assert_allclose(ax.collections[1].get_offsets()[:, 0], [0.7, 1])
    plots.draw_moved(ax, kept, ["landmark"])
    np.testing.assert_allclose(ax.collections[3].get_offsets()[:, 0], [0.4, 0])


def test_variants_are_grouped_and_the_setting_of_the_tests_is_ringed(ax):
    table = pd.DataFrame(
        {
            "choice": ["k", "k", "β"],
            "value": ["1 %", "2 %", "0 px"],
            "is_reference": [False, True, True],
            "chance": [0.2, 0.2, 0.3],
            "hit_rate": [0.4, 0.5, 0.6],
            "hit_rate_low": [0.3, 0.4, 0.5],
            "hit_rate_high": [0.5, 0.6, 0.7],
            "edge_hit_rate": [0.3, 0.3, 0.4],
        }
    )
    plots.draw_sensitivity(ax, table, "hit_rate", "hit rate", "chance")
    assert labels(ax) == ["1 %", "2 %", "0 px"]
    assert [text.get_text() for text in ax.texts] == ["k", "β"]
    where = ax.get_yticks()
    assert where[1] - where[0] == 1 and where[2] - where[1] > 1.5
    handles, names = ax.get_legend_handles_labels()
    ring = handles[names.index("setting of the tests")].get_offsets()
    np.testing.assert_allclose(ring, [[0.5, where[1]], [0.6, where[2]]])


def test_answers_stand_in_their_cells(ax):
    table = pd.DataFrame(
        {"finds it": ["yes", "no"], "forgets": ["undecided", "not asked"]},
        index=["Grad-CAM", "Integrated Gradients, zero"],
    )
    plots.draw_answers(ax, table)
    assert labels(ax) == ["finds it", "forgets"]
    names = [tick.get_text() for tick in ax.get_xticklabels()]
    assert names == ["Grad-CAM", "Integrated\nGradients,\nzero"]
    found = {text.get_position(): text.get_text() for text in ax.texts}
    assert found[0.5, 0] == "yes" and found[1.5, 0] == "no" and found[1.5, 1] == "not asked"
