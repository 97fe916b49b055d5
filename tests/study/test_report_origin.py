"""The box that says how a page was made, and the hashes in it."""

import hashlib
import os
import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook

from geoutils.study.provenance import RECORDED, facts_of_now, record_facts, recorded_facts
from geoutils.study.report import build_report, inputs
from geoutils.study.report.inputs import own_photos, read_inputs

TABLES = {"hmc": b"b", "semp": b"a"}


def box(html):
    """Facts, parameters and rows of inputs of a page's box."""
    section = BeautifulSoup(html, "html.parser").find("section", class_="origin")
    pairs = [
        {row.dt.get_text(): row.dd.get_text() for row in part("div")} if part else {}
        for part in (section.find(class_="facts"), section.find(class_="values"))
    ]
    rows = [[cell.get_text() for cell in row(["th", "td"])] for row in section("tr")[1:]]
    return *pairs, rows, section


def test_a_page_tells_how_it_was_made(report):
    facts, parameters, _, section = box(report.pages["04_evaluation"])
    assert facts["Notebook"] == "notebooks/04_evaluation.ipynb"
    assert facts["Finished"] == "3 November 2026, 09:05 UTC" and facts["Run time"] == "1 min 14 s"
    assert "torch" in facts["Versions"] and "cores" in facts["Machine"]
    assert parameters == {"n_resamples": "1000", "label": report.evil}
    assert "with which this report was made" in section.get_text()


@pytest.fixture
def finished(report, tmp_path):
    """A copy of the small study with files that its notebook 04 had read."""
    root = tmp_path / "root"
    shutil.copytree(report.root, root)
    results = root / "results" / "small"
    (results / "manifest.parquet").write_bytes(b"photos")
    (results / "checkpoints" / "a").mkdir(parents=True)
    (results / "checkpoints" / "a" / "model.bin").write_bytes(b"weights")
    (results / "checkpoints" / "b.json").write_bytes(b"{}")
    (results / "checkpoints" / ".lock").touch()
    return root


def test_inputs_have_the_hashes_that_sha256sum_prints(finished):
    results = finished / "results" / "small"
    manifest, checkpoints = read_inputs("04_evaluation", results)
    assert (manifest.name, manifest.files, manifest.size) == ("manifest.parquet", 1, 6)
    assert manifest.sha256 == hashlib.sha256(b"photos").hexdigest()
    assert (checkpoints.name, checkpoints.files, checkpoints.size) == ("checkpoints/", 2, 9)
    said = subprocess.run(
        "sha256sum a/model.bin b.json | sha256sum",
        shell=True,
        cwd=results / "checkpoints",
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split()[0] == checkpoints.sha256


def test_a_file_that_changed_after_the_run_is_pointed_out(finished, report):
    results = finished / "results" / "small"
    for name, seconds in (("manifest.parquet", -1), ("checkpoints/b.json", 1)):
        when = report.finished.timestamp() + seconds
        os.utime(results / name, (when, when))
    html = build_report(finished, "small").with_name("04_evaluation.html").read_text()
    manifest, checkpoints = box(html)[2]
    assert manifest[:2] == ["manifest.parquet", "6 bytes"]
    assert checkpoints[0] == "checkpoints/2 fileschanged since this page's notebook ran"


def test_a_borrowed_model_is_found_where_it_lies(finished):
    guest = finished / "results" / "guest"
    guest.mkdir()
    (guest / "manifest.parquet").write_bytes(b"other photos")
    names = [file.name for file in read_inputs("04_evaluation", guest, [guest.with_name("small")])]
    assert names == ["manifest.parquet", "../small/checkpoints/"]


def test_tables_of_sweeps_are_the_committed_ones_where_none_was_run(finished):
    small, guest = (finished / "results" / name for name in ("small", "guest"))
    (small / "ablations" / "semp").mkdir(parents=True)
    (small / "ablations" / "semp.csv").write_bytes(b"a")
    (small / "ablations" / "hmc.csv").write_bytes(b"b")
    (own,), (lent,) = read_inputs("10_all", small), read_inputs("10_all", guest, [small])
    assert (own.name, own.files, own.size) == ("ablations/*.csv", 2, 2)
    assert lent.name == "../small/ablations/*.csv" and lent.sha256 == own.sha256
    lines = "".join(f"{hashlib.sha256(c).hexdigest()}  {n}.csv\n" for n, c in TABLES.items())
    assert own.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_a_file_too_large_has_no_hash(finished, monkeypatch):
    monkeypatch.setattr(inputs, "LARGEST", 6)
    manifest, checkpoints = read_inputs("04_evaluation", finished / "results" / "small")
    assert manifest.sha256 and not checkpoints.sha256


def test_photos_that_a_notebook_was_given_have_a_hash_of_their_own(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"1")
    given = {"source": "folder", "photos": str(tmp_path), "photos_dir": None}
    (one,) = own_photos(given)
    (tmp_path / "b.jpg").write_bytes(b"2")
    (two,) = own_photos(given)
    assert one.sha256 != two.sha256
    assert own_photos(given | {"photos": str(tmp_path / "gone")}) == []
    assert own_photos({"source": "rendered", "photos": None}) == own_photos({"seed": 1}) == []


def test_what_a_run_recorded_comes_before_what_is_found_now(finished):
    path = finished / "results" / "small" / "notebooks" / "04_evaluation.ipynb"
    record_facts(path, facts_of_now(finished) | {"Commit": "abc <b>"})
    index = build_report(finished, "small")
    facts, _, _, section = box(index.with_name("04_evaluation.html").read_text())
    assert facts["Commit"] == "abc <b>" and "of the notebook's run" in section.get_text()
    assert "abc <b>" in BeautifulSoup(index.read_text(), "html.parser").find(class_="facts").text


def test_facts_of_another_kind_are_none():
    assert recorded_facts(new_notebook()) == {}
    assert recorded_facts(new_notebook(metadata={RECORDED: ["Commit"]})) == {}
