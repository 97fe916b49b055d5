import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from geoutils.plots.training import draw_learning_curves, draw_seconds, enlarged, neighbour_rows


def test_learning_curves_mark_the_epoch_that_was_kept():
    log = pd.DataFrame({"epoch": [1, 2, 3], "val_loss": [3.0, 1.0, 2.0]})
    for which in ("train", "val"):
        log[f"{which}_loss_fine"] = [3.0, 2.0, 1.0]
    fig, ax = plt.subplots()
    draw_learning_curves(ax, log, "loss", ["fine"], {"fine": 4.0})
    ring = [line for line in ax.lines if line.get_marker() == "o" and line.get_ls() == "None"]
    assert [line.get_xydata().tolist() for line in ring] == [[[2.0, 2.0]]]
    plt.close(fig)


def test_the_bar_of_seconds_is_as_long_as_their_sum():
    fig, ax = plt.subplots()
    draw_seconds(ax, {"learning": 8.0, "reading": 1.5, "saving": 0.5})
    assert ax.get_xlim() == (0, 10)
    assert [text.get_text() for text in ax.texts] == ["80%", "15%"]
    plt.close(fig)


def test_neighbours_near_on_the_map_wear_a_frame():
    photos = np.zeros((2, 3, 8, 8, 3), np.uint8)
    near = np.array([[True, False, False], [True, True, False]])
    fig = neighbour_rows(photos[:, 0], photos, ["a", "b"], [["x"] * 3] * 2, near)
    ax = fig.axes[0]
    assert len(ax.images) == 8 and len(ax.patches) == 3
    plt.close(fig)


def test_enlarged_pixels_stay_sharp():
    photo = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    large = enlarged(photo, 3)
    assert large.shape == (1, 6, 6, 3)
    assert (large[0, :3, :3] == photo[0, 0, 0]).all() and (large[0, 3:, 3:] == photo[0, 1, 1]).all()
