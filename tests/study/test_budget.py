"""What a study costs, by formula: operations that are published, hours that a hand can check."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from geoutils.__main__ import main
from geoutils.models import Backbone
from geoutils.models.cost import cost_of
from geoutils.study.budget import photos_of, study_budget
from geoutils.study.settings import read_study

ROOT = Path(__file__).parents[2]
N_TRAIN = 4_720_000 * 0.99 * 0.995  # of MP-16: less those held out, and those of seen authors
PAPERS = ("paper_semp", "paper_kordopatis", "paper_cplanet", "paper_geodecoder", "paper_thesis")


@pytest.fixture(scope="module")
def contents():
    return read_study(ROOT, "paper_cplanet")


@pytest.fixture(scope="module")
def budget(contents):
    return study_budget(contents, rate=500, n_gpus=(1, 8))


def test_a_layer_costs_what_a_hand_counts():
    with torch.device("meta"):
        layers = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 5, bias=False))
    cost = cost_of(layers, (10,))
    assert cost.flops == 2 * (10 * 20 + 20 * 5)
    assert cost.training_flops == 3 * cost.flops
    assert cost.parameters == 10 * 20 + 20 + 20 * 5
    # Kept for the backward pass: the input and what ReLU gave, each once, 2 bytes a number.
    assert cost.saved_bytes == 2 * (10 + 20)


def test_resnet_50_costs_what_is_published():
    with torch.device("meta"):
        backbone = Backbone("resnet50")
    # torchvision's table of models: 4.09 GFLOPS, that is multiplications each with its addition.
    assert cost_of(backbone, (3, 224, 224)).flops / 2e9 == pytest.approx(4.09, abs=0.01)


def test_hours_are_photos_over_the_rate(budget, contents):
    hours, epochs = budget.hours, 25
    assert budget.reference == "planet"
    assert hours.loc["planet, 25 epochs", "photos"] == pytest.approx(epochs * N_TRAIN)
    assert hours.loc["planet, 25 epochs", 1] == pytest.approx(epochs * N_TRAIN / 500 / 3600)
    looked_at = hours.loc["planet, validation"]
    assert looked_at[1] == pytest.approx(looked_at["photos"] / 500 / 3600 / 3)
    features = hours.loc["features of all photos", 1]
    assert features == pytest.approx(4_720_000 / 500 / 3600 / 3, rel=0.02)
    assert hours.loc["cplanet, 10 epochs", 1] < features
    np.testing.assert_allclose(hours[8], hours[1] / 8)
    assert budget.card_gb.loc["planet", 8] < budget.card_gb.loc["planet", 1]


def test_disk_is_features_checkpoints_and_pixels_that_are_kept(budget, contents):
    assert budget.disk_gb["features"] == pytest.approx(4.72e6 * 2048 * 4 / 1e9)
    assert 0.5 < budget.disk_gb["checkpoints"] < 5
    assert budget.pixels_gb == pytest.approx(4.72e6 * 299**2 * 3 / 1e9)
    assert list(budget.disk_gb.index) == ["features", "checkpoints"]
    once = contents | {"01_photos": contents["01_photos"] | {"decoded": "once"}}
    kept = study_budget(once, rate=500).disk_gb
    assert kept.sum() == pytest.approx(budget.disk_gb.sum() + budget.pixels_gb)


def test_pairs_and_drawn_photos_are_counted_as_they_are_learned_from():
    section = {"source": "rendered", "n_train": 9, "n_val": 3, "n_test": 2, "n_seen": 1}
    assert photos_of(section, 100) == {"train": 9, "val": 3, "test": 2, "seen": 1}
    hours = study_budget(read_study(ROOT, "paper_kordopatis"), rate=100).hours
    assert hours.loc["retrieval, 200 epochs", "photos"] == 200 * 2 * 32_000  # one pair of each cell


def test_what_cannot_be_counted_is_refused(contents, capsys):
    no_cards, some = {"rate": 1.0, "n_gpus": ()}, {"rate": 1.0, "n_gpus": (1, 0)}
    for arguments in ({"rate": 0}, no_cards, some, {"rate": 1.0, "n_photos": -1}):
        with pytest.raises(ValueError, match="expected more than 0"):
            study_budget(contents, **arguments)
    assert main(["budget", "--study", "own_photos", "--rate", "100"]) == 2
    assert capsys.readouterr().err == "error: study: no section 03_training: it trains nothing\n"
    assert main(["budget", "--study", "none", "--rate", "100"]) == 2
    assert capsys.readouterr().err.startswith("error: study: no file studies/none.yaml")


def test_the_readme_shows_what_the_command_prints():
    # In a process of its own: there shapes are not checked, which takes longer than all the rest.
    command = [sys.executable, "-m", "geoutils", "budget", "--rate", "1000", "--gpus", "1", "8"]
    ended = subprocess.run(
        [*command, "--study", *PAPERS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    table = [line for line in ended.stdout.splitlines() if line.startswith("|")]
    shown = (ROOT / "README.md").read_text().split("<!-- budget:begin -->\n")[1]
    assert shown.split("<!-- budget:end -->")[0].splitlines() == table


def test_the_steps_of_one_study_are_printed(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["budget", "--rate", "200", "--photos", "1000000", "--study", "paper_cplanet"]) == 0
    printed = capsys.readouterr().out
    assert "1,000,000 photos, 200 a second" in printed and "not measured" in printed
    assert "planet, 25 epochs" in printed and "memory of a card" in printed
