"""The rows of a CSV, one on each line, as text.

A quote that is opened and not closed would otherwise make one value of all that follows: rows would
be lost without a word. Hence a value with a line break in it is a broken row.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv as arrow_csv

DELIMITERS = (",", ";", "\t")
BLOCK = 2**20  # bytes in one go, and the longest line
UNCLOSED = "a quote that is opened in this line is not closed in it"
REST = "the rest of a value with a line break"
SET_APART = {"\0unclosed": UNCLOSED, "\0rest": REST}  # what pyarrow gets instead of such lines
UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error)
# Excel's own way to say what parts the fields, in front of all else.
SAYS_DELIMITER = re.compile(r"\"?sep=(.)\"?[\r\n]*", re.IGNORECASE)


class FirstLine(NamedTuple):
    """The fields of a CSV's first line, what parts them, and how many lines stand before it."""

    fields: list[str]
    delimiter: str
    n_before: int = 0


def first_line(path: Path) -> FirstLine:
    """The first line of a CSV, which should hold the columns' names; a line `sep=;` is none.

    Raises ValueError for an Excel workbook that is called a CSV, and for a quote without end.
    """
    with open(path, "rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise ValueError(f"{path}: an Excel workbook or a zip archive; save it as CSV UTF-8")
    with open(path, encoding="utf-8-sig", newline="") as file:
        line, n_before = file.readline(BLOCK), 0
        said = SAYS_DELIMITER.fullmatch(line)
        if said:
            line, n_before = file.readline(BLOCK), 1
    delimiter = said[1] if said else max(DELIMITERS, key=line.count)
    if delimiter not in DELIMITERS:
        raise ValueError(f"{path}: fields parted by {delimiter!r}; expected , or ; or a tab")
    line = line.rstrip("\r\n")
    if not _Quotes(delimiter).good_lines.fullmatch(f"{line}\n".encode()):
        raise ValueError(f"{path}: line {n_before + 1}: {UNCLOSED}")
    return FirstLine(next(csv.reader([line], delimiter=delimiter), []), delimiter, n_before)


@contextmanager
def open_rows(
    path: Path, columns: Sequence[str], broken: list[tuple[str, str]], nameless: bool = False
) -> Iterator[arrow_csv.CSVStreamingReader]:
    """Some columns of a CSV as text, a block of rows at a time.

    While reading, lines with a wrong number of fields, or a quote that is not closed, are appended
    to `broken` (line, reason); empty lines do not count. A `nameless` file has no line of names:
    `columns` are all it has.
    """
    first = first_line(path)

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        wrong_number = f"{row.actual_columns} fields in this line, not {row.expected_columns}"
        reason = SET_APART.get(row.text.split(first.delimiter)[0], wrong_number)
        broken.append((f"line {row.number + first.n_before}", reason))
        return "skip"

    names = list(columns) if nameless else None
    with (
        open(path, "rb") as file,
        io.BufferedReader(_Lines(file, path, first), BLOCK) as lines,
        arrow_csv.open_csv(
            lines,
            # threads lose the line numbers
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=first.delimiter, invalid_row_handler=set_aside
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(columns),
                column_types={name: pa.string() for name in columns},
                strings_can_be_null=False,
            ),
        ) as reader,
    ):
        yield reader


def unreadable(path: Path, error: Exception) -> ValueError:
    """Why a table cannot be read, in one line."""
    reason = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in reason:
        reason = "expected text in UTF-8; Excel writes it as CSV UTF-8"
    return ValueError(f"{path}: cannot be read ({reason})")


class _Lines(io.RawIOBase):
    """A CSV as it is, but for lines in which a quote is opened and not closed."""

    def __init__(self, file: io.BufferedReader, path: Path, first: FirstLine):
        self.blocks = _whole_lines(file, path, first)
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self.rest:
            block = next(self.blocks, None)
            if block is None:
                return 0
            self.rest = memoryview(block)
        n_bytes = min(len(buffer), len(self.rest))
        buffer[:n_bytes], self.rest = self.rest[:n_bytes], self.rest[n_bytes:]
        return n_bytes


def _whole_lines(file: io.BufferedReader, path: Path, first: FirstLine) -> Iterator[bytes]:
    """Blocks of a CSV that end with a line, without what stands before the columns' names."""
    quotes = _Quotes(first.delimiter, len(first.fields))
    begin, n_before, rest = b"\xef\xbb\xbf", first.n_before, b""
    while block := file.read(BLOCK):
        block = (rest + block).removeprefix(begin)
        if n_before:
            block = re.sub(rb"\A[^\r\n]*(?:\r\n?|\n)", b"", block)
        begin, n_before = b"", 0
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        block, rest = block[:end], block[end:]
        if len(rest) > BLOCK:
            raise ValueError(f"{path}: a line of more than {BLOCK:,} bytes")
        yield quotes.checked(block)
    if rest:
        yield quotes.checked(rest + b"\n")


class _Quotes:
    """Finds lines in which a quote is opened and not closed, or one of a line before is closed."""

    def __init__(self, delimiter: str, n_fields: int = 0):
        part, too_many = delimiter.encode(), delimiter * (n_fields + 1)
        # As pyarrow reads it, a quote within a value that does not begin with one is a letter, and
        # so is one behind its end.
        other = rb"[^%b\r\n]*+" % part
        quoted = rb'(?:[^"\r\n]++|"")*+"'
        value = rb'(?:"%b%b|(?!")%b)' % (quoted, other, other)
        self.good_lines = re.compile(rb"(?:%b(?:%b%b)*+[\r\n]++)*+" % (value, part, value))
        self.closing = re.compile(rb"%b(?:%b%b)*+(?=[\r\n])" % (quoted, part, value))
        self.unclosed, self.rest = (f"{name}{too_many}".encode() for name in SET_APART)
        self.is_open = False

    def checked(self, block: bytes) -> bytes:
        """A block of lines, with something else instead of those that are set apart."""
        if b'"' not in block:
            return block
        parts, begin = [], 0
        while begin < len(block):
            if self.is_open and (quote := block.find(b'"', begin)) >= 0:
                line = max(block.rfind(end, begin, quote) for end in (b"\n", b"\r")) + 1
                line = max(line, begin)
                found, self.is_open = self.closing.match(block, line), False
                if found:
                    parts += [block[begin:line], self.rest]
                    begin = found.end()
            end = self.good_lines.match(block, begin).end()
            parts.append(block[begin:end])
            begin = end
            if end < len(block):
                parts.append(self.unclosed)
                begin, self.is_open = _LINE_END.search(block, end).start(), True
        return b"".join(parts)


_LINE_END = re.compile(rb"[\r\n]")
