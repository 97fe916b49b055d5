from pathlib import Path

import numpy as np
import pytest
import torch
from town_study import PRESET, SECTION, town_photos

from geoutils.models import load_model
from geoutils.partitions import Hierarchy, adaptive_partitions
from geoutils.prediction import hierarchical_log_scores
from geoutils.sphere import great_circle_km
from geoutils.study.ablations import AblationStudy, read_sweeps, variants_of
from geoutils.study.ablations.geodecoder import (
    Design,
    can_run,
    chosen_levels,
    variants,
)

TRAINING = SECTION | {"image_size": 64}
SETTINGS = {
    "seeds": [0],
    "n_photos": 32,
    "theirs": {
        "depth": 2,
        "handling": "queries",
        "n_dependent": 1,
        "n_scenes": 3,
        "n_hierarchies": 3,
    },
    "depth": [1, 2],
    "handling": ["none", "task", "queries"],
    "n_dependent": [0, 1],
    "n_scenes": [0, 3, 16],
    "n_hierarchies": [1, 2, 3],
    "head": {"width": 8, "n_attention_heads": 2, "ffn_ratio": 1, "positions": True},
    "preset": PRESET,
    "end_to_end": "",
    "encoders": {"ViT": "small_vit", "Swin": "small_swin"},
    "encoder_preset": PRESET,
    "pretrained": "",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Sixty photos whose colour tells the town, scenes known among 3, not among 16."""
    folder = tmp_path_factory.mktemp("results")
    split = np.repeat(["train", "val", "test"], [40, 10, 10])
    positions = town_photos(folder, split, 64)
    levels = adaptive_partitions(positions[:40], 1, {"coarse": 20, "middle": 10, "fine": 5})
    Hierarchy.of(levels).save(folder / "partitions" / "seven")
    return AblationStudy.of(folder, TRAINING)


@pytest.fixture(scope="module")
def listed(study):
    return variants(study, SETTINGS)


def of_question(listed, question):
    found = [variant for variant in listed if question in variant.shown_in]
    return {variant.shown_in[question]: variant for variant in found}


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("layers", ["1", "2"]),
        ("scene handling", ["none", "secondary task", "scene queries"]),
        ("dependent layers", ["0", "1"]),
        ("scenes", ["0", "3", "16 (no labels)"]),
        ("hierarchies", ["1", "2", "3"]),
        ("encoder: the base study's", ["GeoDecoder", "classifiers alone"]),
        ("encoder: ViT", ["GeoDecoder", "classifiers alone"]),
        ("encoder: Swin", ["GeoDecoder", "classifiers alone"]),
    ],
)
def test_every_listed_value_stands_in_its_question_in_order(listed, question, labels):
    assert list(of_question(listed, question)) == labels


def test_what_several_tables_ask_for_is_trained_once(listed):
    theirs = [variant for variant in listed if variant.is_reference]
    assert len(theirs) == 1 and len(theirs[0].shown_in) == 6
    assert of_question(listed, "scenes")["0"] is of_question(listed, "scene handling")["none"]
    assert len({variant.file for variant in listed}) == len(listed) == 13


def test_a_value_more_redoes_no_other_variant(study, listed):
    more = variants(study, SETTINGS | {"depth": [1, 2, 3]})
    settings = {variant.file: variant.settings for variant in more}
    assert len(more) == len(listed) + 1
    assert all(settings[variant.file] == variant.settings for variant in listed)


def test_an_encoder_of_another_budget_redoes_no_head(study, listed):
    preset = {"encoder_preset": PRESET | {"epochs": 2}}
    changed = {variant.file: variant.settings for variant in variants(study, SETTINGS | preset)}
    redone = [variant.file for variant in listed if changed[variant.file] != variant.settings]
    assert redone == [f"{e}_{how}_0" for e in ("vit", "swin") for how in ("decoder", "classifiers")]


def test_photos_are_placed_by_the_product_of_all_levels(study, listed, tmp_path):
    table = of_question(listed, "layers")["1"].place(tmp_path)
    head = load_model(tmp_path)
    assert len(head.decoder.layers) == 1 and head.n_scenes == 3
    targets, tokens = study.targets("seven"), study.inputs("tokens")[study.test_rows]
    with torch.inference_mode():
        levels = [s.log_softmax(1).numpy() for s in head.eval()(torch.from_numpy(tokens.copy()))]
    best = hierarchical_log_scores(levels, targets.parents).argmax(axis=1)
    expected = great_circle_km(targets.centers_deg[-1][best], study.truth_deg)
    np.testing.assert_allclose(table["distance_km"], expected, rtol=1e-9)
    assert table["photo"].tolist() == study.photo
    assert (table["parameters"] == sum(p.numel() for p in head.parameters())).all()


@pytest.mark.parametrize(
    ("question", "label", "expected"),
    [
        ("scene handling", "none", {"n_scenes": 0}),
        ("scene handling", "secondary task", {"n_scenes": 3, "scene_handling": "task"}),
        ("dependent layers", "0", {"n_independent": 2, "n_dependent": 0}),
        ("hierarchies", "1", {"n_scenes": 3, "scene_handling": "queries"}),
    ],
)
def test_a_design_reaches_the_head(study, listed, tmp_path, question, label, expected):
    table = of_question(listed, question)[label].place(tmp_path)
    head = load_model(tmp_path)
    assert head.config | expected == head.config
    assert len(head.n_cells) == (1 if question == "hierarchies" else 3)
    assert np.isfinite(table["distance_km"]).all()


def test_scenes_that_nobody_labelled_are_not_run(study, listed, tmp_path):
    variant = of_question(listed, "scenes")["16 (no labels)"]
    table = variant.place(tmp_path / "folder")
    assert table["photo"].tolist() == study.photo and table["distance_km"].isna().all()
    assert not (tmp_path / "folder").exists()
    theirs = Design(**SETTINGS["theirs"])
    unlabelled = Design(2, "queries", 1, 16, 3)
    assert not can_run(study, unlabelled, theirs) and can_run(study, unlabelled, unlabelled)
    assert can_run(study, Design(2, "none", 1, 0, 3), theirs)


@pytest.mark.parametrize("label", ["ViT", "Swin"])
def test_encoders_learn_with_and_without_the_decoder(study, listed, tmp_path, label):
    of_it = of_question(listed, f"encoder: {label}")
    kinds = {"GeoDecoder": "geodecoder", "classifiers alone": "multi_partition"}
    for what, kind in kinds.items():
        table = of_it[what].place(tmp_path / what)
        model = load_model(tmp_path / what)
        assert (model.backbone.name, model.head.kind) == (f"small_{label.lower()}", kind)
        assert model.n_cells == study.targets("seven").n_cells
        assert np.isfinite(table["distance_km"]).all()


def test_at_full_scale_every_design_is_trained_with_the_encoder(study):
    listed = variants(study, SETTINGS | {"end_to_end": "Swin"})
    theirs = next(variant for variant in listed if variant.is_reference)
    assert theirs.shown_in["encoder: Swin"] == "GeoDecoder"
    assert list(of_question(listed, "encoder: Swin")) == ["GeoDecoder", "classifiers alone"]
    assert not of_question(listed, "encoder: the base study's")


def test_fewer_hierarchies_keep_the_finest(study):
    targets = study.targets("seven")
    for n_levels, kept in ((1, [2]), (2, [0, 2]), (3, [0, 1, 2])):
        chosen = chosen_levels(targets, n_levels)
        assert chosen.level_names == [targets.level_names[level] for level in kept]
        np.testing.assert_array_equal(chosen.cells, targets.cells[:, kept])
        np.testing.assert_array_equal(chosen.parents[:, -1], np.arange(chosen.n_cells[-1]))
        inside = chosen.cells[:, -1] >= 0
        above = chosen.parents[chosen.cells[inside, -1]]
        np.testing.assert_array_equal(above, chosen.cells[inside])
    with pytest.raises(ValueError, match="n_hierarchies: 4; expected 1 to 3, as seven has"):
        chosen_levels(targets, 4)


def test_a_design_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="n_scenes: 16 with handling 'none'"):
        Design(8, "none", 2, 16, 7)
    with pytest.raises(ValueError, match="handling: 'both'; expected one of"):
        Design(8, "both", 2, 16, 7)


@pytest.mark.parametrize("budget", ["small", "paper"])
def test_the_sweeps_file_lists_every_value_of_the_tables(study, budget):
    settings = read_sweeps(Path(__file__).parents[3], budget)["geodecoder"]
    assert settings["depth"] == [3, 5, 8, 10]  # Table 2
    assert settings["handling"] == ["none", "task", "queries"]  # Table 3
    assert settings["n_dependent"] == [0, 2, 4, 6]  # Table 4
    assert list(settings["encoders"]) == ["ViT", "Swin"]  # Table 5
    assert settings["n_scenes"] == [0, 3, 16, 365]  # Table 6
    assert settings["n_hierarchies"] == [1, 3, 5, 7]  # Table 7
    assert len(variants_of(study, "geodecoder", settings)) == (19 if budget == "small" else 17)
