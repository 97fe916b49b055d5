"""The GeoDecoder's seven partitions of as many photos as MP-16 has: how long beside one sort.

Run `python benchmarks/adaptive_partitions.py` (4,720,000 made-up coordinates, about a minute; see
benchmarks/coordinates.py). All seven published thresholds are used, unscaled unless --photos asks
for fewer. Every task runs in turn with numpy.argsort of the same leaf ids. All seven together are
to take no longer than 4 sorts for cells and counts, than 20 with each class's point and each
photo's class. What a study makes of them, and the other ways to cut, have no limit.
"""

import argparse
import sys

import numpy as np
from comparison import compared, in_turn, report
from coordinates import MP16_PHOTOS, mp16_coordinates, published_cells_path

from geoutils import s2
from geoutils.partitions import (
    GEODECODER_CELLS,
    GEODECODER_T_MAX,
    KORDOPATIS_CELLS,
    MP16_T_MIN,
    adaptive_cells,
    adaptive_classes,
    adaptive_partitions,
    adaptive_tree,
    binary_partition,
    fullest_partition,
    remainder_partition,
    scaled_t_max,
)

CELLS = "seven, from ids to cells"
LABELS = "seven, from ids to cells and labels"
EVERYTHING = "seven, from coordinates to cells and labels"
LIMITS = {CELLS: 4, LABELS: 20, EVERYTHING: 20}  # multiples of one numpy.argsort of the ids


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=MP16_PHOTOS, help="number of coordinates")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each pair")
    arguments = parser.parse_args()

    latlon_deg = mp16_coordinates(arguments.photos)
    leaves = s2.cell_ids(latlon_deg)
    t_min = max(1, MP16_T_MIN * arguments.photos // MP16_PHOTOS)
    t_max, factor = scaled_t_max(GEODECODER_T_MAX, arguments.photos, t_min)
    print(f"thresholds x {factor:.4g}: t_min {t_min}, t_max {[*t_max.values()]}")
    source = "published cells" if published_cells_path() else "atlas"
    print(f"{len(leaves):,} coordinates with the density of the {source}")

    partitions, labels = adaptive_classes(latlon_deg, t_min, t_max, leaves)
    cells = adaptive_cells(leaves, t_min, t_max)
    for partition, column in zip(partitions, labels.T, strict=True):
        ids, counts = cells[partition.name]
        assert np.array_equal(ids, partition.cells.ids), "two ways, two partitions"
        inside = np.bincount(column[column >= 0], minlength=len(ids))
        assert np.array_equal(inside, counts), "labels and counts disagree"
        assert np.array_equal(column[:1000], partition.assign(latlon_deg[:1000])), "wrong labels"

    fine = t_max["level_5"]
    n_fullest = min(KORDOPATIS_CELLS, len(leaves) // 100)
    tasks = {
        CELLS: lambda: adaptive_cells(leaves, t_min, t_max),
        LABELS: lambda: adaptive_classes(latlon_deg, t_min, t_max, leaves),
        EVERYTHING: lambda: adaptive_classes(latlon_deg, t_min, t_max),
        "seven, from coordinates to cells, as studies make them": lambda: adaptive_partitions(
            latlon_deg, t_min, t_max
        ),
        f"fullest cells, {n_fullest:,}": lambda: fullest_partition(latlon_deg, n_fullest),
        f"the thesis's tree, t_max {fine:,}": lambda: adaptive_tree(latlon_deg, t_min, fine),
        f"remainders, t_max {fine:,}": lambda: remainder_partition(latlon_deg, t_min, fine),
        f"binary splits, t_max {fine:,}": lambda: binary_partition(latlon_deg, t_min, fine),
    }
    rows = []
    for name, task in tasks.items():
        pair = {"ours": task, "sort": lambda: np.argsort(leaves)}
        seconds = in_turn(pair, arguments.repeats)
        sides = seconds["ours"], seconds["sort"]
        if name in LIMITS:
            numpy = f"numpy {np.__version__}"
            rows.append(compared(name, *sides, "one argsort", numpy, aim=1 / LIMITS[name]))
        else:
            taken, sort = np.median(sides, axis=1)
            print(f"{name}: {taken:.2f} s, {taken / sort:.1f} x argsort")

    print(f"\n{'t_max':>10}{'cells':>10}{'published':>12}{'difference':>12}{'photos in':>12}")
    for partition in partitions:
        published = GEODECODER_CELLS[partition.name]
        print(
            f"{t_max[partition.name]:10,}{len(partition):10,}{published:12,}"
            f"{len(partition) / published - 1:12.1%}{partition.counts.sum() / len(leaves):12.1%}"
        )
    if published_cells_path():
        print(
            "Each published cell of t_max 1,000 holds its published number of photos here. What\n"
            "differs is made up: the photos of dropped cells lie where the atlas has photos\n"
            "outside the published cells (at 1,000 some make cells of their own), and inside a\n"
            "cell photos cluster by one constant, which coordinates.py chose by the published\n"
            "numbers for 750 and 500: those two rows prove little."
        )
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
