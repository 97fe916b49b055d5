import base64
import hashlib
import re
import shutil

import pytest
from bs4 import BeautifulSoup

from geoutils.study.report import build_report


@pytest.fixture(scope="module")
def soups(report):
    return {name: BeautifulSoup(html, "html.parser") for name, html in report.pages.items()}


def test_there_is_a_page_per_notebook_and_no_other(report):
    assert report.folder == report.root / "results" / "small" / "report"
    assert set(report.pages) == {"index", "04_evaluation", "08_influence", "figures_and_tables"}


def test_nothing_is_loaded_from_elsewhere(report, soups):
    for name, soup in soups.items():
        for tag in soup.find_all(True):
            for attribute in ("src", "srcset", "data", "poster", "background", "action"):
                assert tag.get(attribute, "data:").startswith("data:"), f"{name}: {tag}"
            if tag.name != "a":
                assert tag.get("href", "data:").startswith("data:"), f"{name}: {tag}"
        assert not soup.find(["iframe", "object", "embed", "base", "svg"])
        assert not re.search(r"@import|url\(|mathjax|require\.js|mermaid", report.pages[name], re.I)


def test_a_page_is_closed_to_the_network_and_to_scripts_but_ours(report, soups):
    for name, soup in soups.items():
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert policy.startswith("default-src 'none'; img-src data:;")
        allowed = policy.partition("script-src ")[2].split()
        scripts = re.findall(r"<script>(.*?)</script>", report.pages[name], re.DOTALL)
        digests = [hashlib.sha256(code.encode()).digest() for code in scripts]
        hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert hashes == allowed and len(hashes) == 1


def test_links_within_the_report_lead_somewhere(soups):
    for name, soup in soups.items():
        for link in soup.find_all("a", href=True):
            page, _, anchor = link["href"].partition("#")
            if page.startswith("https:"):
                continue
            target = soups[page.removesuffix(".html") if page else name]
            if anchor and anchor != "End":  # the sample links to a heading that is not there
                assert target.find(id=anchor), f"{name}: {link}"


def test_names_from_data_are_shown_and_do_nothing(report, soups):
    for soup in soups.values():
        assert len(soup.find_all("script")) == 1 and not soup.find("svg")
        assert not [
            tag for tag in soup.find_all(True) if any(a.startswith("on") for a in tag.attrs)
        ]
    assert report.evil in soups["index"].h1.get_text()
    assert report.evil in soups["index"].find(class_="about").get_text()
    assert "<script>" in soups["index"].find(class_="answer").get_text()
    assert report.evil in soups["index"].find("table", class_="main").get_text()
    assert report.evil in soups["index"].find(class_="parameters").get_text()
    assert report.evil in soups["04_evaluation"].find("td", string=re.compile("script")).get_text()
    assert report.evil in soups["08_influence"].find(class_="failed").get_text()
    assert report.evil in soups["08_influence"].find("pre", class_="traceback").get_text()


def test_formulas_are_mathml(soups):
    page = soups["04_evaluation"]
    assert page.h1.find("math") and page.find("math", display="block").find("mfrac")
    assert page.find(class_="contents").find("math")
    assert soups["index"].find(class_="answer").find("math")
    assert page.title.get_text().startswith("How close does f* come?")


def test_a_figure_has_its_caption_and_its_alternative_text(report, soups):
    page = soups["04_evaluation"]
    figure = page.find("figcaption").parent
    assert figure.img["alt"] == report.caption and figure.img["width"] == "20"
    assert figure.img["src"].startswith("data:image/webp;base64,")
    assert figure.figcaption.get_text().startswith("Figure 1. Each side is s")
    assert "Read it clockwise" in figure.figcaption.get_text()
    assert "Then go on" not in figure.get_text() and "Then go on" in page.get_text()
    assert page.find("p", class_="caption").get_text().startswith("Table 1. Distances.")
    assert soups["index"].find(class_="gallery").img["alt"] == report.caption


def test_the_opening_is_set_in_parts(soups):
    parts = soups["04_evaluation"].find_all("p", class_="part")
    assert [part.get_text(" ", strip=True) for part in parts] == ["Question How?", "Needs 03."]


def test_code_is_folded_but_there(soups):
    folded = soups["04_evaluation"].find_all("details", class_="code")
    assert "for x in tqdm(photos)" in folded[1].get_text()
    assert not any("open" in details.attrs for details in folded)


def test_progress_shows_its_last_state_once(soups):
    (log,) = soups["04_evaluation"].find_all("details", class_="log")
    assert log.pre.get_text().strip() == "drawing: 100%"


def test_headings_are_numbered_apart_and_listed(soups):
    contents = soups["04_evaluation"].find(class_="contents")
    assert [a["href"] for a in contents.find_all("a")] == ["#Scores-ar", "#Scores-ar-2"]


def test_links_to_notebooks_become_links_to_pages(soups):
    links = {a.get_text(): a["href"] for a in soups["04_evaluation"].article.find_all("a")}
    assert links["that"] == "08_influence.html#End"
    assert links["a map"] == "https://example.org/m.png"
    assert "this" not in links


def test_a_notebook_that_failed_says_so(soups):
    notice = soups["08_influence"].find(class_="failed")
    assert "ValueError" in notice.get_text()
    assert soups["08_influence"].find(id=notice.a["href"][1:]).find(class_="traceback")
    assert "ValueError" in soups["index"].find(class_="failed").get_text()
    assert "An Exception" not in soups["04_evaluation"].get_text()


def test_the_first_page_tells_the_study(soups):
    page = soups["index"]
    assert "rendered" in page.find(class_="notice").get_text()
    best = [cell.get_text() for cell in page.find_all("td", class_="best")]
    assert best == ["41.0", "29.9[28.3, 31.6]"]  # one in each column
    assert "29.9" in page.find(class_="key").get_text()
    facts = {row.dt.get_text(): row.dd.get_text() for row in page.find(class_="facts")("div")}
    assert facts["Notebooks finished"] == "3 November 2026, 09:05 UTC"
    assert facts["Run time"] == "2 min 28 s for 2 notebooks"
    assert "torch" in facts["Versions"] and "cores" in facts["Machine"]


def test_what_goes_wrong_leaves_the_old_report(report):
    root, folder = report.root, report.folder
    broken = root / "results" / "small" / "answers" / "08_influence.json"
    broken.write_text("{")
    with pytest.raises(ValueError, match=r"08_influence\.json: not JSON"):
        build_report(root, "small")
    broken.unlink()
    assert (folder / "index.html").read_text() == report.pages["index"]
    assert sorted(path.suffix for path in folder.iterdir()) == [".html"] * 4


def test_a_study_that_has_not_run_is_named(tmp_path):
    for name in ("studies", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "studies" / "new.yaml").write_text("title: New\n")
    with pytest.raises(ValueError, match=r"no executed notebooks in .*new/notebooks"):
        build_report(tmp_path, "new")
    with pytest.raises(ValueError, match=r"no file studies/old\.yaml"):
        build_report(tmp_path, "old")


def test_a_borrowed_model_is_named_on_every_page(report, tmp_path):
    root = shutil.copytree(report.root, tmp_path / "root")
    (root / "studies" / "guest.yaml").write_text("title: Guest\nmodel_from: small\n")
    notebooks = root / "results" / "guest" / "notebooks"
    shutil.copytree(root / "results" / "small" / "notebooks", notebooks)
    index = build_report(root, "guest")
    for path in index.parent.iterdir():
        notice = BeautifulSoup(path.read_text(), "html.parser").find(class_="rendered").get_text()
        assert "trained in the study small" in notice and "never a real photo" in notice
