"""The comparisons of all benchmarks as one table: as CSV, in a terminal, in the README."""

from pathlib import Path

import pandas as pd
from comparison import COLUMNS, Comparison, as_text, field_names

from geoutils.files import replacing

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
HEAD = ("what", "instead of", "ours is better by", "aim", "met")
NUMBERS = ("ours", "theirs", "ratio", "low", "high", "aim", "limit")
ABOUT = ("machine", "date")


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


def readme_table(found: pd.DataFrame) -> str:
    """Markdown: one row for all tasks of a topic with the same peer and aim.

    What follows a colon in a task's name is a detail, which the CSV file has.
    """
    groups: dict[tuple, list[Comparison]] = {}
    for topic, row in zip(found["topic"], rows_of(found), strict=True):
        detailed = row.task.split(":")[0] if ":" in row.task else ""
        aims = (row.aim, row.limit, row.unit, row.missing)
        groups.setdefault((topic, detailed, row.peer, row.version, *aims), []).append(row)
    lines = [HEAD, ["---"] * len(HEAD)]
    for (topic, detailed, *_), rows in groups.items():
        tasks = detailed or ", ".join(dict.fromkeys(row.task for row in rows))
        *_, aim, _ = rows[0].cells()
        met = {row.met for row in rows}
        verdict = "no" if "no" in met else "yes" if "yes" in met else ""
        lines.append([f"{topic}: {tasks}", rows[0].instead_of, _span(rows), aim, verdict])
    about = "; ".join(found[name].iloc[0] for name in ABOUT)
    return "\n".join([*("| " + " | ".join(line) + " |" for line in lines), "", f"*{about}.*"])


def write_readme(found: pd.DataFrame, path: Path) -> None:
    """Put the table between the markers of a README; ValueError where it has none."""
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"path: {path} lacks the markers {BEGIN} and {END}, one each")
    before, rest = text.split(BEGIN)
    with replacing(path) as temporary:
        temporary.write_text(f"{before}{BEGIN}\n{readme_table(found)}\n{END}{rest.split(END)[1]}")


def _span(rows: list[Comparison]) -> str:
    """The ratio of one row, or the least and the greatest of several."""
    if rows[0].missing:
        return rows[0].missing
    ordered = sorted(rows, key=lambda row: row.ratio)
    ends = [row.times for row in (ordered[0], ordered[-1])]
    return " to ".join(dict.fromkeys(ends)) + " ×"
