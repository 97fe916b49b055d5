import csv

import numpy as np
import pytest

from geoutils.photos import csv_rows
from geoutils.photos.csv_rows import first_line, open_rows

HEADER = "id,lat,lon"


def fields_of(line):
    """The fields of one line, letter by letter; None where a quote is opened and not closed."""
    fields, rest = [], line
    while True:
        value = ""
        if rest.startswith('"'):
            rest = rest[1:]
            while not rest.startswith('"') or rest.startswith('""'):
                if not rest:
                    return None
                value, rest = value + rest[0], rest[2 if rest[0] == '"' else 1 :]
            rest = rest[1:]
        end = rest.find(",") if "," in rest else len(rest)
        fields.append(value + rest[:end])
        if end == len(rest):
            return fields
        rest = rest[end + 1 :]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [64, 2**20])
def test_every_line_is_a_row_or_told_to_be_broken(tmp_path, monkeypatch, end, block):
    monkeypatch.setattr(csv_rows, "BLOCK", block)
    rng = np.random.default_rng(len(end) + block)
    alphabet = ["a", "é", " ", ",", ",", '"', '""', ',"', '",', "1,2,3", '"x","y","z"']
    n_kept = n_rest = 0
    for _ in range(300):
        lines = ["".join(rng.choice(alphabet, rng.integers(1, 7))) for _ in range(12)]
        path = tmp_path / "list.csv"
        path.write_bytes(end.join([HEADER, *lines]).encode())
        broken = []
        with open_rows(path, HEADER.split(","), broken) as reader:
            rows = [[*row.values()] for row in reader.read_all().to_pylist()]
        told = {int(line.removeprefix("line ")): reason for line, reason in broken}
        assert len(told) == len(broken) and len(rows) + len(told) == len(lines)
        expected = [fields_of(line) for line in lines]
        is_open, kept = False, []
        for number, (line, fields) in enumerate(zip(lines, expected, strict=True), start=2):
            reason = told.get(number)
            if reason == csv_rows.REST:  # only where a value was open
                assert is_open and '"' in line
                n_rest += 1
            elif fields is None:
                assert reason == csv_rows.UNCLOSED
            elif len(fields) != 3:
                assert reason == f"{len(fields)} fields in this line, not 3"
            else:
                assert reason is None
                kept.append(fields)
            is_open = reason == csv_rows.UNCLOSED or (is_open and '"' not in line)
        assert rows == kept
        n_kept += len(kept)
    assert n_kept > 300 and n_rest > 20


def test_it_reads_as_the_csv_module_does_where_all_quotes_are_closed(tmp_path):
    rng = np.random.default_rng(5)
    rows = [["".join(rng.choice(list('ab ,"é;'), 5)) for _ in range(3)] for _ in range(2_000)]
    path = tmp_path / "list.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER.split(","), *rows])
    broken = []
    with open_rows(path, ["lon", "id"], broken) as reader:
        found = [(row["id"], row["lon"]) for row in reader.read_all().to_pylist()]
    assert found == [(row[0], row[2]) for row in rows] and broken == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", (["a", "b"], ",", 0)),
        ("a;b", (["a", "b"], ";", 0)),
        ("\ufeffa\tb\r1\t2\r", (["a", "b"], "\t", 0)),
        ('"a,b",c\r\n', (["a,b", "c"], ",", 0)),
        ('"sep=;"\r\na;b\r\n', (["a", "b"], ";", 1)),
        ("SEP=,\na,b\n", (["a", "b"], ",", 1)),
        ("", ([], ",", 0)),
    ],
)
def test_the_first_line(tmp_path, text, expected):
    (tmp_path / "list.csv").write_bytes(text.encode())
    assert first_line(tmp_path / "list.csv") == expected


def test_many_quotes_take_no_more_time_than_their_number(tmp_path):
    for line in ('"', '""', '"a', ',"', '"",', 'a"'):
        path = tmp_path / "list.csv"
        path.write_bytes((HEADER + "\n" + (line * 1_000 + "\n") * 200).encode())
        broken = []
        with open_rows(path, ["id"], broken) as reader:
            assert reader.read_all().num_rows + len(broken) == 200
