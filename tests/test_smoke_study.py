"""The smoke study, from photos to report, run as a user would; then what it must have made."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.geocoding import atlas_addresses, write_address_table
from geoutils.partitions import Partition
from geoutils.study.check_results import figure_faults
from geoutils.study.execute import execute_notebook
from geoutils.study.settings import notebooks_of, read_study

ROOT = Path(__file__).parents[1]
NOTEBOOKS = notebooks_of(read_study(ROOT, "smoke"))


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "geoutils", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke")
    result = run("run", "--study", "smoke", "--out-dir", str(folder))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_ran_to_its_answer(out, name):
    results = out / "results" / "smoke"
    executed = nbformat.read(results / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code if cell.source.strip())
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error"]
    answer = json.loads((results / "answers" / f"{name}.json").read_text())
    assert answer["answer"].strip()
    assert (results / "report" / f"{name}.html").stat().st_size > 10_000


def test_the_report_shows_every_answer(out):
    index = (out / "results" / "smoke" / "report" / "index.html").read_text()
    for name in NOTEBOOKS:
        assert f"{name}.html" in index


def test_every_figure_can_be_printed_as_it_is(out):
    figures = out / "figures" / "smoke"
    assert len(list(figures.glob("*.pdf"))) > 60
    assert figure_faults(figures) == []


def test_a_second_run_does_nothing_in_seconds(out):
    before = {path: path.stat().st_mtime_ns for path in (out / "results").rglob("*.ipynb")}
    start = time.monotonic()
    assert run("run", "--study", "smoke", "--out-dir", str(out)).returncode == 0
    assert time.monotonic() - start < 30
    after = {path: path.stat().st_mtime_ns for path in (out / "results").rglob("*.ipynb")}
    assert after == before


def test_a_changed_parameter_reruns_its_notebook_and_no_earlier_one(out):
    notebooks = out / "results" / "smoke" / "notebooks"
    before = {path.stem: path.stat().st_mtime_ns for path in notebooks.glob("*.ipynb")}
    arguments = ("-p", "06_calibration.n_bins=10")
    assert run("run", "--study", "smoke", "--out-dir", str(out), *arguments).returncode == 0
    after = {path.stem: path.stat().st_mtime_ns for path in notebooks.glob("*.ipynb")}
    assert [name for name in after if after[name] != before[name]] == ["06_calibration"]


def test_papermill_alone_runs_a_notebook(out, tmp_path):
    command = [
        *(sys.executable, "-m", "papermill"),
        *("notebooks/09_dataset_geography.ipynb", str(tmp_path / "out.ipynb")),
        *("-p", "study", "smoke", "-p", "out_dir", str(out)),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]


def test_papermill_alone_is_told_of_an_unknown_parameter(out, tmp_path):
    command = [
        *(sys.executable, "-m", "papermill"),
        *("notebooks/09_dataset_geography.ipynb", str(tmp_path / "out.ipynb")),
        *("-p", "study", "smoke", "-p", "out_dir", str(out), "-p", "sead", "1"),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "09_dataset_geography: unknown parameter sead" in result.stderr


def photo_with_gps(path, latitude, longitude):
    """A small JPEG, its position in degrees, minutes and seconds as cameras write it."""

    def dms(value):
        minutes, degrees = abs(value) * 60, int(abs(value))
        return (float(degrees), float(int(minutes - 60 * degrees)), round(minutes % 1 * 60, 3))

    exif = Image.Exif()
    exif[0x8825] = {
        1: "N" if latitude >= 0 else "S",
        2: dms(latitude),
        3: "E" if longitude >= 0 else "W",
        4: dms(longitude),
    }
    exif[0x013B] = "Ann"  # artist
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, exif=exif)


@pytest.fixture
def own_root(tmp_path):
    """The repository with its own_photos study borrowing the smoke study's model."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copytree(ROOT / "studies", root / "studies")
    study = root / "studies" / "own_photos.yaml"
    borrowed = study.read_text().replace("model_from: default", "model_from: smoke")
    study.write_text(borrowed)
    return root


def test_own_photos_are_located_and_none_is_lost(out, own_root, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    photo_with_gps(folder / "santiago.jpg", -33.45, -70.66)
    photo_with_gps(folder / "oslo.jpg", 59.91, 10.75)  # all by one author, as own photos are
    (folder / "cut.jpg").write_bytes((folder / "oslo.jpg").read_bytes()[:900])
    Image.new("RGB", (20, 20)).save(folder / "nowhere.jpg")
    contents = read_study(own_root, "own_photos")
    contents["07_explanations"] |= {"n_each": 1, "n_steps": 4, "n_copies": 2}
    contents["08_concept_influence"] |= {"n_steps": 2, "n_copies": 1, "n_sanity": 1}
    for name in notebooks_of(contents):
        section = contents[name] | ({"photos": str(folder)} if name == "01_photos" else {})
        execute_notebook(own_root, name, "own_photos", section, str(out))
    results = out / "results" / "own_photos"
    rejected = pd.read_csv(results / "rejected.csv")
    assert sorted(rejected["photo"]) == ["cut.jpg", "nowhere.jpg"]
    located = pd.read_parquet(results / "predictions" / "multi_partition_f_star_test.parquet")
    assert sorted(located["photo"]) == ["oslo.jpg", "santiago.jpg"]
    assert located["distance_km"].between(0, 20_040).all()


def test_a_folder_without_photos_is_bad_input(own_root, tmp_path, monkeypatch, capsys):
    from geoutils.__main__ import main

    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(own_root)
    arguments = ["notebook", "01_photos", "--study", "own_photos"]
    arguments += ["--out-dir", str(tmp_path / "out"), "-p", f"photos={tmp_path / 'empty'}"]
    assert main(arguments) == 2
    assert "holds no JPEG, PNG or WebP photo" in capsys.readouterr().err
    assert not (tmp_path / "out" / "results" / "own_photos" / "manifest.parquet").exists()


def test_places_may_come_from_a_table_of_addresses(out, tmp_path):
    made, again = (folder / "results" / "smoke" for folder in (out, tmp_path / "again"))
    shutil.copytree(made / "photos", again / "photos")
    shutil.copy(made / "manifest.parquet", again)
    photos = pd.read_parquet(made / "manifest.parquet")[["photo", "latitude", "longitude"]]
    table = tmp_path / "photos.jsonl.gz", tmp_path / "locations.parquet"
    addresses = atlas_addresses(photos[["latitude", "longitude"]].to_numpy())
    write_address_table(photos, addresses, *table, min_photos=1)
    arguments = ("--study", "smoke", "--out-dir", str(tmp_path / "again"))
    result = run("notebook", "02_partitions", *arguments, "-p", f"geocoder={tmp_path}")
    assert result.returncode == 0, result.stderr[-3000:]
    path = Path("partitions", "semantic", "fine.parquet")
    atlas, ours = Partition.load(made / path), Partition.load(again / path)
    assert ours.cells.labels() == atlas.cells.labels() and ours.cells.geocoder == str(tmp_path)
    np.testing.assert_array_equal(ours.counts, atlas.counts)
    answer = json.loads((again / "answers" / "02_partitions.json").read_text())["answer"]
    assert "nan" not in answer
