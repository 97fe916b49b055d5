"""Partitions side by side: one row each, in numbers and as a reader wants to see them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.brief import brief
from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import bootstrap_accuracy
from geoutils.partitions.partition import Partition
from geoutils.partitions.summary import can_assign, cell_distances_km, partition_summary

_CEILING = ("a", "low", "high")  # what is told of a ceiling: estimate and ends of the interval


def compare_partitions(
    partitions: Mapping[tuple[str, str], Partition],
    positions: Mapping[str, Real[ndarray, "_ 2"]],
    seconds: Mapping[str, float],
    groups: ndarray | None = None,
    n_resamples: int = 1000,
) -> pd.DataFrame:
    """One row for each partition, keyed by (way, name): its summary, and the photos it covers.

    `positions` are the photos of each split; of the last one, the ceiling a_r is given as a_1,
    a_25 …, with the ends of its bootstrap 95 % interval (over `groups` of those photos, such as
    authors, else over photos) as low_1, high_1 … Shares and ceilings are NaN for semantic cells
    without a geocoder, as no one can tell where the photos belong. `seconds` are those that a way
    took to make all its partitions. ValueError without partitions or photos, or for a way without
    a time.
    """
    if not partitions or not positions:
        raise ValueError("partitions, positions: expected at least one of each")
    untimed = sorted({way for way, _ in partitions} - set(seconds))
    if untimed:
        raise ValueError(f"seconds: none for {untimed}; it has {sorted(seconds)}")
    rows = {}
    for (way, name), partition in partitions.items():
        row = partition_summary(partition)
        if can_assign(partition):
            row |= _covered_and_ceiling(partition, positions, groups, n_resamples)
        else:
            row |= dict.fromkeys((f"{split}_covered" for split in positions), np.nan)
            row |= _ceiling_columns(np.full((3, len(RADII_KM)), np.nan))
        rows[way, name] = row | {"seconds": seconds[way]}
    table = pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows))
    return table.rename_axis(["way", "partition"])


def _covered_and_ceiling(
    partition: Partition,
    positions: Mapping[str, Real[ndarray, "_ 2"]],
    groups: ndarray | None,
    n_resamples: int,
) -> dict[str, float]:
    row = {}
    for split, photos in positions.items():
        distances_km = cell_distances_km(partition, photos)
        row[f"{split}_covered"] = np.isfinite(distances_km).mean().item()
    ceiling = bootstrap_accuracy(distances_km, groups, n_resamples)
    return row | _ceiling_columns(np.stack([ceiling.estimate, ceiling.low, ceiling.high]))


def _ceiling_columns(ceiling: Real[ndarray, "3 radii"]) -> dict[str, float]:
    return {
        f"{prefix}_{radius:g}": value.item()
        for prefix, values in zip(_CEILING, ceiling, strict=True)
        for radius, value in zip(RADII_KM, values, strict=True)
    }


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Cells, ground and time of the table of `compare_partitions`, as text.

    Photos and km² are least / median / greatest, k thousand and M million; shares are in percent;
    a way's time stands once, in its first row. An empty cell is a number that is not known.
    """
    shown = pd.DataFrame(index=table.index)
    shown["cells"] = table["cells"].map("{:,.0f}".format)
    for quantity, heading, written in (
        ("photos", "photos in a cell", "{:.0f}".format),
        ("area_km2", "km² of a cell", brief),
    ):
        columns = [f"{quantity}_{which}" for which in ("min", "median", "max")]
        rows = table[columns].to_numpy()
        texts = ["\u00a0/\u00a0".join(map(written, row)) for row in rows]  # never broken
        shown[heading] = np.where(np.isnan(rows).any(axis=1), "", texts)
    covered = [column for column in table.columns if column.endswith("_covered")]
    shares = {"earth_share": "Earth"} | {c: c.removesuffix("_covered") for c in covered}
    for column, heading in shares.items():
        percent = 100 * table[column]
        shown[heading] = np.where(percent.isna(), "", percent.map("{:.1f}".format))
    first = ~table.index.get_level_values(0).duplicated()
    shown["seconds"] = np.where(first, table["seconds"].map("{:.2f}".format), "")
    return shown


def readable_ceilings(table: pd.DataFrame) -> pd.DataFrame:
    """Ceilings of the table of `compare_partitions` in percent, their intervals in whole ones.

    Empty where the ceiling is not known.
    """
    shown = pd.DataFrame(index=table.index)
    for radius in RADII_KM:
        columns = [f"{prefix}_{radius:g}" for prefix in _CEILING]
        rows = 100 * table[columns].to_numpy(dtype=float)
        texts = [f"{a:.1f} [{low:.0f}, {high:.0f}]" for a, low, high in rows]
        shown[f"{radius:g} km"] = np.where(np.isnan(rows).any(axis=1), "", texts)
    return shown
