"""The comparisons of all benchmarks as one table: as CSV, in a terminal, on the pages."""

from pathlib import Path

import pandas as pd
from comparison import COLUMNS, Comparison, as_text, field_names

from geoutils.files import replacing

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
HEAD = ("what", "instead of", "speed or size ratio (> 1: ours better)", "aim", "met")
NUMBERS = ("ours", "theirs", "ratio", "low", "high", "aim", "limit")
ABOUT = ("machine", "date")
HIGHLIGHTS = (  # topics that the README shows, each by the first comparison that has an aim
    "S2 cells",
    "semantic partitions",
    "training",
    "search within cell",
    "bootstrap",
    "concept influence",
)


def table_of(rows: list[Comparison], topic: str) -> pd.DataFrame:
    """Rows as a table, with what they are about."""
    table = pd.DataFrame([vars(row) | {"met": row.met} for row in rows]).assign(topic=topic)
    return table[["topic", *field_names(), "met"]].astype(object)


def save(found: pd.DataFrame, path: Path) -> None:
    """Write a table, with the columns `machine` and `date`, as CSV."""
    with replacing(path) as temporary:
        found.to_csv(temporary, index=False, float_format="%.4g")


def read(path: Path) -> pd.DataFrame:
    """A table as it was saved."""
    found = pd.read_csv(path, dtype=str, keep_default_na=False)
    return found.assign(**{name: pd.to_numeric(found[name]) for name in NUMBERS})


def rows_of(found: pd.DataFrame) -> list[Comparison]:
    """The comparisons in a table."""
    rows = found[field_names()].astype(object)
    return [Comparison(**row) for row in rows.where(rows.notna(), None).to_dict("records")]


def printed(found: pd.DataFrame) -> str:
    """All rows, for a terminal."""
    rows = zip(found["topic"], rows_of(found), strict=True)
    return as_text(("", *COLUMNS), [(topic, *row.cells()) for topic, row in rows])


def full_table(found: pd.DataFrame) -> str:
    """Markdown: one row for all tasks of a topic with the same peer and aim.

    What follows a colon in a task's name is a detail, which the CSV file has.
    """
    lines = [_line(topic, what, rows) for topic, what, rows in _groups(found)]
    return _markdown(lines, _about(found))


def short_table(found: pd.DataFrame) -> str:
    """Markdown: a row for each of HIGHLIGHTS, and which of all aims are missed."""
    groups = _groups(found)
    judged = [(topic, _line(topic, what, rows)) for topic, what, rows in groups if _verdict(rows)]
    first = dict(reversed(judged))
    verdicts = [line[-1] for _, line in judged]
    missed = list(dict.fromkeys(line[0] for _, line in judged if line[-1] == "no"))
    told = f"{verdicts.count('yes')} of {len(verdicts)} aims are met"
    told += f"; missed: {'; '.join(missed)}" if missed else ""
    return _markdown([first[topic] for topic in HIGHLIGHTS if topic in first], told)


def write_table(table: str, path: Path) -> None:
    """Put a table between the markers of a page; ValueError where it has none."""
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"path: {path} lacks the markers {BEGIN} and {END}, one each")
    before, rest = text.split(BEGIN)
    with replacing(path) as temporary:
        temporary.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")


def _groups(found: pd.DataFrame) -> list[tuple[str, str, list[Comparison]]]:
    """Topic, tasks and rows that share a line."""
    groups: dict[tuple, list[Comparison]] = {}
    for topic, row in zip(found["topic"], rows_of(found), strict=True):
        detailed = row.task.split(":")[0] if ":" in row.task else ""
        aims = (row.aim, row.limit, row.unit, row.missing)
        groups.setdefault((topic, detailed, row.peer, row.version, *aims), []).append(row)
    return [
        (topic, detailed or "; ".join(dict.fromkeys(row.task for row in rows)), rows)
        for (topic, detailed, *_), rows in groups.items()
    ]


def _line(topic: str, what: str, rows: list[Comparison]) -> tuple[str, ...]:
    *_, aim, _ = rows[0].cells()
    return f"{topic}: {what}", rows[0].instead_of, _span(rows), aim, _verdict(rows)


def _verdict(rows: list[Comparison]) -> str:
    met = {row.met for row in rows}
    return "no" if "no" in met else "yes" if "yes" in met else ""


def _about(found: pd.DataFrame) -> str:
    return "; ".join(found[name].iloc[0] for name in ABOUT)


def _markdown(lines: list[tuple[str, ...]], note: str) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *lines]
    return "\n".join([*("| " + " | ".join(row) + " |" for row in rows), "", f"*{note}.*"])


def _span(rows: list[Comparison]) -> str:
    """The ratio of one row, or the least and the greatest of several."""
    if rows[0].missing:
        return rows[0].missing
    ordered = sorted(rows, key=lambda row: row.ratio)
    ends = [row.times for row in (ordered[0], ordered[-1])]
    return " to ".join(dict.fromkeys(ends)) + " ×"
