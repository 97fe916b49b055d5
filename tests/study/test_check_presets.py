import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from geoutils.models import Backbone, Geolocator, MultiPartitionHead
from geoutils.study import check_presets
from geoutils.study.check_presets import batch_loss, check_study, main
from geoutils.study.published_targets import published_targets, semantic_cells
from geoutils.study.thesis_backbones import thesis_backbones
from geoutils.training.examples import Examples
from geoutils.training.preparation import prepare
from geoutils.training.preset import Preset
from geoutils.training.recipes.paper_presets import PAPER_PRESETS

SECTION = {
    "image_size": 40,
    "backbone": "small_resnet",
    "pooling": "max",
    "drop_path": 0.0,
    "seed": 0,
    "stages": {
        "mc": {
            "head": "classes",
            "partition": "tree",
            "preset": {"from": "thesis_mc", "augmentation": {"crop_px": 32}},
        }
    },
    "heads": {
        "retrieval": {
            "head": "retrieval",
            "partition": "tree",
            "hidden": 8,
            "bank_size": 8,
            "preset": {"from": "kordopatis_retrieval", "learning_rate": 1e-3},
        }
    },
    "ablation": {},
}


def test_a_network_and_a_head_on_its_features_learn():
    network, head = check_study("tiny", SECTION)
    assert (network.model, head.model) == ("tiny mc", "tiny retrieval")
    assert network.falls and head.falls
    assert network.millions > network.head_millions > 0
    assert head.millions == head.head_millions
    for check in (network, head):
        assert np.isfinite([check.val_loss, check.before, check.after]).all()
        assert 0 <= check.accuracy <= 1


def test_a_loss_that_does_not_fall_is_a_failure(monkeypatch, capsys):
    losses = iter([1.0, 0.5, 1.0, float("nan")])
    monkeypatch.setattr(check_presets, "batch_loss", lambda job: next(losses))
    monkeypatch.setattr(check_presets, "STEPS", 1)
    monkeypatch.setattr(check_presets, "read_study", lambda root, name: {"03_training": SECTION})
    assert main(["paper_tiny"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert " falls " in printed[1] and "DOES NOT FALL" in printed[2]


def test_measuring_the_loss_changes_nothing_and_sees_the_statistics_of_the_batch():
    torch.manual_seed(0)
    backbone = Backbone("small_resnet")
    model = Geolocator(backbone, MultiPartitionHead(backbone.n_features, [5]))
    pixels = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    examples = Examples.of(pixels, np.arange(4)[:, None], np.zeros((4, 2)))
    job = prepare(Accelerator(), model, examples, examples, Preset(), Path())
    before = copy.deepcopy(model.state_dict())
    loss = batch_loss(job)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert not any(part.training for part in model.modules())
    model.train()
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    expected = torch.nn.functional.cross_entropy(model(images)[0], torch.arange(4))
    assert loss == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "n_cells"),
    [
        ("s2", [3298, 7202, 12893]),
        ("seven", [684, 1744, 3298, 7202, 12893, 16150, 21673]),
        ("tree", [72]),
        ("fullest", [32000]),
        ("cplanet", [9969, 9969, 12977, 12333, 11262]),
    ],
)
def test_partitions_are_as_large_as_published(name, n_cells):
    targets = published_targets(name, n_photos=6)
    assert targets.n_cells == n_cells
    assert [len(centers) for centers in targets.centers_deg] == n_cells
    assert targets.cells.shape == (6, len(n_cells))
    assert (targets.cells >= 0).all() and (targets.cells < n_cells).all()
    np.testing.assert_array_equal(targets.cells[::2], targets.cells[1::2])


def test_semantic_classes_agree_with_the_published_unions():
    """Theiner et al. 2022, Table 1: no partition has more classes than any union that holds it."""
    coarse, middle, fine = published_targets("semantic", 2).n_cells
    assert semantic_cells(50) == 34_049
    assert fine == semantic_cells(100) == 14_877
    assert coarse < middle < fine < 15_016 < coarse + middle + fine
    doubled = [semantic_cells(2 * tau) / semantic_cells(tau) for tau in (50, 75, 125)]
    assert doubled == pytest.approx([14_877 / 34_049] * 3, rel=1e-3)


@pytest.mark.parametrize(
    ("preset", "scale"),
    [("semp", 4 / 200), ("kordopatis_ce", 4 / 64), ("geodecoder", 4 / 512)]
    + [(name, 1) for name in ("kordopatis_hc", "cplanet", "thesis_mc")],
)
def test_only_the_rate_of_sgd_is_scaled_with_the_batch(preset, scale):
    paper = PAPER_PRESETS[preset]
    short = check_presets.short(paper, MultiPartitionHead(3, [5]))
    assert short.learning_rate == pytest.approx(paper.learning_rate * scale)
    assert (short.batch_size, short.weight_decay) == (4, paper.weight_decay)


@pytest.mark.parametrize("name", ["s2", "seven", "semantic"])
def test_levels_nest(name):
    targets = published_targets(name, n_photos=4)
    for coarse, fine in zip(targets.parents.T[:-1], targets.parents.T[1:], strict=True):
        assert len({*zip(coarse, fine, strict=True)}) == len(set(fine))
    for column, n in zip(targets.parents.T, targets.n_cells, strict=True):
        np.testing.assert_array_equal(np.unique(column), np.arange(n))
    rows = targets.parents[targets.cells[:, -1]]
    np.testing.assert_array_equal(rows, targets.cells)


def test_the_tree_has_leaves_at_several_depths():
    parents = published_targets("tree", n_photos=4).parents
    depths = (parents >= 0).sum(axis=1)
    assert len(parents) == 72 and len(set(depths)) > 1
    assert (np.diff((parents >= 0).astype(int), axis=1) <= 0).all()
    assert parents[:, 0].max() == 5


def test_parameters_of_the_thesis():
    """Table 6.1; what Keras counts and PyTorch does not is explained where it is counted."""
    table = thesis_backbones().set_index("backbone")
    assert table["paper"].tolist() == [143_667_240, 60_419_944, 5_330_571, 7_856_239]
    assert table["difference"].tolist() == [0, -75_712, -7, -7]
