"""The sweeps over semantic partitions, end to end, and the thesis's, on the small base study."""

import numpy as np
import pytest

from geoutils.study.ablations import run_sweep, variants_of
from geoutils.study.ablations.cells import right_cell, tree_targets
from geoutils.study.ablations.thesis_photos import balanced_draw

PRESET = {"epochs": 1, "batch_size": 16, "warmup_epochs": 0}
HEAD = {"head": "classes", "preset": PRESET}


def test_semantic_partitions_by_thresholds_areas_and_answers(base):
    settings = {
        "seeds": [0],
        "min_photos": 2,
        "tau_min": [[3, 5, 9], [2, 3, 4]],
        "areas_only": [[3, 5, 9]],
        "reference": [3, 5, 9],
        "preset": PRESET,
    }
    table = run_sweep(base, "semp", settings)
    kinds = ["SemP({3, 5, 9})", "SemP({2, 3, 4})", "SemP_a({3, 5, 9})", "s2(M)"]
    assert table["variant"].drop_duplicates().tolist() == kinds
    assert table["answer"].tolist() == ["f", "f*"] * 4
    first, second = (table.set_index("variant")["classes"][kind].iloc[0] for kind in kinds[:2])
    assert first < second
    assert (table["reference"].iloc[2:4] == ["SemP({3, 5, 9}), f", "SemP({3, 5, 9}), f*"]).all()


def test_partitions_end_to_end_start_from_the_same_stage(base):
    settings = {
        "seeds": [0],
        "partitions": ["s2", "semantic"],
        "after": "countries",
        "preset": PRESET,
    }
    table = run_sweep(base, "end_to_end", settings).set_index(["variant", "answer"])
    for radius in ("25", "2500"):
        accuracy = table[f"a_{radius}"]
        assert accuracy["s2(M)", "as published"] == accuracy["s2(M)", "f*"]
        assert accuracy["SemP", "as published"] == accuracy["SemP", "f"]
    assert table["parameters_millions"].min() > base.backbone.n_features / 1e6


def test_backbones_may_be_frozen(base):
    networks = {
        "learns": {"name": "test_resnet", "pretrained": "", "frozen": False},
        "stays": {"name": "test_byobnet", "pretrained": "", "frozen": True},
    }
    settings = {
        "seeds": [0],
        "photos": 20,
        "pooling": "max",
        "backbones": networks,
        "recipe": HEAD,
    }
    table = run_sweep(base, "thesis_a", settings)
    assert table["variant"].tolist() == ["learns", "stays"]
    assert table["right_cell"].between(0, 1).all()
    stays = variants_of(base, "thesis_a", settings)[1]
    trained = base.folder / "thesis_a" / stays.file / "training.json"
    assert '"train_photos": 20' in trained.read_text()


def test_numbers_of_photos_are_drawn_as_in_the_thesis(base):
    settings = {"seeds": [0], "photos": [10, 40], "thresholds": [1, 12], "recipe": HEAD}
    table = run_sweep(base, "thesis_b", settings)
    assert table["photos"].tolist() == [10, 40]


def test_models_of_the_family_tell_how_fast_they_converge(base):
    recipes = {
        "MC": HEAD,
        "HMC": {"head": "hmc", "combination": "product", "preset": PRESET},
    }
    for end_to_end in (False, True):
        settings = {"seeds": [0], "end_to_end": end_to_end, "recipes": recipes}
        table = run_sweep(base, "thesis_d", settings)
        assert table["reference"].tolist() == ["", "MC"]
        assert (table["epochs_to_converge"] == 1).all()
        assert (table["seconds_per_epoch"] > 0).all()


def test_a_balanced_draw_takes_equally_many_of_each_cell_then_any():
    cells = np.repeat([-1, 0, 1, 2], [50, 100, 30, 4])
    drawn = balanced_draw(cells, 60, seed=1)
    counts = np.bincount(cells[drawn], minlength=3)
    assert len(drawn) == 60 == len(set(drawn))
    assert (np.diff(drawn) > 0).all() and (cells[drawn] >= 0).all()
    assert counts[2] == 4 and counts[0] >= 20 and counts[1] >= 20  # round(60 / 3), or all
    few = balanced_draw(np.repeat([0, 1, 2], 10), 5)  # round(5 / 3) = 2 of each would be 6
    assert len(few) == 5 and np.bincount(few // 10).max() <= 2
    np.testing.assert_array_equal(balanced_draw(cells, 134), np.flatnonzero(cells >= 0))
    with pytest.raises(ValueError, match="n_photos: 135; expected 1 … 134"):
        balanced_draw(cells, 135)


def test_a_right_cell_and_a_photo_outside():
    scores = np.log([[0.7, 0.3], [0.7, 0.3], [0.2, 0.8]])
    np.testing.assert_array_equal(right_cell(scores, np.array([0, 1, -1])), [1, 0, np.nan])


def test_a_tree_of_other_thresholds_has_other_leaves(base):
    fine, coarse = tree_targets(base, 1, 5), tree_targets(base, 1, 45)
    assert fine.n_cells[0] > coarse.n_cells[0]
    assert fine.cells.shape == (80, 1)
