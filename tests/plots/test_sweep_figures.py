import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from geoutils.evaluation import RADII_KM
from geoutils.evaluation.claims import HOLDS, OPPOSITE, UNDECIDED
from geoutils.plots.sweeps import (
    SWEEP_COLORS,
    draw_agreement,
    draw_cost,
    draw_sweep,
    draw_trend,
    sweep_height_in,
)


def table(n_questions=2):
    rows = []
    for question in range(n_questions):
        for number, variant in enumerate(("usual", "other", "not run")):
            row = {
                "question": f"question {question}",
                "variant": variant,
                "answer": "f",
                "reference": "usual, f" if number else "",
                "parameters_millions": 1.0 + number,
            }
            for radius in RADII_KM:
                shift = [np.nan, 0.04, np.nan][number]
                row |= {f"d_{radius}": shift, f"d_{radius}_low": 0.01, f"d_{radius}_high": 0.07}
                row |= {f"a_{radius}": [0.3, 0.34, np.nan][number]}
                row |= {f"a_{radius}_low": 0.2, f"a_{radius}_high": 0.4}
                row[f"pd_{radius}"] = [np.nan, -0.02, np.nan][number]
            rows.append(row)
    return pd.DataFrame(rows)


def test_a_sweep_has_a_row_per_variant_and_headings_for_several_questions():
    fig = plt.figure(layout="constrained")
    draw_sweep(fig, table(), SWEEP_COLORS["semp"])
    labels = [tick.get_text() for tick in fig.axes[0].get_yticklabels()]
    assert labels == [
        *("question 0", "usual", "other", "not run"),
        *("question 1", "usual", "other", "not run"),
    ]
    assert len(fig.axes) == len(RADII_KM)
    marks = {}
    for line in fig.axes[0].lines[1:]:
        marks.setdefault(line.get_marker(), []).append((line.get_xdata()[0], line.get_ydata()[0]))
    assert marks == {"s": [(0, 1), (0, 5)], "o": [(4, 2), (4, 6)], "D": [(-2, 2), (-2, 6)]}
    one = plt.figure()
    draw_sweep(one, table(1), SWEEP_COLORS["semp"])
    assert one.axes[0].get_yticklabels()[0].get_text() == "usual"
    assert sweep_height_in(table(1)) < sweep_height_in(table())
    plt.close("all")


def test_trends_costs_and_agreement_show_the_numbers():
    fig, axes = plt.subplots(1, 3)
    part = table(1).iloc[:2]
    draw_trend(axes[0], np.array([10, 40]), part, "a_25", "blue", "25 km")
    np.testing.assert_array_equal(axes[0].lines[0].get_ydata(), [0.3, 0.34])
    assert axes[0].get_xscale() == "log"
    draw_cost(axes[1], part, "a_25", "blue")
    assert axes[1].get_yticklabels()[1].get_text() == "other\n2 M weights"
    counts = pd.DataFrame(
        {
            "question": ["q"],
            "paper": ["SemP"],
            "paper_table": ["1"],
            HOLDS: [2],
            UNDECIDED: [3],
            OPPOSITE: [0],
        }
    )
    draw_agreement(axes[2], counts)
    assert [bar.get_width() for bar in axes[2].patches] == [2, 3, 0]
    assert [text.get_text() for text in axes[2].texts] == ["2", "3"]
    plt.close(fig)
