import shutil

import numpy as np
import pandas as pd
import pytest

from geoutils.study.ablations import Variant, run_sweep, sweep, thesis_cells, variant_key
from geoutils.training import loop

PRESET = {"epochs": 2, "batch_size": 16, "warmup_epochs": 0}
SETTINGS = {
    "seeds": [0, 1],
    "thresholds": [[1, 12], [1, 45]],
    "recipe": {"head": "classes", "preset": PRESET},
}


def times(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}


def test_a_sweep_is_trained_placed_and_written(base):
    table = run_sweep(base, "thesis_c", SETTINGS)
    assert table["variant"].tolist() == ["1 to 12 photos", "1 to 45 photos"]
    assert (table["n_seeds"] == 2).all() and (table["n_photos"] == 20).all()
    assert table["cells"].is_monotonic_decreasing and (table["seconds"] > 0).all()
    written = pd.read_csv(base.folder / "thesis_c.csv")
    np.testing.assert_allclose(written["a_25"], table["a_25"], rtol=1e-5)
    one = pd.read_parquet(base.folder / "thesis_c" / "1_12_0.parquet")
    assert one["photo"].tolist() == base.photo
    assert not [path for path in base.training.results.glob("ablations/*")]


def test_a_killed_sweep_goes_on_where_it_was(base, monkeypatch):
    whole = run_sweep(base, "thesis_c", SETTINGS)
    shutil.rmtree(base.folder / "thesis_c")
    epochs = iter(range(100))
    save = loop.save_state

    def killed_in_the_second_training(*arguments):
        save(*arguments)
        if next(epochs) == 2:  # after the first of its two epochs
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "save_state", killed_in_the_second_training)
    with pytest.raises(KeyboardInterrupt):
        run_sweep(base, "thesis_c", SETTINGS)
    assert [*times(base.folder / "thesis_c")] == ["1_12_0.parquet"]
    before = times(base.folder / "thesis_c")
    again = run_sweep(base, "thesis_c", SETTINGS)
    assert next(epochs) == 8  # 3 of them before: none was trained twice
    after = times(base.folder / "thesis_c")
    assert before.items() <= after.items() and len(after) == 4
    scores = [column for column in whole if column.startswith(("a_", "d_", "median"))]
    pd.testing.assert_frame_equal(again[scores], whole[scores])


def test_only_what_is_stale_is_done_again(base):
    run_sweep(base, "thesis_c", SETTINGS)
    before = times(base.folder / "thesis_c")
    run_sweep(base, "thesis_c", SETTINGS)
    assert times(base.folder / "thesis_c") == before
    more = SETTINGS | {"thresholds": [[1, 12], [1, 20]], "seeds": [0]}
    run_sweep(base, "thesis_c", more)
    after = times(base.folder / "thesis_c")
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"1_20_0.parquet"}
    other = SETTINGS | {"recipe": {"head": "classes", "preset": PRESET | {"epochs": 1}}}
    run_sweep(base, "thesis_c", other)
    assert not before.items() & times(base.folder / "thesis_c").items()


def test_a_key_knows_settings_and_seed(base):
    def variant(seed=0, settings=None):
        return Variant("thesis_c", "one", seed, pd.DataFrame, settings=settings)

    keys = [
        variant_key(base, variant(), {"a": 1}),
        variant_key(base, variant(), {"a": 2}),
        variant_key(base, variant(seed=1), {"a": 1}),
        variant_key(base, variant(settings={"b": 1}), {"a": 1}),
    ]
    assert len(set(keys)) == 4
    assert keys[3] == variant_key(base, variant(settings={"b": 1}), {"a": 2})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"photo": ["p60"], "distance_km": [1.0]}), "is about 1 photos; expected the"),
        (pd.DataFrame({"photo": ["p60"]}), "expected distance_km among them"),
    ],
)
def test_a_result_must_be_about_the_test_photos(base, monkeypatch, table, message):
    one = Variant("thesis_c", "one", 0, lambda folder: table)
    monkeypatch.setattr(thesis_cells, "variants", lambda study, settings: [one])
    with pytest.raises(ValueError, match=message):
        run_sweep(base, "thesis_c", SETTINGS)
    assert not (base.folder / "thesis_c.csv").exists()


def test_two_variants_of_one_file_are_refused(base, monkeypatch):
    one = Variant("thesis_c", "one", 0, pd.DataFrame)
    monkeypatch.setattr(thesis_cells, "variants", lambda study, settings: [one, one])
    with pytest.raises(ValueError, match="two variants one_0"):
        run_sweep(base, "thesis_c", SETTINGS)
    with pytest.raises(ValueError, match="sweep: 'thesis_x'; expected semp"):
        sweep.variants_of(base, "thesis_x", SETTINGS)
