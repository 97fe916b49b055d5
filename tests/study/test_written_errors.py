import json

import numpy as np
import pandas as pd
import pytest

from geoutils.plots.method_colors import SYSTEM_COLORS, method_colors
from geoutils.study.written_errors import (
    WrittenMethod,
    central_label,
    written_errors,
    written_methods,
)

PHOTOS = pd.Series(["a.jpg", "c.jpg"])


@pytest.fixture
def results(tmp_path):
    """What notebook 04 leaves of a guesser and of three methods, one outside the main table."""
    for folder in ("tables", "predictions"):
        (tmp_path / folder).mkdir()
    labels = {"ce_f": "CE", "semp_f_star": "SemP f*", "semp_f": "SemP f", "a guess": None}
    methods = pd.DataFrame({"method": list(labels), "label": list(labels.values())})
    methods["system"] = ["Kordopatis et al.", "SemP", "SemP", "baseline"]
    methods["recipe"], methods["answer"] = ["ce", "semp", "semp", None], ["f", "f_star", "f", None]
    methods.to_csv(tmp_path / "tables" / "04_methods.csv", index=False)
    main = pd.DataFrame({"method": ["SemP f*", "CE", "a guess"], "1 km": "10.8 [9.2, 12.4]"})
    main.to_csv(tmp_path / "tables" / "04_accuracy.csv", index=False)
    (tmp_path / "tables" / "04_accuracy.json").write_text(json.dumps({"central": "semp_f_star"}))
    for k, name in enumerate(("ce_f", "semp_f_star", "semp_f")):
        km = pd.DataFrame({"photo": ["c.jpg", "b.jpg", "a.jpg"], "distance_km": [k, 5.0, np.inf]})
        km.to_parquet(tmp_path / "predictions" / f"{name}_test.parquet")
    return tmp_path


def test_errors_of_the_main_table_stand_in_the_order_of_the_photos(results):
    errors = written_errors(results, PHOTOS)
    assert list(errors) == ["SemP f*", "CE"]
    np.testing.assert_array_equal(errors["SemP f*"], [np.inf, 1])
    np.testing.assert_array_equal(errors["CE"], [np.inf, 0])
    assert central_label(results) == "SemP f*"


def test_methods_of_the_tables_are_known_by_label(results):
    methods = written_methods(results)
    assert list(methods) == ["CE", "SemP f*", "SemP f"]
    assert methods["SemP f*"] == WrittenMethod("SemP", "semp", "f_star")
    colors = method_colors(methods)
    assert colors["SemP f*"] == SYSTEM_COLORS["SemP"] != colors["SemP f"]


def test_without_an_evaluation_there_are_none(tmp_path):
    assert written_errors(tmp_path, PHOTOS) == {}


def test_files_that_do_not_fit_the_photos_are_refused(results):
    with pytest.raises(ValueError, match=r"semp_f_star_test.parquet: no row for 1 photos, e.g. z"):
        written_errors(results, pd.Series(["a.jpg", "z.jpg"]))
    with pytest.raises(ValueError, match=r"semp_f_star_val.parquet: missing"):
        written_errors(results, PHOTOS, "val")
