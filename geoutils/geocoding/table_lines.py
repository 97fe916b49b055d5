"""Photos with address vectors as JSON lines, the form in which EMP-16 is published."""

import bz2
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.json
from jaxtyping import Bool, Float, Int32, Shaped
from numpy import ndarray

from geoutils.files import replacing

BLOCK_BYTES = 32 << 20  # parsed at once: a tenth of a million photos
WRITTEN = 100_000  # photos turned into lines at once
_FIELDS = {"id": str, "latitude": (int, float), "longitude": (int, float)}


def read_blocks(path: Path, address: str) -> Iterator[tuple[pa.Table, "LineNumbers"]]:
    """Tables with the columns id, latitude, longitude and `address` (lists of ids), in file order.

    `.bz2` and `.gz` are unpacked on the way. Raises ValueError with the number of the line for one
    that is damaged, lacks a field or has a location off the globe.
    """
    fields = [("id", pa.string()), ("latitude", pa.float64()), ("longitude", pa.float64())]
    schema = pa.schema([*fields, (address, pa.list_(pa.string()))])
    parse = pyarrow.json.ParseOptions(schema, unexpected_field_behavior="ignore")
    for block, first in _blocks(path):
        lines = LineNumbers(path, block, first)
        # One block is one unit of work, or a long line might not fit into its unit.
        read = pyarrow.json.ReadOptions(use_threads=False, block_size=len(block) + 1)
        try:
            table = pyarrow.json.read_json(pa.BufferReader(block), read, parse)
        except pa.ArrowInvalid as problem:
            raise lines.diagnosed(address, str(problem)) from None
        if not lines.are(len(table)):
            raise lines.diagnosed(address, "expected one photo on each line")
        for field in schema.names:
            if table[field].null_count:
                row = int(table[field].is_null().to_numpy().argmax())
                raise ValueError(f"{lines.where(row)}: no {field!r}")
        latitude, longitude = table["latitude"].to_numpy(), table["longitude"].to_numpy()
        good = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
        if not good.all():
            row = int((~good).argmax())
            raise ValueError(
                f"{lines.where(row)}: location ({latitude[row]:.6g}, {longitude[row]:.6g}), "
                "expected latitude within ±90 and longitude within ±180"
            )
        yield table.combine_chunks(), lines


class LineNumbers:
    """Where the rows of a block stand in its file; lines count from 1, empty ones hold no row."""

    def __init__(self, path: Path, block: bytes, first: int):
        self._path, self._block, self._first = path, block, first

    def are(self, rows: int) -> bool:
        """Whether there is one row for each line that is not empty."""
        return rows == sum(1 for _ in self._filled())

    def where(self, row: int) -> str:
        """File and line of a row, for messages."""
        number = next(number for i, (number, _) in enumerate(self._filled()) if i == row)
        return f"{self._path.name}, line {number}"

    def diagnosed(self, address: str, problem: str) -> ValueError:
        """The error that names the first line of the block that no photo can be read from."""
        for number, line in self._filled():
            place = f"{self._path.name}, line {number}"
            try:
                photo = json.loads(line)
            except ValueError as damage:
                return ValueError(f"{place}: damaged, {damage}; found {line[:60]!r}")
            if not isinstance(photo, dict):
                return ValueError(f"{place}: found {line[:60]!r}, expected a JSON object")
            for field, kind in _FIELDS.items():
                if photo.get(field) is not None and not isinstance(photo[field], kind):
                    return ValueError(f"{place}: {field!r} is {photo[field]!r}")
            found = photo.get(address, [])
            if found is not None and not (
                isinstance(found, list) and all(isinstance(key, str) for key in found)
            ):
                return ValueError(f"{place}: {address!r} is {found!r}, expected a list of ids")
        return ValueError(f"{self._path.name}, after line {self._first - 1}: {problem}")

    def _filled(self) -> Iterator[tuple[int, bytes]]:
        for number, line in enumerate(self._block.split(b"\n"), self._first):
            if line.strip():
                yield number, line


def write_lines(
    path: Path,
    photos: pd.DataFrame,
    vectors: Int32[ndarray, "photos depth"],
    keys: Shaped[ndarray, " locations"],
    kept: Bool[ndarray, " locations"],
) -> None:
    """Write one line a photo: h_raw names all of its vector, h the locations that are kept."""
    # Ids are quoted once per location, not once per photo.
    quoted = [json.dumps(str(key), ensure_ascii=False) for key in keys]
    frequent = set(np.flatnonzero(kept).tolist())
    with replacing(path) as temporary, _written(temporary) as file:
        for start in range(0, len(photos), WRITTEN):
            rows = slice(start, start + WRITTEN)
            names = photos["photo"].iloc[rows].tolist()
            degrees: Float[ndarray, "rows 2"] = (
                photos[["latitude", "longitude"]].iloc[rows].to_numpy(np.float64)
            )
            lines = []
            for name, (latitude, longitude), vector in zip(
                names, degrees.tolist(), vectors[rows].tolist(), strict=True
            ):
                raw = [at for at in vector if at >= 0]
                h_raw = ",".join([quoted[at] for at in raw])
                h = ",".join([quoted[at] for at in raw if at in frequent])
                name = json.dumps(str(name), ensure_ascii=False)
                lines.append(
                    f'{{"id":{name},"latitude":{latitude!r},"longitude":{longitude!r},'
                    f'"h_raw":[{h_raw}],"h":[{h}]}}\n'
                )
            file.write("".join(lines).encode())


def _blocks(path: Path) -> Iterator[tuple[bytes, int]]:
    """Whole lines, about `BLOCK_BYTES` at a time, with the number of the first."""
    rest, first = b"", 1
    with _opened(path) as file:
        while more := _read(file, path, first):
            cut = more.rfind(b"\n") + 1
            if cut == 0:
                rest += more
                continue
            block, rest = rest + more[:cut], more[cut:]
            if block.strip():
                yield block, first
            first += block.count(b"\n")
    if rest.strip():
        yield rest, first


def _read(file: BufferedIOBase, path: Path, line: int) -> bytes:
    try:
        return file.read(BLOCK_BYTES)
    except (EOFError, OSError, zlib.error) as damage:
        raise ValueError(f"{path.name}: damaged archive, from line {line} on: {damage}") from None


def _opened(path: Path) -> BufferedIOBase:
    opened = {".bz2": bz2.open, ".gz": gzip.open}.get(path.suffix, open)
    return opened(path, "rb")


@contextmanager
def _written(path: Path) -> Iterator[BufferedIOBase]:
    with open(path, "wb") as file:
        if path.suffix == ".bz2":
            with bz2.open(file, "wb") as packed:
                yield packed
        elif path.suffix == ".gz":
            # Without name and time of writing: the same photos give the same bytes.
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield packed
        else:
            yield file
