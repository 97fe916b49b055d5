"""The README's numbers are those of the committed results of the default study."""

from pathlib import Path

import pandas as pd
from comparison_table import BEGIN, END, read, readme_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def results_table() -> str:
    """The main table as the README shows it, in percent with 95 % intervals."""
    table = pd.read_csv(ROOT / "results" / "default" / "tables" / "04_accuracy.csv")
    rows = [list(table.columns), ["---"] * len(table.columns), *table.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_the_main_table_is_that_of_the_committed_results():
    shown = README.split("<!-- results:begin -->")[1].split("<!-- results:end -->")[0].strip()
    assert shown == results_table()


def test_the_table_of_benchmarks_is_that_of_the_committed_comparisons():
    table = readme_table(read(ROOT / "results" / "benchmarks" / "comparisons.csv"))
    assert README.split(BEGIN)[1].split(END)[0].strip() == table


def test_its_pictures_and_links_exist():
    for link in README.split("](")[1:]:
        target = link.split(")")[0]
        assert (ROOT / target).exists(), target


def test_it_names_every_make_target():
    targets = [line.split(":")[0] for line in (ROOT / "Makefile").read_text().splitlines()]
    for target in ("study", "smoke", "test", "lab", "bench"):
        assert target in targets and f"make {target}" in README


def test_its_example_runs():
    names: dict = {}
    exec(README.split("```python")[1].split("```")[0], names)
    assert len(names["cells"]) == 100_000
