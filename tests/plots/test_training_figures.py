import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from geoutils.plots.training import (
    curve_panels,
    draw_compared,
    draw_curve,
    draw_seconds,
    draw_training,
    enlarged,
    neighbour_rows,
)


def log_of(*losses):
    epochs = np.arange(1, len(losses) + 1)
    log = pd.DataFrame({"epoch": epochs, "train_loss": np.array(losses) + 1, "val_loss": losses})
    for name in ("s2_coarse", "s2_fine", "countries"):
        log[f"val_accuracy_{name}"] = epochs / 10
    return log


def rings(ax):
    lines = [line for line in ax.lines if line.get_marker() == "o" and line.get_ls() == "None"]
    return [line.get_xydata().tolist() for line in lines]


def test_curves_mark_the_epoch_that_was_kept_and_name_partitions_once():
    fig, (loss, accuracy) = plt.subplots(2, 1)
    draw_training(loss, accuracy, log_of(3.0), "shared")
    draw_training(loss, accuracy, log_of(3.0, 1.0, 2.0), "shared")  # drawn anew, not over it
    assert rings(loss) == [[[2.0, 1.0]]]
    assert len(accuracy.lines) == 3
    assert [text.get_text() for text in accuracy.get_legend().get_texts()] == ["s2", "countries"]
    coarse, fine, _ = accuracy.lines
    assert coarse.get_color() == fine.get_color() and coarse.get_alpha() < fine.get_alpha()
    plt.close(fig)


def test_levels_of_one_partition_need_no_legend():
    fig, (loss, accuracy) = plt.subplots(2, 1)
    log = pd.DataFrame({"epoch": [1], "train_loss": [2.0], "val_loss": [1.0]})
    draw_training(loss, accuracy, log.assign(val_accuracy_coarse=0.2, val_accuracy_fine=0.1), "s2")
    assert accuracy.get_legend() is None and len(accuracy.lines) == 2
    plt.close(fig)


def test_every_name_has_a_panel_and_the_rest_is_hidden():
    fig, panels = curve_panels(["a", "b", "c", "d", "e"])
    assert list(panels) == ["a", "b", "c", "d", "e"]
    assert [ax.get_visible() for ax in fig.axes] == [True] * 5 + [False] * 3
    assert all(panels[name] is ax for name, ax in zip("abcde", fig.axes, strict=False))
    plt.close(fig)


def test_a_study_without_anything_to_draw_has_no_panel():
    fig, panels = curve_panels([])
    assert panels == {} and not any(ax.get_visible() for ax in fig.axes)
    plt.close(fig)


def test_a_curve_is_drawn_anew_in_its_panel():
    fig, ax = plt.subplots()
    draw_curve(ax, log_of(2.0), "a", "green")
    draw_curve(ax, log_of(2.0, 1.0), "a", "green")  # not over the first
    assert ax.get_title() == "a"
    assert [line.get_label() for line in ax.lines][:2] == ["training", "validation"]
    assert rings(ax) == [[[2.0, 1.0]]]
    assert ax.get_xlim()[1] >= 2.3
    plt.close(fig)


def test_compared_curves_share_their_axes():
    fig, ax = plt.subplots()
    draw_compared(
        ax, {"a": log_of(2.0, 1.0), "b": log_of(1.0)}, "val_loss", {"a": "red", "b": "red"}
    )
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert ax.lines[0].get_xydata().tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert ax.lines[0].get_linewidth() > ax.lines[1].get_linewidth()  # equal curves both show
    assert ax.get_xlim()[1] >= 2.3
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
