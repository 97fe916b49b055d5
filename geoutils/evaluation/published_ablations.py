"""Which row of the papers' tables each variant of a sweep repeats.

`published_ablations.csv` names the sweep, the question, and what variant and answer are called
there; a variant of the default study's budget and one of the paper's may repeat the same row. Rows
that look like a slip of the paper (column `note` of `published.csv`) are not among them.
"""

from functools import cache
from pathlib import Path

import pandas as pd

from geoutils.evaluation.published import published_accuracies

WHERE = ["sweep", "question", "variant", "answer"]
SOURCE = ["paper", "table", "dataset", "method"]


@cache
def _rows() -> pd.DataFrame:
    path = Path(__file__).with_name("published_ablations.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def published_ablations() -> pd.DataFrame:
    """Printed a_r in percent of every variant that repeats one, with where it is printed.

    Columns: sweep, question, variant, answer; paper, table, dataset, method; a_0.1 … a_2500. Raises
    ValueError for a row that is not among the published ones.
    """
    printed = published_accuracies().drop(columns=["page", "note"])
    joined = _rows().merge(printed, on=SOURCE, how="left", indicator=True, validate="many_to_one")
    for row in joined[joined["_merge"] != "both"].itertuples():
        raise ValueError(
            f"published_ablations.csv: {row.paper}, table {row.table}, {row.dataset}, "
            f"{row.method!r}; expected a row of published.csv"
        )
    return joined.drop(columns="_merge")
