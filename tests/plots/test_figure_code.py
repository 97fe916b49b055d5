"""What the notebooks and drawing functions may not do: odd widths, small letters, stray colours."""

import ast
import json
import re
from pathlib import Path

import pytest

from geoutils.plots.style import LEAST_TEXT_PT, PALETTE

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOURCES = sorted((ROOT / "geoutils" / "plots").rglob("*.py"))
NEUTRAL = ("ink", "grey", "paper")
SIZES = re.compile(r"\b(?:font|label)size\W{0,4}[=:] ?([\d.]+)")
NAMED_SIZES = re.compile(r"[\"'](?:xx-small|x-small)[\"']")

# Hues that notebooks give by name, each to something that is no method.
OWN_HUES = {
    ("07_explanations", "07-explanations-20"): "photos and their median",
    ("08_concept_influence", "08-influence-31"): "explainers",
    ("09_dataset_geography", "09-dataset-geography-16"): "kinds of place",
    ("09_dataset_geography", "09-dataset-geography-20"): "lists of photos",
    ("09_dataset_geography", "09-dataset-geography-62"): "a list of points",
}


def code_cells(path):
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            yield cell["id"], "".join(cell["source"])


def widths(tree):
    """The first entry of every `figsize`, be it an argument or a key, and of every `size`."""
    for node in ast.walk(tree):
        pairs = []
        if isinstance(node, ast.keyword):
            pairs = [(node.arg, node.value)]
        elif isinstance(node, ast.Dict):
            pairs = [
                (getattr(key, "value", None), value)
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            pairs = [(node.targets[0].id, node.value)]
        for name, value in pairs:
            if name in ("figsize", "size") and isinstance(value, ast.Tuple):
                yield value.elts[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_figures_are_as_wide_as_a_column_or_a_page(path):
    for cell, source in code_cells(path):
        tree = ast.parse(source)
        narrow = {
            node.targets[0].id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and "PAGE_IN" in ast.unparse(node.value)
        }
        for width in widths(tree) if "plt." in source else ():
            names = {node.id for node in ast.walk(width) if isinstance(node, ast.Name)}
            assert names & {"COLUMN_IN", "PAGE_IN", *narrow}, (cell, ast.unparse(width))


@pytest.mark.parametrize("path", [*NOTEBOOKS, *SOURCES], ids=lambda path: path.stem)
def test_no_letter_is_asked_for_below_the_least(path):
    text = path.read_text()
    assert all(float(size) >= LEAST_TEXT_PT for size in SIZES.findall(text)), SIZES.findall(text)
    assert not NAMED_SIZES.search(text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_method_is_given_a_colour_by_hand(path):
    for cell, source in code_cells(path):
        by_name = [
            node.value
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and node.value in PALETTE
        ]
        assert set(by_name) <= set(NEUTRAL) or (path.stem, cell) in OWN_HUES, (cell, by_name)


def test_drawing_functions_of_methods_take_their_colours():
    for path in SOURCES:
        text = path.read_text()
        if path.stem not in ("method_colors", "sweeps") and "SYSTEM_COLORS" in text:
            assert "text_color(SYSTEM_COLORS" in text, path  # words in the hue of a system
