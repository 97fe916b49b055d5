"""The study files at paper scale against the papers' numbers."""

from pathlib import Path

import pytest
import torch

from geoutils.evaluation.beside import COUNTERPARTS
from geoutils.models import Backbone
from geoutils.partitions import published_settings as published
from geoutils.study.methods import main_method, study_methods
from geoutils.study.methods.looks import CROPS
from geoutils.study.settings import read_study, study_names
from geoutils.training.augmentation.settings import Augmentation
from geoutils.training.recipes.paper_presets import PAPER_PRESETS
from geoutils.training.recipes.recipe import Recipe, read_recipe
from geoutils.training.recipes.study_training import StudyTraining

ROOT = Path(__file__).parents[2]
STUDIES = [name for name in study_names(ROOT) if name.startswith("paper_")]


def recipes(study: str) -> dict[str, Recipe]:
    section = read_study(ROOT, study)["03_training"]
    groups = (section[group] for group in ("stages", "heads", "ablation"))
    return {key: read_recipe(key, recipe) for group in groups for key, recipe in group.items()}


def test_each_system_has_one():
    names = {"semp", "kordopatis", "cplanet", "geodecoder", "thesis"}
    assert set(STUDIES) == {f"paper_{name}" for name in names}


@pytest.mark.parametrize(
    ("study", "backbone", "size"),
    [
        ("semp", "resnet50", 224),
        ("kordopatis", "efficientnet_b4", 300),
        ("cplanet", "inception_v3", 299),
        ("geodecoder", "swin_base_patch4_window7_224.ms_in22k", 224),
        ("thesis", "efficientnet_b1", 224),
    ],
)
def test_backbones_are_the_papers_and_see_photos_of_the_papers_size(study, backbone, size):
    contents = read_study(ROOT, f"paper_{study}")
    assert contents["03_training"]["backbone"] == backbone
    with torch.device("meta"):
        assert Backbone(backbone).n_features > 0
    first = next(iter(recipes(f"paper_{study}").values()))
    assert first.preset.augmentation.crop_px == size
    sizes = {contents["01_photos"]["size"]}
    sizes |= {contents[part]["image_size"] for part in ("02_partitions", "03_training")}
    assert len(sizes) == 1
    assert sizes.pop() >= size
    assert contents["03_training"]["pooling"] == ("max" if study == "thesis" else "avg")


def trainings(study: str) -> StudyTraining:
    return StudyTraining.of(f"results/{study}", read_study(ROOT, study)["03_training"])


@pytest.mark.parametrize("study", STUDIES)
def test_every_notebook_of_a_study_finds_the_model_it_reads(study):
    contents, training = read_study(ROOT, study), trainings(study)
    later = {name for name in contents if name[:2] in ("04", "06", "07", "08")}
    analysed = {"08_concept_influence"} if study == "paper_semp" else set()  # its own analysis
    assert later == {"04_evaluation", "06_calibration", "07_explanations"} | analysed
    for name in analysed:
        assert main_method(training, contents[name]["model"]) in study_methods(training)
        assert contents[name]["image_size"] == contents["03_training"]["image_size"]
    model = contents["04_evaluation"]["model"]
    assert contents["06_calibration"]["model"] == model
    assert contents["07_explanations"]["model"] == model
    assert contents["07_explanations"]["image_size"] == contents["03_training"]["image_size"]
    assert main_method(training, model) in study_methods(training)
    assert contents["04_evaluation"]["image_size"] == contents["03_training"]["image_size"]


@pytest.mark.parametrize(
    ("study", "system", "crops"),
    [
        ("semp", "SemP", "five"),
        ("kordopatis", "Kordopatis et al.", "resize"),
        ("cplanet", "CPlaNet", "middle"),
        ("geodecoder", "GeoDecoder", "ten"),
        ("thesis", "Loria", "middle"),
    ],
)
def test_the_central_model_is_the_papers_and_sees_photos_as_there(study, system, crops):
    section, training = (
        read_study(ROOT, f"paper_{study}")["04_evaluation"],
        trainings(f"paper_{study}"),
    )
    assert study_methods(training)[main_method(training, section["model"])].system == system
    assert section["crops"] == crops and section["crops"] in CROPS
    for name in (*training.stages, *training.ablation):
        assert training.recipes[name].preset.augmentation.crop_px is not None
    labels = {method.label for method in study_methods(training).values()}
    assert (labels & set(COUNTERPARTS) != set()) == (study != "thesis")


@pytest.mark.parametrize("study", STUDIES)
def test_a_killed_network_goes_on_within_an_epoch(study):
    section = read_study(ROOT, study)["03_training"]
    for name in {**section["stages"], **section["ablation"]}:
        preset = recipes(study)[name].preset
        assert 100_000 < preset.checkpoint_steps * preset.batch_size < 500_000, name


@pytest.mark.parametrize("study", STUDIES)
def test_heads_on_features_promise_no_augmentation(study):
    for name in read_study(ROOT, study)["03_training"]["heads"]:
        assert recipes(study)[name].preset.augmentation == Augmentation(), name


@pytest.mark.parametrize(
    ("study", "heads"),
    [
        ("semp", {"semp": "semp", "s2_m": "semp", "countries": "semp_countries"}),
        (
            "kordopatis",
            {name: f"kordopatis_{name}" for name in ("ce", "hc", "mvmf", "retrieval")},
        ),
        ("cplanet", {"cplanet": "cplanet"}),
        ("geodecoder", {"geodecoder": "geodecoder"}),
        ("thesis", {name: f"thesis_{name}" for name in ("mc", "hmc", "hmc_sol", "hmc_smooth")}),
    ],
)
def test_heads_are_trained_by_their_papers_presets(study, heads):
    found = recipes(f"paper_{study}")
    for name, preset in heads.items():
        assert found[name].preset == PAPER_PRESETS[preset], name


def test_partitions_of_mp16_are_the_published_ones():
    section = read_study(ROOT, "paper_geodecoder")["02_partitions"]
    assert section["t_min"] == published.MP16_T_MIN
    assert section["t_max"] == dict(published.ISN_T_MAX)
    assert section["seven_t_max"] == list(published.GEODECODER_T_MAX.values())
    assert section["n_fullest"] == published.KORDOPATIS_CELLS
    assert section["min_photos"] == 50
    assert section["tau_min"] == {"coarse": 250, "middle": 125, "fine": 100}
    assert (section["base_level"], section["n_geoclasses"]) == (14, 9969)
    for study in ("paper_semp", "paper_kordopatis", "paper_cplanet"):
        other = read_study(ROOT, study)["02_partitions"]
        assert other == section | {"image_size": other["image_size"]}


def test_the_tree_of_the_thesis():
    section = read_study(ROOT, "paper_thesis")["02_partitions"]
    assert (section["tree_t_min"], section["tree_t_max"]) == published.THESIS_THRESHOLDS[72]
    found = recipes("paper_thesis")
    combinations = {"hmc": "product", "hmc_sol": "sum_of_logs", "hmc_smooth": "smooth"}
    for name, combination in combinations.items():
        assert found[name].options["combination"] == combination
        assert found[name].after is None  # each from the weights that the first started from
    for name in ("mc", *combinations):
        assert (found[name].options["hidden"], found[name].options["dropout"]) == (1280, 0.5)
        assert found[name].preset.seed == 42


def test_retrieval_and_geodecoder_have_the_papers_dimensions():
    retrieval = recipes("paper_kordopatis")["retrieval"].options
    assert retrieval == {"hidden": 4096, "temperature": 0.05, "bank_size": 4096}
    layers = recipes("paper_geodecoder")["geodecoder"].options
    assert layers == {"n_scenes": 16, "n_independent": 6, "n_dependent": 2}


@pytest.mark.parametrize(
    ("study", "n_photos"),
    [
        ("semp", 4_723_695),  # Theiner et al., section 4.1.1
        ("kordopatis", 4_500_000),  # Kordopatis-Zilos et al., section 4.1
        ("cplanet", published.MP16_PHOTOS),  # Seo et al. had other photos
        ("geodecoder", 4_720_000),  # Clark et al., section 5.1
        ("thesis", published.THESIS_PHOTOS),
    ],
)
def test_photos_are_expected_as_the_papers_had_them(study, n_photos):
    assert read_study(ROOT, f"paper_{study}")["expected_photos"] == n_photos
