import numpy as np
import pytest
import torch

from geoutils.training import Preset
from geoutils.training.recipes.paper_presets import PAPER_PRESETS
from geoutils.training.recipes.recipe import build_head, levels_of_head, read_recipe
from geoutils.training.recipes.targets import Targets

CENTERS = [np.array([[0.0, 0.0], [10.0, 20.0]]), np.array([[0, 0], [10, 20], [11, 21.0]])]
S2 = Targets(
    name="s2",
    level_names=["coarse", "fine"],
    n_cells=[2, 3],
    cells=np.array([[0, 0], [1, 2], [1, -1]]),
    centers_deg=CENTERS,
    parents=np.array([[0, 0], [1, 1], [1, 2]]),
)
SETS = Targets("cplanet", ["set_1", "set_2"], [2, 3], S2.cells, CENTERS)


def recipe(head, **options):
    return read_recipe(head, {"head": head, "partition": "s2"} | options)


def test_a_preset_is_a_papers_its_own_or_both():
    assert recipe("classes").preset == Preset()
    assert recipe("classes", preset="semp").preset == PAPER_PRESETS["semp"]
    own = recipe("classes", preset={"epochs": 3, "augmentation": {"shift": 0.1}}).preset
    assert own.epochs == 3 and own.augmentation.shift == 0.1
    both = recipe("classes", preset={"from": "semp", "epochs": 3}).preset
    assert both.epochs == 3 and both.milestones == PAPER_PRESETS["semp"].milestones
    assert isinstance(both.milestones, tuple)


def test_what_is_shared_counts_unless_a_recipe_says_otherwise():
    mapping = {"head": "classes", "partition": "s2", "preset": {"from": "semp", "threads": 1}}
    preset = read_recipe("a", mapping, {"threads": 2, "seed": 5}).preset
    assert (preset.threads, preset.seed) == (1, 5)
    assert preset.optimizer == PAPER_PRESETS["semp"].optimizer


def test_options_and_order_are_kept_apart():
    read = recipe("mvmf", start_from="ce", after="countries")
    assert read.options == {} and read.start_from == "ce" and read.after == "countries"
    assert recipe("hmc", combination="smooth").options == {"combination": "smooth"}
    assert recipe("classes").after is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head": "clases"}, "x: head: 'clases'; .*similar: classes"),
        ({"partition": "s2+semantik"}, "x: partition: 'semantik'; .*similar: semantic"),
        ({"preset": "thesis_hmc_so"}, "x: preset: 'thesis_hmc_so'; .*similar: thesis_hmc_sol"),
        ({"preset": {"from": "sempp"}}, "x: preset: 'sempp'.*similar: semp"),
        ({"preset": {"epoch": 3}}, "epochs"),
        ({"smoothing": 3}, "x: option of classes: 'smoothing'; .*similar: smoothing_km"),
        ({"start_from": "ce"}, "x: option of classes: 'start_from'"),
        ({"n_cells": 3}, "x: option of classes: 'n_cells'"),
        ({"partition": None}, "x: no partition"),
        ({"partition": 3}, "x: partition: 3; expected a name"),
        ({"after": 3}, "x: after: 3; expected a name"),
        ({"partition": "semantic+s2"}, "x: partition: 'semantic.s2'; classes is asked about one"),
        ({"preset": 5}, "x: preset: 5; expected a paper's preset or a mapping"),
        ({"preset": {"augmentation": 3}}, "x: augmentation: 3; expected a mapping"),
        ({"preset": {"from": "semp", "milestones": 3}}, "x: milestones: 3; expected a list"),
    ],
)
def test_what_is_unknown_is_named_with_what_is_near(change, message):
    with pytest.raises(ValueError, match=message):
        read_recipe("x", {"head": "classes", "partition": "s2"} | change)


def test_a_recipe_needs_a_head_and_a_partition():
    for missing in ("head", "partition"):
        mapping = {"head": "classes", "partition": "s2"}
        del mapping[missing]
        with pytest.raises(ValueError, match=f"x: no {missing}"):
            read_recipe("x", mapping)


def test_a_recipe_is_a_mapping():
    with pytest.raises(ValueError, match="ce: 'classes'; expected a mapping with head"):
        read_recipe("ce", "classes")


def test_heads_of_one_softmax_are_asked_the_finest_level():
    for head in ("classes", "mvmf", "hmc", "retrieval"):
        assert levels_of_head(recipe(head), S2).level_names == ["fine"]
    for head in ("multi_partition", "geodecoder"):
        assert levels_of_head(recipe(head), S2) is S2


def test_heads_fit_their_partition():
    assert build_head(recipe("classes"), 4, S2).n_cells == [3]
    assert build_head(recipe("multi_partition"), 4, S2).n_cells == [2, 3]
    mvmf = build_head(recipe("mvmf"), 4, S2)
    np.testing.assert_array_equal(mvmf.centers_deg, CENTERS[1])
    for combination in ("product", "sum_of_logs", "smooth"):
        hmc = build_head(recipe("hmc", combination=combination), 4, S2)
        assert hmc.n_cells == [3] and hmc.config["n_level_cells"] == [2, 3]
        assert hmc.config["combination"] == combination
    assert build_head(recipe("retrieval", hidden=8), 4, S2).config["hidden"] == 8
    decoder = build_head(recipe("geodecoder", width=16), 4, S2)
    assert decoder.n_cells == [2, 3] and decoder.takes == "tokens"


def test_smoothed_heads_know_the_centres_of_all_their_cells():
    smoothed = build_head(recipe("multi_partition", smoothing_km=50), 4, S2)
    np.testing.assert_array_equal(smoothed.smoothing.centers_deg, np.vstack(CENTERS))
    one = build_head(recipe("classes", smoothing_km=50), 4, S2)
    np.testing.assert_array_equal(one.smoothing.centers_deg, CENTERS[1])
    assert build_head(recipe("classes", smoothing_km=0), 4, S2).smoothing is None


def test_a_tree_is_needed_where_one_is_climbed():
    with pytest.raises(ValueError, match="hmc: partition s2 is no tree"):
        build_head(recipe("hmc"), 4, SETS)


def test_weights_depend_on_the_seed_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first, again, other = (build_head(recipe("classes"), 4, S2, seed) for seed in (0, 0, 1))
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)
    assert torch.equal(first.cells.weight, again.cells.weight)
    assert not torch.equal(first.cells.weight, other.cells.weight)
