"""README and docs: their numbers are those of committed results, what they name is there."""

import re
import shlex
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from comparison_table import BEGIN, END, full_table, read, short_table

from geoutils.__main__ import command_parser
from geoutils.study.settings import read_study, study_names

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "results" / "default" / "tables"
PAGES = {path.name: path.read_text() for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
README = PAGES["README.md"]
MAKEFILE = (ROOT / "Makefile").read_text()
BY_PAGE = pytest.mark.parametrize("page", PAGES)


def results_table() -> str:
    """The main table as the README shows it: systems, cells, percent with 95 % intervals."""
    table = pd.read_csv(TABLES / "04_accuracy.csv", index_col="method")
    methods = pd.read_csv(TABLES / "04_methods.csv").drop_duplicates("label").set_index("label")
    methods = methods.reindex(table.index)
    cells = methods["recipe"].map(pd.read_csv(TABLES / "03_networks.csv", index_col=0)["classes"])
    partitions = pd.read_csv(TABLES / "02_partitions.csv", index_col="partition")
    cells[methods["system"] == "CPlaNet"] = partitions.loc["sets 1 to 5", "cells"]
    table.insert(0, "system", methods["system"].fillna("–"))
    table.insert(1, "cells", ["–" if n != n else f"{n:,.0f}" for n in cells])
    rows = table.reset_index().astype(str)
    rows = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def between(page: str, begin: str, end: str) -> str:
    return PAGES[page].split(begin)[1].split(end)[0].strip()


def code_of(page: str) -> list[str]:
    """What stands between backticks, and in fenced blocks of shell: one line each."""
    fenced = re.findall(r"```sh\n(.*?)```", PAGES[page], flags=re.DOTALL)
    lines = "\n".join(fenced).replace("\\\n", " ").splitlines()
    prose = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    return lines + [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", prose)]


def commands_of(page: str, start: str) -> list[list[str]]:
    """Arguments of the commands whose line has `start`, which they follow."""
    lines = [line for line in code_of(page) if re.search(rf"(^|[ /]){start} ", line)]
    return [shlex.split(line.split(f"{start} ", 1)[1], comments=True) for line in lines]


def exported(module: str) -> set[str]:
    """Names that a package or module offers, or holds; read, since importing all takes long."""
    path = ROOT / module.replace(".", "/")
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    inside = {child.stem for child in path.glob("*")}
    return inside | set(re.findall(r'^    "(\w+)"', text, flags=re.MULTILINE))


def headings_of(page: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", PAGES[page], flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_main_table_is_that_of_the_committed_results():
    shown = between("README.md", "<!-- results:begin -->", "<!-- results:end -->")
    assert shown == results_table()


def test_what_is_said_beside_the_main_table_is_in_the_tables():
    text = " ".join(README.split())
    shown = pd.read_csv(TABLES / "04_accuracy.csv", index_col=0).index
    methods = pd.read_csv(TABLES / "04_methods.csv").dropna(subset="label").set_index("label")
    epochs = methods["epochs"].reindex(shown).dropna()
    others = epochs.drop("GeoDecoder f*")
    assert epochs["GeoDecoder f*"] == 1 and "GeoDecoder saw each once" in text
    assert (others.min(), others.max()) == (4, 12) and "four to twelve times" in text
    networks = pd.read_csv(TABLES / "03_networks.csv", index_col="name")
    heads = networks.loc[methods["recipe"].reindex(shown).dropna().unique()]
    seconds = heads["epochs"] * heads["epoch_s"]
    assert seconds["geodecoder"] > seconds.drop("geodecoder").max()
    leaves = pd.read_csv(TABLES / "02_partitions.csv", index_col="partition").loc["leaves"]
    told = f"{leaves['cells']} leaves every time would place {100 * leaves['a_1']:.1f} % of photos"
    assert told in text


def test_the_shared_backbone_learned_the_cells_of_the_systems_named():
    training = read_study(ROOT, "default")["03_training"]
    learned = {p for stage in training["stages"].values() for p in stage["partition"].split("+")}
    methods = pd.read_csv(TABLES / "04_methods.csv").dropna(subset="label").set_index("label")
    shown = methods.loc[methods.index.isin(pd.read_csv(TABLES / "04_accuracy.csv")["method"])]
    shown = shown[shown["recipe"].isin(list(training["heads"]))]
    met = [training["heads"][recipe]["partition"] in learned for recipe in shown["recipe"]]
    assert {*shown["system"][met]} == {"SemP", "Kordopatis et al.", "CPlaNet"}
    assert {*shown["system"][[not one for one in met]]} == {"GeoDecoder", "Loria"}
    told = "the cells of SemP, Kordopatis et al. and CPlaNet, but not those of GeoDecoder and Loria"
    assert f"The shared backbone learned {told}" in " ".join(README.split())


def test_the_tables_of_benchmarks_are_those_of_the_committed_comparisons():
    comparisons = read(ROOT / "results" / "benchmarks" / "comparisons.csv")
    assert between("README.md", BEGIN, END) == short_table(comparisons)
    assert between("speed.md", BEGIN, END) == full_table(comparisons)


def test_the_budget_is_that_of_its_page():
    begin, end = "<!-- budget:begin -->", "<!-- budget:end -->"
    lines = between("training-at-scale.md", begin, end).splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    table = pd.DataFrame(rows, columns=head)
    table = table.set_index("study").drop(columns="network").replace(",", "", regex=True)
    table = table.astype(float)
    one, eight = table["hours, 1 card"], table["hours, 8 cards"]
    memory, disk = table["GB of a card, 1 card"].max(), table["disk, GB"].max()
    told = (
        f"{one.min():.0f} to {one.max():.0f} hours of one H100-class card that keeps up 60 TFLOP/s "
        f"and {eight.min():.1f} to {eight.max():.0f} of eight, at most {memory:.0f} GB of a card's "
        f"memory and {disk:.0f} GB of disk beside the photos"
    )
    assert told in " ".join(README.split())


@BY_PAGE
def test_links_lead_somewhere(page):
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (folder / file).resolve() if file else folder / page
        assert target.exists(), link
        assert not anchor or anchor in headings_of(target.name), link


def test_every_page_is_linked():
    for page in PAGES:
        assert page == "README.md" or f"](docs/{page})" in README


def test_the_readme_names_every_make_target():
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split()
    assert len(targets) > 10
    for target in targets:
        assert re.search(rf"make {target}\b(?!-)", README), target


def test_the_readme_asks_what_the_notebooks_ask():
    notebooks = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    for path in notebooks:
        title = nbformat.read(path, 4).cells[0]["source"].splitlines()[0].removeprefix("# ")
        assert f"| [{path.stem}](notebooks/{path.name}) | {title} |" in README


@BY_PAGE
def test_make_commands_exist(page):
    known = set(re.findall(r"^([\w-]+):", MAKEFILE, flags=re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, flags=re.MULTILINE))
    for target, *settings in commands_of(page, "make"):
        assert target in known, target
        for setting in settings:
            name, _, value = setting.partition("=")
            assert name in variables, setting
            assert name != "STUDY" or value in ["", *study_names(ROOT)], setting


@BY_PAGE
def test_geoutils_commands_exist(page):
    parameters = {
        path.stem: papermill.inspect_notebook(path) for path in ROOT.glob("notebooks/*.ipynb")
    }
    for arguments in commands_of(page, "-m geoutils"):
        options = vars(command_parser().parse_args(arguments))
        studies = options.get("study") or []
        for study in [studies] if isinstance(studies, str) else studies:
            assert study in study_names(ROOT), arguments
        for given in options.get("parameter") or []:
            name = given.split("=")[0]
            notebook = options.get("notebook") or name.split(".")[0]
            assert name.split(".")[-1] in parameters[notebook], given


@BY_PAGE
def test_papermill_commands_exist(page):
    for notebook, *arguments in commands_of(page, "papermill"):
        if notebook.startswith("-"):
            continue
        parameters = papermill.inspect_notebook(ROOT / notebook)
        asked = [arguments[at + 1] for at, word in enumerate(arguments) if word == "-p"]
        assert asked and set(asked) <= set(parameters)


@BY_PAGE
def test_files_and_names_exist(page):
    folders = "studies|benchmarks|geoutils|notebooks|docs|cluster|tests"
    for text in code_of(page):
        for path in re.findall(rf"(?:^|(?<=\s))(?:{folders})/[\w./*-]+", text):
            assert any(ROOT.glob(path.rstrip("/"))), path
        for module, name in re.findall(r"^(geoutils[\w.]*)\.(\w+)$", text):
            assert name in exported(module), text
        for module in re.findall(r"-m (geoutils\.[\w.]+)", text):
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), text


def test_functions_of_the_page_of_formats_exist():
    cells = PAGES["formats.md"].split("## Cells")[1].split("## Addresses")[0]
    functions = re.findall(r"`(?:Partition\.)?((?:read|write|load|save)_?\w*)`", cells)
    assert len(functions) > 8
    methods = re.findall(r"def (\w+)", (ROOT / "geoutils/partitions/partition.py").read_text())
    assert set(functions) <= exported("geoutils.partitions") | set(methods)


def test_its_example_runs():
    [block] = [part for part in README.split("```python")[1:] if "adaptive_partition" in part]
    names: dict = {}
    exec(block.split("```")[0], names)
    assert len(names["cells"]) == 100_000
