import numpy as np
import pytest

from geoutils import array_files
from geoutils.array_files import create_array, drop_rows, write_rows


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_pieces_in_any_order_make_the_array(tmp_path, dtype):
    whole = np.random.default_rng(0).integers(0, 200, (10, 3, 2)).astype(dtype)
    create_array(tmp_path / "a.npy", dtype, whole.shape)
    assert not np.load(tmp_path / "a.npy").any()
    for start in (6, 0, 3):
        write_rows(tmp_path / "a.npy", start, whole[start : start + 4])
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), whole)


@pytest.mark.parametrize("rows", [[0], [9], [2, 3, 7], range(10), []])
@pytest.mark.parametrize("piece_bytes", [1, 40, 2**20])
def test_rows_are_taken_out_where_they_are(tmp_path, monkeypatch, rows, piece_bytes):
    monkeypatch.setattr(array_files, "PIECE_BYTES", piece_bytes)
    whole = np.random.default_rng(1).normal(size=(10, 4)).astype(np.float32)
    create_array(tmp_path / "a.npy", np.float32, whole.shape)
    write_rows(tmp_path / "a.npy", 0, whole)
    drop_rows(tmp_path / "a.npy", list(rows))
    found, expected = np.load(tmp_path / "a.npy"), np.delete(whole, list(rows), axis=0)
    np.testing.assert_array_equal(found, expected)
    np.save(tmp_path / "b.npy", expected)
    assert (tmp_path / "a.npy").stat().st_size == (tmp_path / "b.npy").stat().st_size
