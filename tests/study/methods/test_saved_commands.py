"""Photos are placed, and cells written for others, from the command line."""

import os

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from geoutils.__main__ import main
from geoutils.evaluation.position_files import read_positions
from geoutils.geocoding import atlas_addresses
from geoutils.partitions import (
    Hierarchy,
    Partition,
    read_cells_csv,
    read_geojson,
    read_semp,
    read_semp_csv,
    semantic_partitions,
)
from geoutils.sphere import destination
from geoutils.study.saved_study import load_study


@pytest.fixture(scope="module")
def folder(training):
    sections = {"03_training": dict(training.settings), "04_evaluation": {"model": "hc"}}
    (training.results / "settings.yaml").write_text(yaml.safe_dump(sections))
    return training.results


@pytest.fixture
def album(training, tmp_path):
    """Six test photos as files, two of them in a folder, beside one that is no photo."""
    pixels = training.pixels[training.manifest["split"] == "test"][:6]
    for number, photo in enumerate(np.array(pixels)):
        path = tmp_path / "album" / ("trip" if number > 3 else "") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo).save(path)
    (tmp_path / "album/broken.jpg").write_text("no photo")
    (tmp_path / "album/notes.txt").write_text("neither")
    return tmp_path / "album"


@pytest.mark.parametrize("style", ["isn", "osv5m"])
def test_places_of_a_folder_are_written_as_others_read_them(style, folder, album, capsys):
    out = album.parent / "places.csv"
    assert main(["locate", str(folder), str(album), "--out", str(out), "--style", style]) == 1
    told = capsys.readouterr()
    assert told.out == f"6 photos in {out}, 1 could not be read\n"
    assert told.err == f"photo {album / 'broken.jpg'}: not a JPEG, PNG or WebP image\n"
    found = read_positions(out)
    names = ["0.png", "1.png", "2.png", "3.png", "trip/4.png", "trip/5.png"]
    assert found["photo"].tolist() == names
    expected = load_study(folder).locate([str(album / name) for name in names], 1)
    points = ["latitude", "longitude"]
    pd.testing.assert_frame_equal(found[points], expected[points])


def test_places_of_one_photo_are_printed_likeliest_first(folder, album, capsys):
    photo = str(album / "1.png")
    command = ["locate", str(folder), photo, "--top-k", "2", "--method", "mvmf_point"]
    assert main(command) == 0
    name, *lines = capsys.readouterr().out.splitlines()
    assert name == photo and len(lines) == 2
    places = load_study(folder).predict(photo, top_k=2, method="mvmf_point")
    for line, point, place, share in zip(lines, *places, strict=True):
        sure, percent, latitude, longitude, text = line.split(maxsplit=4)
        assert percent == "%" and text == place
        told = np.array([sure, latitude, longitude], dtype=float)
        np.testing.assert_allclose(told, [100 * share, *point], atol=0.051)


@pytest.mark.parametrize("out", [[], ["--out", "places.csv"]])
def test_a_name_that_is_no_text_is_told_and_passed_over(folder, album, capsys, monkeypatch, out):
    """As on disks written when names were Latin-1."""
    monkeypatch.chdir(album.parent)
    (album / "broken.jpg").unlink()
    os.rename(album / "0.png", os.fsencode(album) + b"/caf\xe9.png")
    assert main(["locate", str(folder), "album", *out]) == 1
    told = capsys.readouterr()
    assert told.err == "photo album/caf\ufffd.png: a name that is no UTF-8\n"
    if out:
        assert len(read_positions("places.csv")) == 5
    else:
        assert all(f"album/{name}.png\n" in told.out for name in (1, 2, 3, "trip/4", "trip/5"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["{folder}", "{album}", "--style", "csv"], "--style: 'csv'; expected isn, isn_classes"),
        (["{folder}", "{album}", "--method", "hcc"], "--method: 'hcc'; expected"),
        (["{folder}", "{album}", "--top-k", "0"], "--top-k: got 0, expected a whole number"),
        (["{folder}", "{folder}/checkpoints"], "no JPEG, PNG or WebP photo below"),
        (["{album}", "{album}"], "path: no settings.yaml in"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(given, message, folder, album, capsys):
    filled = [text.format(folder=folder, album=album) for text in given]
    assert main(["locate", *filled]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ") and message in told.err and told.out == ""


def test_cells_are_written_in_every_style(folder, tmp_path, capsys):
    kept = {path: Partition.load(path) for path in (folder / "partitions").rglob("*.parquet")}
    inside = {path: path.relative_to(folder / "partitions") for path in kept}
    for style, suffix in (("isn", ".csv"), ("geojson", ".geojson")):
        out = tmp_path / style
        assert main(["cells", str(folder), "--out-dir", str(out), "--style", style]) == 0
        told = capsys.readouterr().out.split()
        chosen = [path for path, p in kept.items() if style == "geojson" or p.cells.kind == "s2"]
        expected = {str(out / inside[path].with_suffix(suffix)) for path in chosen}
        assert set(told) == expected and chosen
        for path in chosen:
            read = read_cells_csv if style == "isn" else read_geojson
            again = read(out / inside[path].with_suffix(suffix))
            assert again.cells.labels() == kept[path].cells.labels()


@pytest.mark.parametrize("n_photos", [60, 30])
def test_named_places_are_written_with_their_parents_where_all_have_one(n_photos, tmp_path, capsys):
    """30 photos of New York make a class of the middle level and none of the coarse one."""
    rng = np.random.default_rng(0)
    at = np.repeat([[48.85, 2.35], [40.7, -74.0]], [60, n_photos], axis=0)
    photos = destination(at, rng.uniform(0, 360, len(at)), rng.exponential(20, len(at)))
    tau_min = {"coarse": 40, "middle": 12}
    levels = semantic_partitions(atlas_addresses(photos), photos, tau_min, 4, geocoder="atlas")
    Hierarchy.of(levels).save(tmp_path / "results/partitions/semantic")
    out = tmp_path / "cells"
    command = ["cells", str(tmp_path / "results"), "--out-dir", str(out)]
    assert main([*command, "--style", "semp"]) == 0
    told = capsys.readouterr()
    assert told.out == f"{out}/semantic/\n"
    sizes = [len(level) for level in levels]
    if n_photos == 60:
        assert read_semp(out / "semantic").n_cells == sizes and told.err == ""
    else:
        start = "semantic: wrote the classes of each level (m_*.csv), but not h_dict.json, in what "
        assert told.err.startswith(start) and told.err.count("\n") == 1
        assert "of 'middle' lies in no coarser class, for which h_dict.json has no" in told.err
        files = [out / "semantic" / f"m_{size}.csv" for size in sizes]
        assert sorted((out / "semantic").iterdir()) == sorted(files)
        assert [len(read_semp_csv(path)) for path in files] == sizes
    assert main(command) == 2
    assert "holds no cells that the style isn has" in capsys.readouterr().err


def test_levels_with_equally_many_classes_get_a_file_each(tmp_path, capsys):
    at = np.repeat([[48.85, 2.35], [40.7, -74.0]], 60, axis=0)
    photos = at + np.random.default_rng(0).normal(0, 0.1, at.shape)
    tau_min = {"coarse": 40, "middle": 39}
    levels = semantic_partitions(atlas_addresses(photos), photos, tau_min, 4, geocoder="atlas")
    assert len(levels[0]) == len(levels[1])
    Hierarchy.of(levels).save(tmp_path / "results/partitions/semantic")
    command = ["cells", str(tmp_path / "results"), "--out-dir", str(tmp_path), "--style", "semp"]
    assert main(command) == 0
    assert "share a name" in capsys.readouterr().err
    names = {path.name for path in (tmp_path / "semantic").iterdir()}
    assert names == {f"m_{len(levels[0])}_{level}.csv" for level in tau_min}
