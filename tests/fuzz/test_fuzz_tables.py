"""Damaged tables, cells, settings and models are read, or refused in one line that says why."""

import json

import numpy as np
import pandas as pd
import pytest
from mutations import survivors

from geoutils.evaluation.position_files import read_positions
from geoutils.models import load_model, save_model
from geoutils.models.heads import Head
from geoutils.partitions import (
    Hierarchy,
    Partition,
    adaptive_partition,
    adaptive_tree,
    read_cells_csv,
    read_geojson,
    read_osv5m_quadtree,
    read_semp_csv,
    write_geojson,
)
from geoutils.photos import read_manifest, read_table
from geoutils.photos.manifest import validate_manifest, write_manifest
from geoutils.prediction import read_predictions_csv
from geoutils.study.methods.model_training import study_contents
from geoutils.study.settings import read_study

LISTS = [
    b"IMG_ID,LAT,LON,AUTHOR,S3_Label\na/b.jpg,48.85,2.35,ann,0\nc.jpg,-33.9,18.4,bob,1\n",
    b"photo;latitude;longitude;split\n1;1.5;2;train\n2;3;4;test\n",
    b'id\tlat\tlng\tprob_indoor\n"x\ty"\t10\t20\t.5\n"=1+1"\t-10\t-20\t.5\n',
]
CELLS = b"class_label,hex_id,imgs_per_cell,latitude_mean,longitude_mean\n"
CELLS += b"0,8744,3376,39.28,-107.94\n1,364,2728,35.96,108.13\n"
QUADTREE = b"cluster_id,min_lat,min_lon,max_lat,max_lon,mean_lat,mean_lon\n"
QUADTREE += b"0,-54.8,-176.8,-21.5,-87.9,-43.5,-175.1\n1,0.5,-87.9,6.5,-65.7,2.8,-69.9\n"
PLACES = (
    b"class_index,class_label,imgs_per_cell,latitude_mean,longitude_mean\n0,N1,5,1,2\n1,W7,6,3,4\n"
)
PREDICTIONS = [
    b"img_id,gt_lat,predicted_lat,gt_long,predicted_long,great_circle_distance\na,1,2,3,4,5\nb,1,,3,,\n",
    b"id,pred_lat,pred_lon,true_lat,true_lon,distance\n7,1,2,3,4,5\n",
]
STUDY = b"title: x\nrendered: true\n01_photos: {source: rendered, size: 64, shares: {train: 0.8}}\n"
STUDY += b"03_training:\n  stages:\n    a: {head: classes, partition: countries}\n"
EVIL_YAML = [
    b"!!python/object/apply:os.system ['touch ran']",
    b"title: !!python/name:os.system\n",
    b"a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    b"{" * 3000,
    b"? [a]\n: b\n",
    b"9" * 5000,
    b"- " * 3000,
    b"title: 2001-99-99\n",
    b"\xff\xfe",
    b"",
]


def of_file(path, read):
    """A reader of bytes, from a reader of files."""

    def reading(data):
        path.write_bytes(data)
        return read(path)

    return reading


def test_lists_of_photos(tmp_path):
    read = of_file(tmp_path / "list.csv", read_table)
    for manifest, rejected in survivors(LISTS, read, 600):
        assert len(manifest) + len(rejected) >= 1
        if len(manifest):
            validate_manifest(manifest.assign(split="train"))
        assert (rejected["reason"] != "").all()


@pytest.mark.parametrize(
    ("read", "sources", "n"),
    [
        (read_positions, LISTS, 1_500),
        (read_cells_csv, [CELLS], 1_000),
        (read_osv5m_quadtree, [QUADTREE], 500),
        (read_semp_csv, [PLACES], 1_000),
        (read_predictions_csv, PREDICTIONS, 1_500),
    ],
)
def test_tables_of_others(tmp_path, read, sources, n):
    found = list(survivors(sources, of_file(tmp_path / "table.csv", read), n))
    assert 5 < len(found) < n
    for table in found:
        if isinstance(table, pd.DataFrame):
            assert not (table["latitude"].abs() > 90).any()
        else:
            assert np.isfinite(table.centers_deg).all() and len(table) >= 1


def test_parquet_files(tmp_path):
    places = {"photo": ["a", "b", "c"], "latitude": [1.0, 2, 3], "longitude": [4.0, 5, 6]}
    write_manifest(pd.DataFrame(places).assign(split=["train", "val", "test"]), tmp_path / "m")
    manifest = (tmp_path / "m").read_bytes()
    locations = np.random.default_rng(0).uniform(-60, 60, (50, 2))
    adaptive_partition(locations, 1, 20).save(tmp_path / "p.parquet")
    partition = (tmp_path / "p.parquet").read_bytes()
    path = tmp_path / "damaged.parquet"
    for read, source in (
        (read_manifest, manifest),
        (read_table, manifest),
        (read_positions, manifest),
        (Partition.load, partition),
    ):
        assert len(list(survivors([source], of_file(path, read), 600))) > 5


def test_cells_in_json(tmp_path):
    locations = np.random.default_rng(0).uniform(-60, 60, (80, 2))
    path = tmp_path / "cells.geojson"
    write_geojson(adaptive_partition(locations, 1, 40), path)
    for again in survivors([path.read_bytes()], of_file(path, read_geojson), 1_000):
        assert np.isfinite(again.centers_deg).all()
    adaptive_tree(locations, 1, 20).save(tmp_path / "tree")
    index = tmp_path / "tree" / "hierarchy.json"
    sources = [index.read_bytes()]
    read = of_file(index, lambda path: Hierarchy.load(path.parent))
    assert len(list(survivors(sources, read, 600))) > 5


def test_settings(tmp_path):
    (tmp_path / "studies").mkdir()
    for name in ("01_photos", "03_training"):
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    read = of_file(tmp_path / "studies" / "s.yaml", lambda _: read_study(tmp_path, "s"))
    assert all(isinstance(contents, dict) for contents in survivors([STUDY], read, 2_000))
    recorded = of_file(tmp_path / "settings.yaml", lambda path: study_contents(path.parent))
    assert all(isinstance(contents, dict) for contents in survivors([STUDY], recorded, 1_000))
    for data in EVIL_YAML:
        for reader in (read, recorded):
            try:
                contents = reader(data)
            except ValueError as error:
                assert str(error) and "\n" not in str(error), data
            else:
                assert isinstance(contents, dict) and b"python" not in data
    assert not (tmp_path / "ran").exists()


def test_models(tmp_path):
    save_model(Head.kinds["classes"](8, 3), tmp_path)
    config, weights = tmp_path / "config.json", tmp_path / "model.safetensors"
    told, tensors = config.read_bytes(), weights.read_bytes()
    assert list(survivors([told], of_file(config, lambda path: load_model(path.parent)), 600))
    config.write_bytes(told)
    assert list(survivors([tensors], of_file(weights, lambda path: load_model(path.parent)), 600))


def test_names_stay_in_the_folder(tmp_path, monkeypatch):
    """Photos of a list are looked for in the folder alone, whatever they are called."""
    looked = []

    def look(paths, label=""):
        looked.extend(paths)
        return []

    monkeypatch.setattr("geoutils.photos.table.examine_all", look)
    names = ["../x.jpg", "/etc/passwd", "a/../../x", "..", "./..", "a//..//..//b", "~/x", "a/b.jpg"]
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in names:
        (tmp_path / "list.csv").write_text(f"photo,latitude,longitude\n{json.dumps(name)},1,2\n")
        try:
            read_table(tmp_path / "list.csv", folder)
        except StopIteration:  # nothing was really looked at
            pass
    assert looked == [folder / "~/x", folder / "a/b.jpg"]
