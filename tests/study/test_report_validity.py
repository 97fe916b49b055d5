"""Pages as a validator and as readers without a mouse or without eyes meet them."""

import re

import pytest
from bs4 import BeautifulSoup

from geoutils.study.report.body import TEMPLATES


@pytest.fixture(scope="module")
def soups(report):
    return {name: BeautifulSoup(html, "html.parser") for name, html in report.pages.items()}


def test_a_validator_finds_nothing_wrong(report, complaints):
    assert complaints(report.pages) == []


def test_the_validator_would_complain(report, complaints):
    broken = {"index": report.pages["index"].replace("<h1>", '<h1 id="main"><li>', 1)}
    assert {what.split(":")[0] for what in complaints(broken)} == {"index"}
    assert any("Duplicate ID" in what for what in complaints(broken))


def test_every_picture_tells_in_words_what_it_shows(soups):
    for name, soup in soups.items():
        assert all(image.get("alt") for image in soup.find_all("img")), f"{name}: a mute picture"


def test_headings_leave_out_no_level(soups):
    for name, soup in soups.items():
        levels = [int(tag.name[1]) for tag in soup.find_all(re.compile(r"^h[1-6]$"))]
        assert levels.count(1) == 1 and soup.html["lang"] == "en"
        before = 1
        for level in levels:
            assert level <= before + 1, f"{name}: h{level} after h{before}"
            before = level


def test_a_keyboard_reaches_the_text_first_and_then_all_that_scrolls(soups):
    for soup in soups.values():
        first = soup.body.find(["a", "button", "summary"])
        assert first["class"] == ["skip"] and soup.find(id=first["href"][1:]).name == "main"
        for frame in soup.find_all("div", class_="table"):
            assert frame["tabindex"] == "0" and frame["role"] == "group"
            assert frame.get("aria-label") or soup.find(id=frame["aria-labelledby"])


def test_parts_of_a_page_are_told_apart_by_name(soups):
    for name, soup in soups.items():
        parts = [nav.get("aria-label") or nav["aria-labelledby"] for nav in soup.find_all("nav")]
        assert len(parts) == len(set(parts)), f"{name}: two parts of one name, {parts}"
        here = soup.find("header", class_="bar").find(attrs={"aria-current": "page"})
        assert here["href"] == f"{name}.html"


def channel(value):
    value /= 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    red, green, blue = (channel(int(digits[k : k + 2], 16)) for k in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.2, definitions of relative luminance and contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_guidelines():
    # WCAG 2.2: black on white is 21:1; #767676 is the lightest grey that passes on white.
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") > 4.5 > contrast("#777777", "#fff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme):
    sheet = (TEMPLATES / "style.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2]
    colors = dict(re.findall(r"--([\w-]+): (#\w+);", light))
    if scheme == "dark":
        colors |= dict(re.findall(r"--([\w-]+): (#\w+);", dark))
    texts = [name for name in colors if name in ("ink", "quiet", "accent") or name[:2] == "c-"]
    for ground in ("paper", "wash"):
        for text in texts:
            ratio = contrast(colors[text], colors[ground])
            assert ratio >= 4.5, f"--{text} on --{ground}: {ratio:.2f}"
    for name in ("warm", "bad"):
        assert contrast(colors[name], colors[f"{name}-wash"]) >= 4.5
    assert contrast(colors["paper"], colors["accent"]) >= 4.5
