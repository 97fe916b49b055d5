"""What the five works printed: their numbers as data, never mixed with ours.

`published.csv` holds every table of a_r of the four papers, in percent as printed, with misprints;
`published_thesis.csv` the thesis's accuracies over its cells. The column `note` flags where papers
disagree, where a value cannot be right, or where a table contradicts another, so nothing here may
be assumed monotone in the radius. `page` is empty where the text at hand has no page breaks.
"""

from functools import cache
from pathlib import Path

import pandas as pd

PAPERS = {
    "SemP": "Theiner, Müller-Budack, Ewerth: Interpretable Semantic Photo Geolocation. WACV 2022",
    "CPlaNet": "Seo, Weyand, Sim, Han: CPlaNet: Enhancing Image Geolocalization by Combinatorial "
    "Partitioning of Maps. ECCV 2018",
    "SwC": "Kordopatis-Zilos, Galopoulos, Papadopoulos, Kompatsiaris: Leveraging EfficientNet and "
    "Contrastive Learning for Accurate Global-scale Location Estimation. ICMR 2021",
    "GeoDecoder": "Clark, Kerrigan, Kulkarni, Vivanco Cepeda, Shah: Where We Are and What We're "
    "Looking At: Query Based Worldwide Image Geo-localization Using Hierarchies and Scenes. "
    "CVPR 2023",
    "thesis": "Loria: Hierarchical classification model for content-based geolocation of outdoor "
    "images with visual explanations. Politecnico di Milano, 2020-2021",
}
DATASETS = ("Im2GPS", "Im2GPS3k", "YFCC4k", "YFCC26k", "MP16-test", "GWS15k")

# The tables in which each paper compares whole systems; the others are ablations.
MAIN_TABLES = {"SemP": ("2",), "CPlaNet": ("2", "3", "4"), "SwC": ("1",), "GeoDecoder": ("1",)}


def published_accuracies(dataset: str | None = None, main_only: bool = False) -> pd.DataFrame:
    """Printed a_r in percent: paper, table, page, dataset, method, a_0.1 ... a_2500, note."""
    table = _read("published.csv")
    if dataset is not None:
        if dataset not in DATASETS:
            raise ValueError(f"dataset: {dataset!r}; expected one of {', '.join(DATASETS)}")
        table = table[table["dataset"] == dataset]
    if main_only:
        main = [(paper, number) for paper, numbers in MAIN_TABLES.items() for number in numbers]
        table = table[pd.MultiIndex.from_frame(table[["paper", "table"]]).isin(main)]
    return table.reset_index(drop=True)


def published_thesis() -> pd.DataFrame:
    """The thesis's experiments A to D: loss, accuracy over cells (a fraction), IoR, time, note."""
    return _read("published_thesis.csv").copy()


@cache
def _read(name: str) -> pd.DataFrame:
    path = Path(__file__).with_name(name)
    return pd.read_csv(path, dtype={"table": str, "page": "Int64"}, keep_default_na=True).fillna(
        {"note": ""}
    )
