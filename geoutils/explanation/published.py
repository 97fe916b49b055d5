"""The medians that Theiner et al. print for real photos (Table 3, YFCC-Val26k, β = 0)."""

import pandas as pd

from geoutils.explanation.influence_table import INTERVALS_KM, interval_name

# Per interval, as printed: concept, number of photos |s|, median ci; the top ten, then the lowest.
TOP = (
    "tower 58 1.51, sky 2114 1.29, animal 58 1.26, building 1851 1.13, mountain 439 1.09, "
    "windowpane 51 1.04, bridge 86 0.96, person 1223 0.79, grandstand 61 0.79, wall 1092 0.74",
    "windowpane 109 1.74, animal 142 1.4, sky 2494 1.38, house 92 1.3, mountain 571 1.18, "
    "airplane 74 1.09, building 1658 1.06, person 2015 0.99, flower 101 0.95, tree 1889 0.9",
    "windowpane 119 2.13, animal 162 1.38, sky 1518 1.15, person 2218 1.15, building 1083 1.1, "
    "mountain 279 1.09, airplane 53 1.09, flower 103 1.06, tree 1247 0.97, painting 141 0.91",
)
LOWEST = (
    "floor 354 0.24, car 149 0.21, earth 486 0.16, water 432 0.16, plant 206 0.13, "
    "grass 380 0.11, sand 70 0.08, field 66 0.08, road 463 0.07, sidewalk 303 0.04",
    "table 119 0.15, field 150 0.15, path 54 0.14, grass 761 0.12, railing 61 0.12, "
    "bicycle 58 0.11, chair 66 0.09, road 620 0.08, sand 114 0.08, sidewalk 294 0.07",
    "base 67 0.22, chair 70 0.19, sand 65 0.18, grass 521 0.18, field 78 0.17, "
    "table 185 0.17, bicycle 62 0.13, seat 68 0.09, sidewalk 198 0.09, road 383 0.08",
)


def published_influence() -> pd.DataFrame:
    """Table 3 of the paper: columns interval, concept, n_photos, median, in the order printed."""
    rows = [
        (interval_name(*interval), *_entry(entry))
        for interval, top, lowest in zip(INTERVALS_KM, TOP, LOWEST, strict=True)
        for entry in (top + ", " + lowest).split(", ")
    ]
    return pd.DataFrame(rows, columns=["interval", "concept", "n_photos", "median"])


def _entry(text: str) -> tuple[str, int, float]:
    concept, n_photos, median = text.split()
    return concept, int(n_photos), float(median)
