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
from geoutils.partitions.published_settings import THESIS_PHOTOS
from geoutils.study.budget import photos_of, study_budget
from geoutils.study.budget_text import expecting_studies
from geoutils.study.settings import read_study

ROOT = Path(__file__).parents[2]
N_TRAIN = 4_720_000 * 0.99 * 0.995  # of MP-16: less those held out, and those of seen authors
TFLOPS = 50


@pytest.fixture(scope="module")
def contents():
    return read_study(ROOT, "paper_cplanet")


@pytest.fixture(scope="module")
def budget(contents):
    return study_budget(contents, TFLOPS, n_gpus=(1, 8))


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


def test_hours_are_operations_over_those_a_card_keeps_up(budget):
    hours, epochs = budget.hours, 25
    assert budget.network == "planet" and budget.n_photos == 4_720_000
    assert budget.photos_per_s == pytest.approx(TFLOPS * 1000 / budget.gflop_per_photo)
    assert hours.loc["planet, 25 epochs", "photos"] == pytest.approx(epochs * N_TRAIN)
    an_hour = 3600 * budget.photos_per_s
    assert hours.loc["planet, 25 epochs", 1] == pytest.approx(epochs * N_TRAIN / an_hour)
    looked_at = hours.loc["planet, validation"]
    assert looked_at[1] == pytest.approx(looked_at["photos"] / an_hour / 3)
    features = hours.loc["features of all photos", 1]
    assert features == pytest.approx(4_720_000 / an_hour / 3, rel=0.02)
    assert hours.loc["cplanet, 10 epochs", 1] < features
    np.testing.assert_allclose(hours[8], hours[1] / 8)
    assert budget.card_gb.loc["planet", 8] < budget.card_gb.loc["planet", 1]


def test_a_study_expects_the_photos_of_its_paper():
    thesis = read_study(ROOT, "paper_thesis")
    budget = study_budget(thesis, TFLOPS)
    assert budget.n_photos == THESIS_PHOTOS == 970_565  # Loria 2021, Table 5.1
    assert budget.pixels_gb == pytest.approx(970_565 * 224**2 * 3 / 1e9)  # as its file says
    mc = thesis["03_training"] | {"ablation": {}}
    alone = study_budget(thesis | {"03_training": mc}, TFLOPS).hours
    n_train = 970_565 * 0.89 * 0.995
    assert alone.loc["mc, 30 epochs", "photos"] == pytest.approx(30 * n_train)
    mine = study_budget(thesis | {"03_training": mc}, TFLOPS, n_photos=2 * 970_565).hours
    np.testing.assert_allclose(mine[1], 2 * alone[1])


@pytest.mark.parametrize(("crops", "looks"), [("middle", 0), ("resize", 1), ("five", 5)])
def test_heads_share_the_features_of_crops(crops, looks):
    study = read_study(ROOT, "paper_kordopatis")
    contents = study | {"04_evaluation": study["04_evaluation"] | {"crops": crops}}
    hours = study_budget(contents, TFLOPS).hours
    found = hours[hours.index.str.contains("of crops")]
    judged = 4_500_000 * (0.005 + 0.005 + 0.99 * 0.005)  # val, test, and seen of train
    assert found["photos"].tolist() == pytest.approx([looks * judged] if looks else [])
    assert ("ce, answers" in hours.index) == (crops != "middle")  # else from the cached features


def test_disk_is_features_checkpoints_and_pixels_that_are_kept(budget, contents):
    assert budget.disk_gb["features"] == pytest.approx(4.72e6 * 2048 * 4 / 1e9)
    assert 0.5 < budget.disk_gb["checkpoints"] < 5
    assert budget.pixels_gb == pytest.approx(4.72e6 * 299**2 * 3 / 1e9)
    assert list(budget.disk_gb.index) == ["features", "checkpoints"]
    once = contents | {"01_photos": contents["01_photos"] | {"decoded": "once"}}
    kept = study_budget(once, TFLOPS).disk_gb
    assert kept.sum() == pytest.approx(budget.disk_gb.sum() + budget.pixels_gb)


def test_pairs_and_drawn_photos_are_counted_as_they_are_learned_from():
    section = {"source": "rendered", "n_train": 9, "n_val": 3, "n_test": 2, "n_seen": 1}
    assert photos_of(section, 100) == {"train": 9, "val": 3, "test": 2, "seen": 1}
    hours = study_budget(read_study(ROOT, "paper_kordopatis"), TFLOPS).hours
    assert hours.loc["retrieval, 200 epochs", "photos"] == 200 * 2 * 32_000  # one pair of each cell


def test_what_cannot_be_counted_is_refused(contents, capsys):
    no_cards, some = {"tflops": 1.0, "n_gpus": ()}, {"tflops": 1.0, "n_gpus": (1, 0)}
    for arguments in ({"tflops": 0}, no_cards, some, {"tflops": 1.0, "n_photos": -1}):
        with pytest.raises(ValueError, match="expected more than 0"):
            study_budget(contents, **arguments)
    unsaid = {name: value for name, value in contents.items() if name != "expected_photos"}
    with pytest.raises(ValueError, match="photos: how many is not said"):
        study_budget(unsaid, TFLOPS)
    shown = contents | {"04_evaluation": contents["04_evaluation"] | {"crops": "twelve"}}
    with pytest.raises(ValueError, match="crops: 'twelve'; expected middle, resize, five, ten"):
        study_budget(shown, TFLOPS)
    assert main(["budget", "--study", "own_photos", "--tflops", "100"]) == 2
    assert capsys.readouterr().err == "error: study: no section 03_training: it trains nothing\n"
    assert main(["budget", "--study", "none", "--tflops", "100"]) == 2
    assert capsys.readouterr().err.startswith("error: study: no file studies/none.yaml")


def test_the_page_shows_what_the_command_prints():
    # In a process of its own: there shapes are not checked, which takes longer than all the rest.
    command = [sys.executable, "-m", "geoutils", "budget", "--tflops", "60", "--gpus", "1", "8"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    table = [line for line in ended.stdout.splitlines() if line.startswith("|")]
    page = (ROOT / "docs" / "training-at-scale.md").read_text()
    assert "`python -m geoutils budget --tflops 60 --gpus 1 8`" in page
    shown = page.split("<!-- budget:begin -->\n")[1].split("<!-- budget:end -->")[0]
    assert shown.splitlines() == table


def test_the_steps_of_one_study_are_printed(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    given = ["--tflops", "200", "--photos", "1000000"]
    assert main(["budget", *given, "--study", "paper_cplanet"]) == 0
    printed = capsys.readouterr().out
    assert "200 TFLOP/s" in printed and "Not measured" in printed
    assert "| paper_cplanet | 1,000,000 | planet |" in printed
    assert "planet, 25 epochs" in printed and "memory of a card" in printed


def test_all_studies_of_papers_are_counted_unless_some_are_named():
    names = ("cplanet", "geodecoder", "kordopatis", "semp", "thesis")
    assert expecting_studies(ROOT) == [f"paper_{name}" for name in names]
