"""Every notebook as committed: stripped, parameterized, and in step with the study files."""

import ast
import json
from pathlib import Path

import nbformat
import papermill
import pytest

from geoutils.study.settings import read_study, study_names

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBERED = [path for path in NOTEBOOKS if path.stem[:2].isdigit()]

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_there_are_notebooks():
    assert NUMBERED


@each_notebook
def test_it_is_valid_and_carries_no_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.kernelspec.language == "python"
    for cell in cells(path, "code"):
        assert cell.outputs == [] and cell.execution_count is None


@each_notebook
def test_its_cells_are_short(path):
    for cell in cells(path, "code"):
        assert cell.source.count("\n") < 24, cell.source


@each_notebook
def test_one_cell_holds_the_parameters(path):
    tagged = [cell for cell in cells(path, "code") if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert {"study", "out_dir"} <= set(papermill.inspect_notebook(path))


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_it_opens_with_a_question(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    title = first.source.splitlines()[0]
    assert title.startswith("# ") and title.endswith("?")
    for part in ("**Question", "**Answer", "**Needs", "**Makes"):
        assert part in first.source


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_its_parameters_are_those_of_every_study_file(path):
    parameters = papermill.inspect_notebook(path)
    assert parameters["study"]["default"] == '"default"'
    assert parameters["out_dir"]["default"] == '""'
    own = set(parameters) - {"study", "out_dir"}
    for name in own:
        assert parameters[name]["default"] == "None", f"{name} belongs in the study file"
        assert parameters[name]["help"], f"{name} lacks its help"
    for study in study_names(ROOT):
        section = read_study(ROOT, study).get(path.stem)
        assert section is None or set(section) == own, study


@each_notebook
def test_its_code_is_python_and_nothing_else(path):
    for cell in cells(path, "code"):
        ast.parse(cell.source)
    assert "/home/" not in json.dumps(nbformat.read(path, as_version=4))
