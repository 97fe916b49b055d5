import json

import cartopy.crs as ccrs
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from geoutils import s2
from geoutils.partitions import Partition, S2Cells
from geoutils.plots.interactive_map.drawing import interactive_map
from geoutils.plots.interactive_map.ground import script_source
from geoutils.plots.interactive_map.svg_paths import HEIGHT, SCALE, WIDTH, map_points
from geoutils.plots.map_type import MAP_TYPE
from geoutils.plots.prediction_cells import prediction_cells
from geoutils.study.report import build_report

EVIL = "<script>document.documentElement.dataset.ran = 1</script>\" onload='x()'"
DEED = """
<script>
addEventListener("load", () => {
  const told = {}, svg = document.querySelector(".geo-map svg");
  const state = () => document.querySelector(".geo-map-ground").getAttribute("transform");
  const wheel = (options) => svg.dispatchEvent(new WheelEvent("wheel",
    {deltaY: -250, clientX: 300, clientY: 150, cancelable: true, bubbles: true, ...options}));
  const frame = document.querySelector(".geo-map svg").getBoundingClientRect();
  told.origin = [frame.x, frame.y];
  told.world = state();
  told.scrolls = wheel({});
  told.unfocused = state();
  told.hint = document.querySelector(".geo-map-hint").textContent;
  svg.focus();
  told.zooms = !wheel({});
  told.focused = state();
  const pointer = (type, x, y, id) => svg.dispatchEvent(new PointerEvent(type,
    {pointerId: id, clientX: x, clientY: y, bubbles: true, pointerType: "touch"}));
  svg.setPointerCapture = () => {};
  pointer("pointerdown", 300, 200, 1);
  pointer("pointermove", 340, 200, 1);
  told.panned = state();
  pointer("pointerdown", 340, 300, 2);
  pointer("pointermove", 340, 400, 2);
  told.pinched = state();
  pointer("pointerup", 340, 200, 1);
  pointer("pointerup", 340, 400, 2);
  const key = (target, name) => target.dispatchEvent(
    new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true}));
  key(svg, "ArrowLeft");
  told.moved = state();
  for (let i = 0; i < 4; i++) wheel({clientX: frame.x + frame.width / 2, clientY: frame.y + 30});
  told.close = state();
  told.middle = [frame.width / 2, frame.height / 2];
  const cells = [...document.querySelectorAll(".geo-map-cells path")].reverse();
  cells[0].focus();
  key(cells[0], "ArrowDown");
  told.second = document.activeElement === cells[1];
  told.tip = document.querySelector(".geo-map-tip").textContent;
  const shading = document.querySelector(".geo-map select");
  shading.value = "thesis";
  shading.dispatchEvent(new Event("change"));
  told.opacities = cells.map((cell) => cell.getAttribute("fill-opacity"));
  told.off = cells.map((cell) => cell.classList.contains("geo-map-off"));
  const buttons = [...document.querySelector(".geo-map").querySelectorAll("button")];
  told.buttons = buttons.map((button) => button.getAttribute("aria-label"));
  const pre = document.body.appendChild(document.createElement("pre"));
  pre.id = "told";
  pre.textContent = JSON.stringify(told);
});
</script>
"""


@pytest.fixture(scope="module")
def drawn():
    ids = s2.from_tokens(["47c", "89", "b"])
    partition = Partition(
        "p", S2Cells(ids), s2.centers(ids), np.array([5, 1, 0]), ["Paris", EVIL, "Antarctica"]
    )
    prediction = prediction_cells(partition, np.array([0.86, 0.1, 0.04]), EVIL)
    return interactive_map(prediction, np.array([48.0, 3.0]))


@pytest.fixture(scope="module")
def pages(drawn, notebooks, tmp_path_factory):
    """Two notebooks: one with two maps, one that pretends to have one."""
    root = tmp_path_factory.mktemp("maps")
    (root / "studies").mkdir()
    (root / "studies" / "small.yaml").write_text("07_maps: {k: 1}\n08_none: {k: 1}\n")
    bundle = drawn._repr_mimebundle_()
    bundle["text/html"] += f"<p id='from-the-notebook'>{EVIL}</p>"
    maps = [
        new_markdown_cell("# Where?"),
        new_code_cell("map", outputs=[new_output("display_data", data=bundle)]),
        new_markdown_cell("*Figure: a map.* Read it."),
        new_code_cell("map", outputs=[new_output("execute_result", data=bundle)]),
    ]
    broken = [new_code_cell("map", outputs=[notebooks.shown(MAP_TYPE, {"cells": EVIL})])]
    folder = root / "results" / "small" / "notebooks"
    for name, cells in (("07_maps", maps), ("08_none", broken)):
        notebooks.write(folder / f"{name}.ipynb", cells, 1.0)
        (root / "notebooks").mkdir(exist_ok=True)
        (root / "notebooks" / f"{name}.ipynb").touch()
    index = build_report(root, "small")
    return {path.stem: path.read_text() for path in index.parent.iterdir()}


def test_a_page_draws_maps_from_their_data_and_holds_the_rest_once(pages):
    soup = BeautifulSoup(pages["07_maps"], "html.parser")
    assert len(soup.select("figure.geo-map")) == 2 and len(soup.find_all("script")) == 2
    assert soup.find(id="figure-1").find("figure", class_="geo-map")
    assert len(soup.select("#geo-map-land")) == 1 and not soup.find(id="from-the-notebook")
    first = soup.select("figure.geo-map figcaption")[0]
    assert first.p.get_text() == "Figure 1. A map. Read it."
    assert EVIL in soup.select("figure.geo-map td")[6].get_text()
    assert not [tag for tag in soup.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    for tag in soup.find_all(["use", "img", "script", "path", "g"]):
        assert tag.get("href", "#").startswith("#") and not tag.has_attr("src")


def test_a_page_allows_our_script_and_no_other(pages):
    def policy(name):
        soup = BeautifulSoup(pages[name], "html.parser")
        return soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]

    assert policy("07_maps").endswith(script_source())
    assert script_source() not in policy("index")


def test_pages_with_maps_are_valid_html(pages, complaints):
    assert complaints(pages) == []


def test_the_list_of_figures_leads_to_a_map(pages):
    soup = BeautifulSoup(pages["figures_and_tables"], "html.parser")
    link = soup.find("a", string="Figure 1")
    assert link["href"] == "07_maps.html#figure-1" and "A map" in link.parent.get_text()


def test_what_is_no_map_is_said_in_words(pages):
    soup = BeautifulSoup(pages["08_none"], "html.parser")
    assert "a map that cannot be drawn" in soup.find("pre", class_="result").get_text()
    assert not soup.select("figure.geo-map")


def test_maps_live_under_the_policy_and_names_do_not(pages, browse, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(pages["07_maps"])
    asked, document = browse(page, tmp_path / "profile")
    soup = BeautifulSoup(document, "html.parser")
    assert asked == [] and "data-ran" not in document
    assert len(soup.select("figure.geo-map[data-ready] button")) == 10
    page.write_text(pages["07_maps"].replace("sha256-", "sha256-0"))
    assert "data-ready=" not in browse(page, tmp_path / "profile")[1]


def test_a_map_zooms_pans_and_answers(drawn, browse, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><title>t</title><body>{drawn._repr_html_()}{DEED}")
    asked, document = browse(page, tmp_path / "profile")
    assert asked == [] and "data-ran" not in document
    told = json.loads(BeautifulSoup(document, "html.parser").find(id="told").get_text())

    def scale(state):
        a, _, _, d, *_ = map(float, told[state].removeprefix("matrix(").rstrip(")").split())
        return np.sqrt(a * d)  # straightening keeps areas

    def under(state, x, y):
        a, _, b, d, e, f = map(float, told[state].removeprefix("matrix(").rstrip(")").split())
        v = (y - f) / d
        return np.array([(x - e - b * v) / a, v])

    assert told["scrolls"] and told["unfocused"] == told["world"] and "wheel" in told["hint"]
    assert told["zooms"] and scale("focused") == pytest.approx(2 * scale("world"))
    place = np.array([300, 150]) - told["origin"]  # of the pointer: it stays what it was
    np.testing.assert_allclose(under("focused", *place), under("world", *place), atol=0.05)
    assert scale("panned") == pytest.approx(scale("focused"))
    assert told["panned"] != told["focused"]
    assert scale("pinched") == pytest.approx(2 * scale("panned"), rel=1e-6)
    assert told["moved"] != told["pinched"] and scale("moved") == pytest.approx(scale("pinched"))
    close = [float(x) for x in told["close"].removeprefix("matrix(").rstrip(")").split()]
    sphere = ccrs.Globe(semimajor_axis=SCALE, semiminor_axis=SCALE, ellipse=None)
    x, y = under("close", *told["middle"]) - [WIDTH / 2, HEIGHT / 2]
    plain, flat = ccrs.PlateCarree(globe=sphere), ccrs.EqualEarth(globe=sphere)
    longitude, latitude = plain.transform_point(x, -y, flat)
    east = 0.01 / np.cos(np.radians(latitude))
    steps = np.array([[0, 0], [0, east], [0.01, 0]])
    around = map_points(np.array([latitude, longitude]) + steps)
    right, up = (around[1:] - around[0]) @ np.reshape(close[:4], (2, 2))
    length = np.radians(0.01) * SCALE * scale("close")
    np.testing.assert_allclose([right, up], [[length, 0], [0, -length]], atol=0.002 * length)
    assert abs(longitude) > 5 and abs(latitude) > 20  # where Equal Earth is askew
    assert told["second"] and told["tip"].startswith(f"2. {EVIL}10 %S2 level 2")
    assert [float(x) for x in told["opacities"]] == [1, 0.5, 0] and told["off"][2]
    assert told["buttons"][0] == "Zoom in" and len(told["buttons"]) == 5
