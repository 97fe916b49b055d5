import numpy as np
import pytest

from geoutils.prediction import Background, placeable, search_within_cell, write_background


def collection(n=80, seed=0):
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(n, 4))
    latlon = np.c_[rng.uniform(-80, 80, n), rng.uniform(-180, 179, n)]
    return embeddings, latlon, rng.integers(-1, 7, n)


def test_photos_are_sorted_by_cell_and_keep_their_rows():
    embeddings, latlon, cells = collection()
    chosen = np.random.default_rng(1).random(80) < 0.6
    background = Background.of(embeddings, latlon, cells, 9, chosen)
    assert background.n_cells == 9 and len(background) == (chosen & (cells >= 0)).sum()
    for cell in range(9):
        span = background.span(cell)
        rows = np.flatnonzero(chosen & (cells == cell))
        np.testing.assert_array_equal(background.rows[span], rows)
        np.testing.assert_array_equal(background.latlon_deg[span], latlon[rows])
        units = embeddings[rows] / np.linalg.norm(embeddings[rows], axis=1, keepdims=True)
        np.testing.assert_allclose(background.embeddings[span], units, rtol=1e-6)
        assert background.counts[cell] == len(rows)
    assert repr(background).startswith(f"<Background: {len(background)} photos in 9 cells")


def test_placeable_photos_are_those_in_their_own_cell():
    truth = np.array([0, 1, 2, -1])
    assert placeable(np.array([0, 2, 2, -1]), truth).tolist() == [True, False, True, False]


def test_a_photo_without_features_is_like_nothing():
    background = Background.of(np.zeros((1, 3)), np.zeros((1, 2)), np.array([0]), 1)
    np.testing.assert_array_equal(background.embeddings, [[0, 0, 0]])


@pytest.mark.parametrize("in_memory", [True, False])
def test_saved_background_comes_back(tmp_path, in_memory):
    background = Background.of(*collection(), 9)
    background.save(tmp_path / "b")
    again = Background.load(tmp_path / "b", in_memory)
    assert isinstance(again.embeddings, np.memmap) != in_memory
    for name in ("embeddings", "latlon_deg", "rows", "starts"):
        np.testing.assert_allclose(getattr(again, name), getattr(background, name), rtol=1e-6)


def test_a_collection_in_a_file_is_sorted_part_by_part(tmp_path, monkeypatch):
    embeddings, latlon, cells = collection()
    np.save(tmp_path / "features.npy", embeddings)
    monkeypatch.setattr("geoutils.prediction.background.CHUNK", 12)
    features = np.load(tmp_path / "features.npy", mmap_mode="r")
    write_background(tmp_path / "b", features, latlon, cells, 9, cells != 3)
    expected = Background.of(embeddings, latlon, cells, 9, cells != 3)
    again = Background.load(tmp_path / "b")
    np.testing.assert_array_equal(again.embeddings, expected.embeddings)
    np.testing.assert_array_equal(again.rows, expected.rows)


def test_a_search_reads_from_the_file(tmp_path):
    embeddings, latlon, cells = collection()
    background = Background.of(embeddings, latlon, cells, 9)
    background.save(tmp_path)
    queries, centers = np.random.default_rng(2).normal(size=(20, 4)), np.zeros((9, 2))
    predicted = np.arange(20) % 9
    expected, found = (
        search_within_cell(queries, predicted, one, centers)
        for one in (background, Background.load(tmp_path))
    )
    np.testing.assert_array_equal(found.neighbours, expected.neighbours)
    np.testing.assert_allclose(found.latlon_deg, expected.latlon_deg)


def test_writing_that_fails_leaves_what_was_there(tmp_path):
    embeddings, latlon, cells = collection()
    Background.of(embeddings, latlon, cells, 9).save(tmp_path)
    embeddings[33], cells[33] = np.nan, 2
    with pytest.raises(ValueError, match="embeddings: row 33 has numbers that are not finite"):
        write_background(tmp_path, embeddings, latlon, cells, 9)
    assert len(Background.load(tmp_path)) == (collection()[2] >= 0).sum()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["embeddings.npy", "photos.parquet"]


def test_folders_without_a_whole_background_are_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no background; expected photos"):
        Background.load(tmp_path)
    Background.of(*collection(), 9).save(tmp_path)
    np.save(tmp_path / "embeddings.npy", np.zeros((3, 4), dtype=np.float32))
    with pytest.raises(ValueError, match="3 embeddings for"):
        Background.load(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latlon_deg": np.zeros((3, 2))}, "latlon_deg: 3 for 80 embeddings"),
        ({"cells": np.zeros(3, dtype=int)}, "cells: 3 for 80 embeddings"),
        ({"chosen": np.ones(3, dtype=bool)}, "chosen: 3 for 80 embeddings"),
        ({"cells": np.full(80, 9)}, "cells: found 9, expected −1 … 8"),
        ({"cells": np.full(80, -2)}, "cells: found -2, expected −1 … 8"),
        ({"latlon_deg": np.full((80, 2), 95.0)}, "latlon_deg: row 0"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    names = ("embeddings", "latlon_deg", "cells")
    given = dict(zip(names, collection(), strict=True)) | changes
    with pytest.raises(ValueError, match=message):
        Background.of(n_cells=9, **given)
