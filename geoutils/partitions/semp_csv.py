"""Named places as SemP's code reads them: a CSV for each level, and which place lies in which.

A row is a class: its number `class_index`, the key of its place `class_label` (such as N1236316),
how many photos it has, and its point. The levels of one partitioning lie in a folder as
m_<number of classes>.csv; h_dict.json gives for each of them, by the same stem, the class of the
next coarser level that each class lies in, both by their keys (Theiner et al. 2022, their
configuration and partitioning code). The files hold no outlines and no addresses.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from geoutils.files import replacing
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.partition import Partition
from geoutils.partitions.published import read_rows
from geoutils.partitions.semantic.semantic_cells import SemanticCells
from geoutils.spreadsheets import guarded, unguarded

_POINT = ["latitude_mean", "longitude_mean"]
_COLUMNS = ["class_index", "class_label", "imgs_per_cell", *_POINT]
PARENTS = "h_dict.json"


def write_semp_csv(partition: Partition, path: str | Path) -> None:
    """Write a partition of named places; ValueError for cells of another kind.

    Names that a spreadsheet would run get an apostrophe in front, which the reader takes away.
    """
    if not isinstance(partition.cells, SemanticCells):
        kind = partition.cells.kind
        raise ValueError(f"partition: the format holds named places, got cells of kind {kind!r}")
    rows = [range(len(partition)), guarded(pd.Series(partition.cells.labels())), partition.counts]
    table = pd.DataFrame(dict(zip(_COLUMNS, [*rows, *partition.centers_deg.T], strict=True)))
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def read_semp_csv(path: str | Path, name: str = "") -> Partition:
    """Read such a file; the partition is called by the file unless a name is given.

    Photos can be assigned by addresses with the same keys alone: no geocoder is known. Counts are
    0 where the file has none. ValueError for a file that is no such table, missing columns or
    values, class numbers with gaps, and a key that stands twice.
    """
    path = Path(path)
    counted = "imgs_per_cell" in _header(path)
    whole = ["class_index", "imgs_per_cell"] if counted else ["class_index"]
    table = read_rows(path, whole, _POINT, ("class_label",))
    missing = table["class_label"].isna()
    if missing.any():
        raise ValueError(f"path: class {missing.argmax()} in {path} has no class_label")
    keys = pd.Index(unguarded(table["class_label"].astype("str")))
    cells = SemanticCells(
        keys=keys,
        known=keys,
        cell_of=np.arange(len(keys)),
        inside=np.full(len(keys), -1),
        geometry=np.full(len(keys), None),
    )
    counts = table["imgs_per_cell"].to_numpy(np.int64) if counted else np.zeros(len(keys), int)
    points = table[_POINT].to_numpy(np.float64)
    return Partition(name or path.stem, cells, points, counts, keys.tolist())


def write_semp(hierarchy: Hierarchy, folder: str | Path) -> None:
    """Write m_<classes>.csv for each level and h_dict.json.

    ValueError for cells of another kind, two levels of as many classes, and a class that lies in
    none of the next coarser level: the format has no place for those.
    """
    stems = [f"m_{len(level)}" for level in hierarchy.levels]
    if len(set(stems)) < len(stems):
        raise ValueError(f"hierarchy: levels of {stems} share a name; expected unlike numbers")
    above = {}
    for stem, level, coarser in zip(
        stems[1:], hierarchy.levels[1:], hierarchy.levels, strict=False
    ):
        parents = coarser.cells.parents_of(level.cells)
        if (parents < 0).any():
            alone = level.cells.labels()[int((parents < 0).argmax())]
            raise ValueError(
                f"hierarchy: {alone!r} of {level.name!r} lies in no coarser class, for which "
                f"{PARENTS} has no place"
            )
        keys = coarser.cells.labels()
        above[stem] = dict(zip(level.cells.labels(), [keys[p] for p in parents], strict=True))
    for stem, level in zip(stems, hierarchy.levels, strict=True):
        write_semp_csv(level, Path(folder) / f"{stem}.csv")
    with replacing(Path(folder) / PARENTS) as temporary:
        temporary.write_text(json.dumps(above, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_semp(folder: str | Path) -> Hierarchy:
    """Read a folder that `write_semp` or SemP's authors wrote, coarse → fine by numbers of classes.

    ValueError for a folder without such files, for keys in h_dict.json that no level has, and for
    classes that it puts nowhere.
    """
    levels = [read_semp_csv(path) for path in Path(folder).glob("m_*.csv")]
    levels.sort(key=len)
    try:
        above = json.loads((Path(folder) / PARENTS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"folder: no {PARENTS} to read in {folder} ({error})") from None
    if not levels:
        raise ValueError(f"folder: no m_*.csv in {folder}")
    held: dict[str, str] = {}  # where each finer key ends, one level further up each time
    found = []
    for level, finer in zip(levels[::-1], [None, *levels[:0:-1]], strict=True):
        if finer is not None:
            step = _listed(above, f"m_{len(finer)}", finer, level, folder)
            held = {key: step[key] for key in finer.names} | {
                key: step[key_above] for key, key_above in held.items()
            }
        found.append(_with_known(level, held))
    return Hierarchy.of(found[::-1])


def _listed(
    above: object, stem: str, finer: Partition, level: Partition, folder: str | Path
) -> dict[str, str]:
    """Key of the coarser class of every finer one, as h_dict.json says, all checked."""
    step = above.get(stem) if isinstance(above, dict) else None
    known = set(level.names)
    if not isinstance(step, dict) or set(step) != set(finer.names) or not known >= {*step.values()}:
        raise ValueError(
            f"folder: {PARENTS} in {folder} does not give each class of {stem} a place"
        )
    return step


def _with_known(level: Partition, held: dict[str, str]) -> Partition:
    """The level's cells, which also know the keys of all finer classes."""
    own = level.cells.keys
    finer = [key for key in held if key not in own]
    cells = SemanticCells(
        keys=own,
        known=own.append(pd.Index(finer, dtype=own.dtype)),
        cell_of=np.append(np.arange(len(own)), own.get_indexer([held[key] for key in finer])),
        inside=level.cells.inside,
        geometry=level.cells.geometry,
    )
    return Partition(level.name, cells, level.centers_deg, level.counts, level.names)


def _header(path: Path) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.readline().strip().split(",")
    except UnicodeDecodeError as error:
        raise ValueError(f"path: {path} is no CSV table ({error})") from None
