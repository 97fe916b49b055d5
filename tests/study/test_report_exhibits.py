"""The page that lists every figure and table, and how files find the code that saved them."""

import json
import os
import shutil

import pytest
from bs4 import BeautifulSoup
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from geoutils.study.report import build_report
from geoutils.study.report.exhibits import file_size
from geoutils.study.report.saved import saved_by_cells
from geoutils.study.report.shown import name_pictures, pictures_of

EVIL_FILE = "04_<img src=x onerror=alert(1)>.png"


@pytest.fixture(scope="module")
def listed(report, tmp_path_factory):
    """The list of the small study after some files more came to it, and its other pages."""
    root = tmp_path_factory.mktemp("exhibits") / "root"
    shutil.copytree(report.root, root)
    figures, tables = root / "figures" / "small", root / "results" / "small" / "tables"
    shutil.copy(figures / "04_square.png", figures / EVIL_FILE)
    shutil.copy(figures / "04_square.png", figures / "04_long_ago.png")
    (tables / "04_table.csv").write_text("n,photo\n0,a\n1,b\n")
    (tables / "08_numbers.json").write_text(json.dumps({"a": 1}))
    for path in (*figures.iterdir(), *tables.iterdir()):
        seconds = report.finished.timestamp() + (path.stem > "04_square")
        os.utime(path, (seconds, seconds))
    os.utime(figures / "04_long_ago.png", (0, 0))
    folder = build_report(root, "small").parent
    return {path.stem: BeautifulSoup(path.read_text(), "html.parser") for path in folder.iterdir()}


def test_every_figure_is_there_with_its_words_and_leads_to_its_page(listed, report):
    figures = listed["figures_and_tables"].find(class_="sheet").find_all("li")
    assert [figure.code.get_text() for figure in figures if figure.code] == [
        "04_square.png",
        EVIL_FILE,
    ]
    first = figures[0]
    assert first.figcaption.a.get_text() == "Figure 1" and first.img["alt"] == report.caption
    page, _, anchor = first.find("a")["href"].partition("#")
    assert page == "04_evaluation.html"
    assert listed["04_evaluation"].find(id=anchor).figcaption.b.get_text() == "Figure 1."


def test_a_name_of_a_file_does_nothing(listed):
    page = listed["figures_and_tables"]
    assert EVIL_FILE in page.get_text() and len(page.find_all("script")) == 1
    assert all(image["src"].startswith("data:image/webp") for image in page.find_all("img"))


def test_every_table_is_there_by_caption_or_by_file(listed):
    rows = listed["figures_and_tables"].find("table", class_="sortable").tbody.find_all("tr")
    told = [[cell.get_text() for cell in row(["th", "td"])] for row in rows]
    assert told == [
        ["Table 1. Distances.", "04_evaluation", "2 × 3", ""],
        ["Accuracy", "04_evaluation", "2 × 3", "04_accuracy.csv"],
        ["Table", "04_evaluation", "2 × 2", "04_table.csv"],
        ["Numbers", "08_influence", "", "08_numbers.json"],
    ]
    page, _, anchor = rows[0].a["href"].partition("#")
    caption = listed[page.removesuffix(".html")].find(id=anchor)
    assert caption.get_text().startswith("Table 1. Distances.")
    assert "04_long_ago" not in listed["figures_and_tables"].get_text()


def test_every_page_leads_to_the_list(listed):
    for page in listed.values():
        assert page.find("nav", class_="pages").find("a", href="figures_and_tables.html")


def test_files_are_found_by_the_names_in_the_code(tmp_path):
    names = ("04_by_kind", "04_by_scene", "04_map", "04_by_hand")
    files = [tmp_path / f"{name}.csv" for name in names]
    cells = [
        'run.save_table(t, "map")\nsave(name="by_hand")',
        'for name in kinds:\n    run.save_table(t, f"by_{name}")',
        '!echo "map"',
        'text = f"see {name} and {other}"',
        'settings["map"]',
    ]
    found = [[path.stem for path in paths] for paths in saved_by_cells(cells, files)]
    assert found == [["04_map", "04_by_hand"], ["04_by_kind", "04_by_scene"], [], [], []]
    assert [path.stem for path in saved_by_cells(cells[2:], files)[0]] == ["04_map"]
    assert saved_by_cells([], files) == []


def test_a_picture_finds_its_file_in_the_cell_beside_it(tmp_path, report):
    files = [tmp_path / f"04_{name}.png" for name in ("map", "curve")]
    for path in files:
        shutil.copy(report.root / "figures" / "small" / "04_square.png", path)
    picture = {"output_type": "display_data", "data": {"image/png": "…"}, "metadata": {}}
    cells = [
        new_code_cell('save(fig, "map")\nsave(other, "curve")', outputs=[from_dict(picture)]),
        new_code_cell("other", outputs=[from_dict(picture)]),
        new_markdown_cell("Between"),
        new_code_cell("one more", outputs=[from_dict(picture)]),
    ]
    name_pictures(cells, files)
    found = [output.metadata.report.get("file") for c in cells for output in pictures_of(c)]
    assert found == ["04_map.png", "04_curve.png", None]
    assert pictures_of(cells[1])[0].metadata.report.alt == report.caption


def test_the_size_of_a_table_counts_lines_as_csv_does(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"two\nlines",1\n')
    assert file_size(path) == "1 × 2"
    path.write_text("")
    assert file_size(path) == "0 × 0"
