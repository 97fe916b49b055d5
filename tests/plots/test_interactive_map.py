import json
import re

import cartopy.crs as ccrs
import numpy as np
import pytest
from bs4 import BeautifulSoup

from geoutils.partitions import Partition
from geoutils.plots.interactive_map.drawing import InteractiveMap, interactive_map
from geoutils.plots.interactive_map.ground import script, script_source, world_markup
from geoutils.plots.interactive_map.markup import map_figure
from geoutils.plots.interactive_map.svg_paths import (
    HEIGHT,
    SCALE,
    WIDTH,
    line_path,
    map_points,
    rings_path,
)
from geoutils.plots.map_type import MAP_TYPE
from geoutils.plots.prediction_cells import prediction_cells
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_path

TRUTH = np.array([-18.1, -179.0])
UNIT_KM = EARTH_RADIUS_KM / SCALE


def rings_of(path):
    """Corners of each ring of a path, as a browser reads it."""
    rings = []
    for start, steps in re.findall(r"M([^l]*)l([^Mz]*)z?", path):
        numbers = [
            [float(x) for x in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
            for text in (start, steps)
        ]
        rings.append(np.cumsum(np.reshape(numbers[0] + numbers[1], (-1, 2)), axis=0))
    return rings


def area_km2(path):
    areas = []
    for ring in rings_of(path):
        x, y = (ring - ring[0]).T
        areas.append(abs(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)))
    return sum(areas) * UNIT_KM**2


@pytest.fixture
def drawn(mixed_prediction):
    return interactive_map(mixed_prediction, TRUTH)


@pytest.fixture
def soup(drawn):
    return BeautifulSoup(drawn._repr_html_(), "html.parser")


def test_the_projection_is_cartopys_on_the_sphere():
    rng = np.random.default_rng(0)
    places = np.c_[rng.uniform(-90, 90, 200), rng.uniform(-180, 180, 200)]
    sphere = ccrs.Globe(semimajor_axis=SCALE, semiminor_axis=SCALE, ellipse=None)
    expected = ccrs.EqualEarth(globe=sphere).transform_points(
        ccrs.PlateCarree(globe=sphere), places[:, 1], places[:, 0]
    )[:, :2]
    ours = (map_points(places) - [WIDTH / 2, HEIGHT / 2]) * [1, -1]
    np.testing.assert_allclose(ours, expected, atol=1e-3)


def test_cells_over_poles_and_antimeridian_keep_their_area(drawn, mixed_prediction):
    for cell, expected in zip(drawn.contents["cells"], mixed_prediction.areas_km2, strict=True):
        assert area_km2(cell["path"]) == pytest.approx(expected, rel=0.01), cell["name"]
        corners = np.concatenate(rings_of(cell["path"]))
        assert (corners >= -1e-3).all() and (corners <= [WIDTH + 1e-3, HEIGHT + 1e-3]).all()
        # But along a pole, which is a line, no edge crosses the map: there cells are cut in two.
        for ring in rings_of(cell["path"]):
            along_pole = ring[:-1, 1] > HEIGHT - 1
            assert np.abs(np.diff(ring[:, 0]))[~along_pole].max() < WIDTH / 4
    pacific = drawn.contents["cells"][2]["path"]
    assert len(rings_of(pacific)) == 2 and pacific.count("z") == 2


def test_small_cells_keep_their_shape():
    # 500 m wide: a fortieth of the world map's pixel.
    ring = np.array([[48, 2], [48, 2.005], [48.005, 2.005], [48.005, 2], [48, 2]], dtype=float)
    expected = np.radians(0.005) ** 2 * np.cos(np.radians(48)) * EARTH_RADIUS_KM**2
    assert area_km2(rings_path([ring])) == pytest.approx(expected, rel=0.05)
    assert rings_path([]) == ""


def test_lines_over_the_antimeridian_are_broken():
    path = great_circle_path(np.array([[10.0, 170]]), np.array([[10.0, -170]]), 41)[0]
    west, east = rings_of(line_path(path))
    assert west[:, 0].min() > 900 and east[:, 0].max() < 100


def test_opacities_are_those_of_the_rules(soup):
    cells = soup.select(".geo-map-cells path")[::-1]  # likeliest first
    assert [float(cell["data-thesis"]) for cell in cells] == [1, 1, 0.5, 0.3, 0]
    assert [cell["fill-opacity"] for cell in cells] == [cell["data-even"] for cell in cells]
    assert not soup.select(".geo-map-off")


def test_cells_below_five_percent_are_not_drawn_by_the_thesis_rule(mixed_prediction):
    html = map_figure(interactive_map(mixed_prediction, shading="thesis").contents)
    (off,) = BeautifulSoup(html, "html.parser").select(".geo-map-off")
    assert off["data-facts"].startswith("5. Antarctica") and off["fill-opacity"] == "0"


def test_the_map_says_name_level_photos_and_probability(soup, drawn):
    paris, cuba = soup.select(".geo-map-cells path")[:-3:-1]
    assert paris["data-facts"].split("\n") == [
        *("1. Paris", "50 %", "S2 level 3", "3,000 training photos")
    ]
    assert cuba["aria-label"] == "2. Cuba, 30 %, S2 level 2, 12 training photos"
    assert [paris["tabindex"], cuba["tabindex"]] == ["0", "-1"]
    label = soup.select_one(".geo-map-frame > svg")["aria-label"]
    assert "likeliest is Paris, 50 %" in label and "km from the truth" in label
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in soup.select("tbody tr")]
    assert rows[0] == ["1", "Paris", "50 %", "S2 level 3", "3,000"] and len(rows) == 5
    assert [path.title.get_text().split("\n")[1] for path in (paris, cuba)] == ["50 %", "30 %"]
    assert drawn._repr_mimebundle_()["text/plain"] == label


def test_what_is_not_known_is_not_said(mixed_partition):
    p = mixed_partition
    bare = Partition("bare", p.cells, p.centers_deg, np.zeros(5, dtype=np.int64), p.names)
    prediction = prediction_cells(bare, np.full(5, 0.2))
    drawn = interactive_map(prediction, np.full(2, np.nan))
    soup = BeautifulSoup(drawn._repr_html_(), "html.parser")
    assert "photos" not in soup.select_one(".geo-map-cells path")["data-facts"]
    assert not soup.select(".geo-map-truth, .geo-map-line") and drawn.contents["truth"] is None
    assert list(json.loads(soup.figure["data-shadings"])) == ["even", "thesis"]
    with pytest.raises(ValueError, match="nobody counted"):
        interactive_map(prediction, shading="density")
    with pytest.raises(ValueError, match="shading: 'scale'"):
        interactive_map(prediction, shading="scale")


def test_a_cell_of_unknown_ground_is_a_dot(mixed_prediction):
    mixed_prediction.rings[0].clear()
    html = map_figure(interactive_map(mixed_prediction).contents)
    (dot,) = BeautifulSoup(html, "html.parser").select(".geo-map-dot")
    assert dot["d"].endswith("h0") and dot["stroke-opacity"] == dot["data-even"]


def test_texts_of_data_do_nothing(soup, mixed_partition):
    assert len(soup.find_all("script")) == 1 and soup.script.string.strip() == script()
    assert not [tag for tag in soup.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    evil = mixed_partition.names[1]
    assert evil in soup.select(".geo-map-cells path")[1]["data-facts"]
    assert any(cell.get_text() == evil for cell in soup.find_all("td"))


def test_contents_of_another_hand_are_data_too(drawn):
    evil = '"><script>x()</script>'
    contents = json.loads(json.dumps(drawn.contents))
    contents |= {"title": evil, "alt": evil, "line": evil}
    contents["answer"] = {"text": evil, "path": evil}
    contents["cells"][0] |= {"name": evil, "level": evil, "path": evil}
    contents["cells"][0]["opacity"]["x onload=x()"] = 1
    soup = BeautifulSoup(map_figure(contents), "html.parser")
    assert not soup.find("script") and not soup.find(attrs={"onload": True})
    for broken in ({"shading": evil}, {"cells": []}):
        with pytest.raises((ValueError, IndexError)):
            map_figure(contents | broken)


def test_nothing_comes_from_the_network(drawn, soup):
    for tag in soup.find_all(True):
        assert tag.get("href", "#").startswith("#") and not tag.has_attr("src")
    html = drawn._repr_html_()
    assert not re.search(r"https?:|//[a-z]|url\(|@import|fetch\(|XMLHttp|import\(|eval\(", html)


def test_the_html_is_valid_and_not_too_large(drawn):
    html5lib = pytest.importorskip("bleach._vendor.html5lib")
    html5lib.HTMLParser(strict=True).parseFragment(drawn._repr_html_(), "body")
    page = (
        f"<!DOCTYPE html><html lang='en'><title>t</title><body>{drawn._repr_html_()}</body></html>"
    )
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(world_markup()) < 260_000 and len(map_figure(drawn.contents)) < 60_000


def test_a_notebook_keeps_data_and_html(drawn):
    bundle = drawn._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", MAP_TYPE}
    copy = InteractiveMap(json.loads(json.dumps(bundle[MAP_TYPE])))
    assert copy._repr_html_() == bundle["text/html"]
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", script_source())
