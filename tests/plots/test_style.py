"""The study's look: colours that everyone can tell apart, letters dark enough."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from geoutils.plots.method_colors import (
    PARTITION_COLORS,
    SYSTEM_COLORS,
    distribution_colors,
    method_colors,
    mixed,
    shades_of,
    text_color,
)
from geoutils.plots.style import PALETTE, SPLIT_COLORS
from geoutils.plots.sweeps import SWEEP_COLORS, answer_shade
from geoutils.study.methods import SYSTEMS, Method, study_methods
from geoutils.study.settings import read_study, study_names
from geoutils.training.recipes.study_training import StudyTraining

ROOT = Path(__file__).parents[2]

# What linear RGB turns into for readers without one kind of cone: Machado, Oliveira and Fernandes
# (IEEE Trans. Vis. Comput. Graph., 2009), severity 1.0.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# Oklab: linear RGB to cone responses, and their cube roots to lightness and two hues
# (B. Ottosson, "A perceptual color space for image processing", 2020).
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
TOLD_APART = {"usual": 13}  # a hundredth of the way from black to white is 1
TOLD_APART_WITHOUT_A_CONE = 10


def linear(color):
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(color, vision="usual"):
    seen = np.clip(VISION[vision] @ linear(color), 0, 1)
    return 100 * OKLAB @ np.cbrt(CONES @ seen)


def closest(colors, vision):
    """The least distance between two of several colours, and which they are."""
    return min(
        (float(np.linalg.norm(oklab(colors[a], vision) - oklab(colors[b], vision))), a, b)
        for a, b in itertools.combinations(colors, 2)
    )


def contrast(color):
    """Contrast with white, by WCAG 2."""
    return 1.05 / (linear(color) @ [0.2126, 0.7152, 0.0722] + 0.05)


pytestmark = pytest.mark.usefixtures("style")


def test_the_simulations_keep_greys_and_lose_what_they_should():
    np.testing.assert_allclose(oklab("white"), [100, 0, 0], atol=1e-3)
    for vision, matrix in VISION.items():
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=2e-6), vision
    red_green = {"red": "#c85a3c", "green": "#6f8a2a"}
    assert closest(red_green, "deuteranopia")[0] < 0.4 * closest(red_green, "usual")[0]


@pytest.mark.parametrize("vision", VISION)
def test_every_pair_of_the_palette_is_told_apart(vision):
    colors = {name: color for name, color in PALETTE.items() if name != "paper"}
    found = closest(colors, vision)
    assert found[0] >= TOLD_APART.get(vision, TOLD_APART_WITHOUT_A_CONE), found


def test_colours_of_systems_partitions_and_splits_are_of_the_palette():
    assert set(SYSTEM_COLORS) == set(SYSTEMS)
    for colors in (SYSTEM_COLORS, PARTITION_COLORS, SPLIT_COLORS):
        assert set(colors.values()) <= set(PALETTE.values())
        assert len(set(colors.values())) == len(colors)


def methods_of(study):
    section = read_study(ROOT, study)["03_training"]
    return study_methods(StudyTraining.of(f"results/{study}", section))


def test_each_method_of_every_study_has_one_colour_everywhere():
    by_label = {}
    for study in study_names(ROOT):
        if "03_training" in read_study(ROOT, study):
            methods = methods_of(study)
            colors = method_colors(methods)
            assert set(colors) == set(methods)
            for name, color in colors.items():
                by_label.setdefault(methods[name].label, set()).add(color)
    assert len(by_label) > 40
    assert {label: found for label, found in by_label.items() if len(found) > 1} == {}


def test_a_method_has_the_hue_of_its_system_and_the_shade_of_its_answer():
    methods = {
        name: Method(name, name, "CPlaNet", recipe, answer, base)
        for name, recipe, answer, base in (
            ("fine", "a", "f", ""),
            ("product", "a", "f_star", ""),
            ("within", "a", "swc", "f_star"),
            ("alone", "b", "f", ""),
            ("sum", "c", "normalised", ""),
            ("one set", "c", "set_3", ""),
        )
    }
    colors = method_colors(methods)
    full = SYSTEM_COLORS["CPlaNet"]
    assert colors["product"] == colors["alone"] == colors["sum"] == full
    assert colors["fine"] == colors["one set"] == mixed(full, "white", 0.5)
    lightness = [oklab(colors[name])[0] for name in ("fine", "product", "within")]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("vision", VISION)
def test_the_shades_of_a_system_are_told_apart(vision):
    methods = methods_of("default")
    colors = method_colors(methods)
    for system in SYSTEMS[:-1]:
        shades = {colors[name] for name, method in methods.items() if method.system == system}
        if len(shades) > 1:
            found = closest({shade: shade for shade in shades}, vision)
            assert found[0] >= TOLD_APART_WITHOUT_A_CONE, found
    assert len(set(colors.values())) > len(SYSTEMS)


def test_coloured_letters_are_dark_enough():
    for color in SYSTEM_COLORS.values():
        assert contrast(text_color(color)) >= 4.5


def test_a_distribution_has_the_colour_of_its_method_or_of_a_part():
    methods = {"a_f": Method("a_f", "a f", "SemP", "a", "f")}
    methods |= {"a_f_star": Method("a_f_star", "a f*", "SemP", "a", "f_star")}
    kinds = {"a_coarse": Method("a_coarse", "a coarse", "SemP", "a", "f")} | methods
    colors = distribution_colors(kinds, methods)
    assert list(colors) == list(kinds)
    assert colors["a_f_star"] == SYSTEM_COLORS["SemP"]
    assert colors["a_coarse"] == colors["a_f"] == mixed(SYSTEM_COLORS["SemP"], "white", 0.5)


@pytest.mark.parametrize("color", SYSTEM_COLORS.values())
def test_shades_of_a_colour_fall_in_lightness(color):
    for n in (1, 2, 3, 4):
        shades = shades_of(color, n)
        assert len(set(shades)) == n and color in shades
        lightness = [oklab(shade)[0] for shade in shades]
        assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("vision", VISION)
def test_answers_of_a_sweep_are_told_apart(vision):
    several = {
        "end_to_end": ("f", "f*", "as published"),
        "retrieval": ("nearest neighbour", "search within cell", "search everywhere"),
    }
    for sweep, answers in several.items():
        shades = {answer: answer_shade(answer, SWEEP_COLORS[sweep]) for answer in answers}
        assert closest(shades, vision)[0] >= TOLD_APART_WITHOUT_A_CONE
