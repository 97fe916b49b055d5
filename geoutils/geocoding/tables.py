"""Ready-made address vectors: reading and writing tables in the format of EMP-16."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Int32
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses
from geoutils.geocoding.table_lines import LineNumbers, read_blocks, write_lines
from geoutils.geocoding.table_locations import (
    bare_locations,
    locations_of,
    read_rows,
    write_locations,
)
from geoutils.sphere import checked_latlon

EMP16_MIN_PHOTOS = 50  # locations with fewer photos are not in EMP-16's filtered vectors


def read_address_table(
    photos_path: str | Path, locations_path: str | Path, address: str = "h"
) -> tuple[pd.DataFrame, Addresses]:
    """Photos (columns photo, latitude, longitude) and their address vectors, in the file's order.

    The photos are JSON lines `{"id", "latitude", "longitude", "h_raw", "h"}` (`.bz2` and `.gz`
    too), the locations a Feather or Parquet file with geometries as WKB; the locations' `key` is
    their id (such as R571747) and `kind` their OSM type, in place of "administrative" country or
    such as "admin_level 8". `address` chooses between all locations
    of a photo (h_raw) and those frequent enough (h). EMP-16 describes only the frequent ones: with
    h_raw the others get rows with their id alone, while with h an unknown location is an error.
    Only locations that occur are returned. A file without photos gives none.

    Raises ValueError naming the line that is damaged, incomplete, off the globe or names an unknown
    location, or the missing columns. Theiner et al. 2022, section 4 (the Extended MP-16 dataset).
    """
    if address not in ("h", "h_raw"):
        raise ValueError(f"address: found {address!r}, expected 'h' or 'h_raw'")
    photos_path, table = Path(photos_path), read_rows(Path(locations_path))
    numbers = _Numbers(table["id"], Path(locations_path).name, strict=address == "h")
    photos, flat, lengths = [], [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for block, lines in read_blocks(photos_path, address):
        photos.append(block.select(["id", "latitude", "longitude"]))
        lists = block[address].combine_chunks()
        lengths.append(lists.value_lengths().to_numpy().astype(np.int32))
        flat.append(numbers.of(lists, lines))
    vectors = _padded(np.concatenate(flat), np.concatenate(lengths))
    occurs = np.zeros(numbers.total + 1, dtype=bool)
    occurs[vectors] = True  # -1 marks the entry past the end
    occurs[-1] = False
    number = np.where(occurs, np.cumsum(occurs, dtype=np.int32) - 1, -1)
    known = np.flatnonzero(occurs[: len(table)])
    locations = locations_of(table, known)
    if numbers.bare:
        locations = pd.concat([locations, bare_locations([*numbers.bare])], ignore_index=True)
    return _frame(photos), Addresses(number[vectors], locations)


def write_address_table(
    photos: pd.DataFrame,
    addresses: Addresses,
    photos_path: str | Path,
    locations_path: str | Path,
    min_photos: int = EMP16_MIN_PHOTOS,
) -> None:
    """Write photos (columns photo, latitude, longitude) and their addresses in EMP-16's format.

    `h_raw` holds the whole vectors, `h` the locations with at least `min_photos` photos; both
    files say the same of them when read again. `photos_path` is JSON lines, packed if it ends in
    .bz2 or .gz; `locations_path` ends in .feather or .parquet, has every location and opens in
    GeoPandas. Raises ValueError for missing columns, locations off the globe, unlike lengths.
    """
    missing = [name for name in ("photo", "latitude", "longitude") if name not in photos]
    if missing:
        raise ValueError(f"photos: lacks the columns {missing}; found {[*photos]}")
    if len(photos) != len(addresses):
        raise ValueError(f"addresses: {len(addresses)} for {len(photos)} photos")
    checked_latlon(photos[["latitude", "longitude"]].to_numpy(np.float64), "photos")
    vectors = addresses.vectors.astype(np.int32)
    counts = np.bincount(vectors[vectors >= 0], minlength=len(addresses.locations))
    write_locations(Path(locations_path), addresses.locations)
    keys = addresses.locations["key"].to_numpy(object)
    write_lines(Path(photos_path), photos, vectors, keys, counts >= min_photos)


class _Numbers:
    """Row numbers of location ids; ids that the table lacks are numbered after its rows."""

    def __init__(self, ids: pa.ChunkedArray, source: str, strict: bool):
        self._source, self._strict = source, strict
        # Built once and asked for each block: only a block's distinct ids become Python strings.
        self._row_of = pd.Index(ids.to_numpy(), dtype=object)
        if not self._row_of.is_unique:
            twice = self._row_of[self._row_of.duplicated()][0]
            raise ValueError(f"{source}: location {twice!r} stands twice")
        self.bare: dict[str, int] = {}

    @property
    def total(self) -> int:
        return len(self._row_of) + len(self.bare)

    def of(self, lists: pa.ListArray, lines: LineNumbers) -> Int32[ndarray, " entries"]:
        """Numbers of all ids in the lists, one list after the other."""
        coded = lists.flatten().dictionary_encode()
        distinct = coded.dictionary.to_numpy(zero_copy_only=False)
        number = self._row_of.get_indexer(distinct).astype(np.int32)
        codes = coded.indices
        if coded.null_count:
            row = _list_of(lists, int(codes.is_null().to_numpy(zero_copy_only=False).argmax()))
            raise ValueError(f"{lines.where(row)}: the address holds null")
        for at in np.flatnonzero(number < 0):
            if self._strict:
                row = _list_of(lists, int((codes.to_numpy() == at).argmax()))
                raise ValueError(
                    f"{lines.where(row)}: the address names {distinct[at]!r}, a location that "
                    f"{self._source} lacks"
                )
            number[at] = self.bare.setdefault(distinct[at], self.total)
        return number[codes.to_numpy()]


def _list_of(lists: pa.ListArray, entry: int) -> int:
    """Which list holds an entry, counted over all lists."""
    return int(np.searchsorted(np.cumsum(lists.value_lengths().to_numpy()), entry, side="right"))


def _padded(
    flat: Int32[ndarray, " entries"], lengths: Int32[ndarray, " photos"]
) -> Int32[ndarray, "photos depth"]:
    """Lists of unlike lengths as rows, filled up with -1."""
    depth = max(int(lengths.max(initial=0)), 1)
    vectors = np.full((len(lengths), depth), -1, dtype=np.int32)
    vectors[np.arange(depth) < lengths[:, None]] = flat
    return vectors


def _frame(blocks: list[pa.Table]) -> pd.DataFrame:
    types = [("id", pa.string()), ("latitude", pa.float64()), ("longitude", pa.float64())]
    table = pa.concat_tables([pa.schema(types).empty_table(), *blocks])
    return table.rename_columns(["photo", "latitude", "longitude"]).to_pandas()
