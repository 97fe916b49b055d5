import re
from pathlib import Path

import numpy as np
import pytest

from geoutils.evaluation.published import (
    DATASETS,
    PAPERS,
    published_accuracies,
    published_thesis,
)

TEXTS = Path(__file__).parents[3] / "shared/papers"
SOURCES = {
    "SemP": "semantic_partitioning_concept_influence.txt",
    "CPlaNet": "cplanet_combinatorial_partitioning.txt",
    "SwC": "efficientnet_contrastive_search_within_cell.txt",
    "GeoDecoder": "geodecoder_hierarchies_and_scenes.txt",
}
FIVE = ["a_1", "a_25", "a_200", "a_750", "a_2500"]


def row(dataset: str, paper: str, table: str, method: str):
    rows = published_accuracies(dataset).query(
        "paper == @paper and table == @table and method == @method"
    )
    assert len(rows) == 1, f"{len(rows)} rows for {paper} {table} {method}"
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("dataset", "paper", "table", "method", "expected"),
    [
        ("Im2GPS3k", "SwC", "1", "MvMF (rep.) + RRM", [15.0, 30.0, 38.0, 52.3, 67.6]),
        ("Im2GPS", "GeoDecoder", "1", "GeoDecoder", [22.1, 50.2, 69.0, 80.0, 89.1]),
        ("Im2GPS3k", "GeoDecoder", "1", "GeoDecoder", [12.8, 33.5, 45.9, 61.0, 76.1]),
        ("YFCC4k", "GeoDecoder", "1", "GeoDecoder", [10.3, 24.4, 33.9, 50.0, 68.7]),
        ("YFCC26k", "GeoDecoder", "1", "GeoDecoder", [10.1, 23.9, 34.1, 49.6, 69.0]),
        ("GWS15k", "GeoDecoder", "1", "GeoDecoder", [0.7, 1.5, 8.7, 26.9, 50.5]),
    ],
)
def test_main_results_are_as_the_methods_quote_them(dataset, paper, table, method, expected):
    np.testing.assert_array_equal(row(dataset, paper, table, method)[FIVE].astype(float), expected)


def test_misprints_are_kept_and_flagged():
    impossible = row("Im2GPS", "CPlaNet", "4", "PlaNet (reprod)")
    assert (impossible["a_50"], impossible["a_100"]) == (35.4, 30.5)
    assert "30.5" in impossible["note"]
    isn = [
        row("Im2GPS3k", "SwC", "1", "ISN")["a_750"],
        row("Im2GPS3k", "SemP", "2", "ISN (M, f*, S3)")["a_750"],
    ]
    assert isn == [47.7, 49.7]
    hundred_metres = [
        row("Im2GPS3k", "SwC", "1", "MvMF (rep.) + RRM")["a_0.1"],
        row("Im2GPS3k", "SwC", "6", "MvMF + RRM, aggregation: Spatial clustering")["a_0.1"],
    ]
    assert hundred_metres == [4.1, 4.2]


def test_humans_were_only_asked_for_the_coarse_scales():
    human = row("Im2GPS", "SemP", "2", "Human")
    assert np.isnan([human["a_1"], human["a_25"]]).all()
    np.testing.assert_array_equal(human[FIVE[2:]].astype(float), [3.8, 13.9, 39.3])


def test_every_benchmark_has_rows_and_every_value_is_a_percentage():
    table = published_accuracies()
    assert set(table["dataset"]) == set(DATASETS)
    assert set(table["paper"]) <= set(PAPERS)
    values = table.filter(regex="^a_").to_numpy()
    assert np.nanmin(values) >= 0
    assert np.nanmax(values) <= 100
    assert not table.duplicated(["paper", "table", "dataset", "method"]).any()


def test_main_tables_are_some_of_all():
    main = published_accuracies("Im2GPS3k", main_only=True)
    assert 0 < len(main) < len(published_accuracies("Im2GPS3k"))
    assert set(main["paper"]) == set(SOURCES)


def test_unknown_benchmark_is_refused():
    with pytest.raises(ValueError, match="dataset: 'im2gps'; expected one of Im2GPS,"):
        published_accuracies("im2gps")


def test_thesis_numbers_are_as_printed():
    hmc = published_thesis().query("setting == 'HMC'").iloc[0]
    assert (hmc["validation_accuracy"], hmc["ior"], hmc["page"]) == (0.033, 2.38, 61)


@pytest.mark.skipif(not TEXTS.exists(), reason="the papers' texts are not at hand")
@pytest.mark.parametrize("paper", SOURCES)
def test_every_row_stands_in_its_paper(paper):
    text = re.sub(r"</?[bu]>|\|", " ", (TEXTS / SOURCES[paper]).read_text())
    words = " ".join(word for word in text.split() if word not in ("-", "–"))
    for row in published_accuracies().query("paper == @paper").itertuples():
        values = [value for value in row[6:16] if not np.isnan(value)]
        printed = " ".join(str(value) for value in values)
        assert printed in words, f"{row.method}, table {row.table}: {printed}"
