import numpy as np
import pandas as pd
import pytest

from geoutils.atlas import photo_density
from geoutils.evaluation.gazetteer import largest_cities, photos_per_city
from geoutils.evaluation.gini_table import city_spreads, gini_table
from geoutils.evaluation.inequality import PUBLISHED_GINI, gini
from geoutils.evaluation.resampled_inequality import gini_of_shorter_lists

CITIES = largest_cities(2000)


def photos(start, end, author=""):
    table = pd.DataFrame(photo_density()[start:end], columns=["latitude", "longitude"])
    return table.assign(author=author)


@pytest.fixture(scope="module")
def spreads():
    lists = {"ours": photos(0, 1200), "YFCC26k": photos(5000, 9000), "few": photos(0, 30, "ann")}
    return city_spreads(lists, CITIES, n_resamples=40)


def test_every_list_is_counted_by_its_nearest_cities(spreads):
    counts = photos_per_city(photos(0, 1200)[["latitude", "longitude"]].to_numpy(), CITIES)
    assert spreads["ours"].gini == pytest.approx(gini(counts))
    assert spreads["ours"].gini_low < spreads["ours"].gini < spreads["ours"].gini_high
    assert np.isnan(spreads["few"].gini_low)  # one author alone


def test_the_table_sets_lists_beside_what_was_printed(spreads):
    table = gini_table(spreads)
    assert table.index.tolist() == ["ours", "YFCC26k", "few", "Im2GPS3k", "GWS15k"]
    assert table.loc["YFCC26k", "difference"] == pytest.approx(
        spreads["YFCC26k"].gini - PUBLISHED_GINI["YFCC26k"]
    )
    assert np.isnan(table.loc["ours", "paper"]) and np.isnan(table.loc["GWS15k", "ours"])
    assert table.loc["YFCC26k", "photos"] == 4000


def test_lists_compare_at_the_length_of_the_shortest_that_counts(spreads):
    table = gini_table(spreads)
    assert table.loc["ours", "at_length"] == pytest.approx(table.loc["ours", "ours"])
    expected = gini_of_shorter_lists(spreads["YFCC26k"].counts, 1200)
    assert table.loc["YFCC26k", "at_length"] == pytest.approx(expected)
    assert table.loc["YFCC26k", "at_length"] < table.loc["YFCC26k", "ours"]
    assert table.loc["YFCC26k", "length"] == 1200
    assert table.loc[["few", "GWS15k"], ["at_length", "length"]].isna().all(axis=None)
    alone = gini_table({"few": spreads["few"]})
    assert alone[["at_length", "length"]].isna().all(axis=None)
