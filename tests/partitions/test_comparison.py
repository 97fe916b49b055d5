import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import accuracy_at
from geoutils.geocoding import Addresses
from geoutils.partitions import adaptive_partitions, cell_distances_km, semantic_partition
from geoutils.partitions.comparison import compare_partitions, readable, readable_ceilings


@pytest.fixture
def photos():
    rng = np.random.default_rng(0)
    return np.c_[rng.normal(45, 10, 600).clip(-90, 90), rng.uniform(-20, 60, 600)]


@pytest.fixture
def partitions(photos):
    coarse, fine = adaptive_partitions(photos[:400], 3, {"coarse": 100, "fine": 20})
    return {("growth", "coarse"): coarse, ("growth", "fine"): fine, ("alone", "fine"): fine}


def test_a_row_has_the_numbers_of_its_partition(photos, partitions):
    positions = {"train": photos[:400], "val": photos[400:]}
    table = compare_partitions(partitions, positions, {"growth": 0.25, "alone": 1.0})
    assert list(table.index) == list(partitions)
    fine = partitions["growth", "fine"]
    row = table.loc[("growth", "fine")]
    assert row["cells"] == len(fine)
    assert row["photos_min"] == fine.counts.min()
    assert row["train_covered"] == fine.counts.sum() / 400
    assert row["val_covered"] == (fine.assign(photos[400:]) >= 0).mean()
    ceiling = accuracy_at(cell_distances_km(fine, photos[400:]))
    np.testing.assert_array_equal(row[["a_1", "a_25", "a_200", "a_750", "a_2500"]], ceiling)
    assert row["low_25"] <= row["a_25"] <= row["high_25"]
    assert row["high_25"] - row["low_25"] < 4 * np.sqrt(0.25 / 200)  # four standard errors
    assert row["seconds"] == 0.25
    assert row.drop("seconds").equals(table.loc[("alone", "fine")].drop("seconds"))


def test_the_table_as_text(photos, partitions):
    table = compare_partitions(partitions, {"train": photos[:400]}, {"growth": 0.25, "alone": 1})
    table.loc[("alone", "fine"), ["area_km2_min", "area_km2_median", "area_km2_max"]] = np.nan
    shown = readable(table)
    assert shown["seconds"].tolist() == ["0.25", "", "1.00"]
    assert shown["km² of a cell"].iloc[2] == ""
    texts = shown["photos in a cell"].iloc[0].split("\u00a0/\u00a0")
    counts = partitions["growth", "coarse"].counts
    assert texts == [f"{of(counts):.0f}" for of in (np.min, np.median, np.max)]
    assert shown["train"].iloc[1] == f"{100 * table['train_covered'].iloc[1]:.1f}"
    row = table.iloc[1]
    low, high = 100 * row["low_25"], 100 * row["high_25"]
    expected = f"{100 * row['a_25']:.1f} [{low:.0f}, {high:.0f}]"
    assert readable_ceilings(table)["25 km"].iloc[1] == expected


def test_what_is_missing_is_named(photos, partitions):
    with pytest.raises(ValueError, match="seconds: none for \\['alone'\\]"):
        compare_partitions(partitions, {"train": photos}, {"growth": 0.1})
    with pytest.raises(ValueError, match="at least one of each"):
        compare_partitions({}, {"train": photos}, {})
    with pytest.raises(ValueError, match="at least one of each"):
        compare_partitions(partitions, {}, {"growth": 0.1, "alone": 1})


def test_places_without_a_geocoder_have_a_row_of_what_is_known(photos, partitions):
    locations = pd.DataFrame(
        {"key": ["land"], "name": ["Land"], "kind": ["country"], "country": [""]}
        | {"latitude": np.nan, "longitude": np.nan, "has_area": False}
    )
    addresses = Addresses(np.zeros((600, 1), dtype=int), locations)
    places = semantic_partition(addresses, photos, 5, 5)
    compared = {("places", "all"): places} | partitions
    seconds = {"places": 2.0, "growth": 0.25, "alone": 1.0}
    table = compare_partitions(compared, {"train": photos[:400], "val": photos}, seconds)
    row = table.loc[("places", "all")]
    assert [row["cells"], row["photos_max"], row["seconds"]] == [1, 600, 2]
    unknown = ["earth_share", "train_covered", "val_covered", "a_25", "low_25", "high_2500"]
    assert row[unknown].isna().all()
    assert table.iloc[1:][unknown].notna().all(axis=None)
    shown = readable(table)
    assert shown.loc[("places", "all"), ["Earth", "train", "val"]].tolist() == ["", "", ""]
    assert (shown.iloc[1:] != "").all()[["Earth", "train", "val"]].all()
    ceilings = readable_ceilings(table)
    assert (ceilings.iloc[0] == "").all()
    assert (ceilings.iloc[1:] != "").all(axis=None)
