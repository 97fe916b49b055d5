"""The page that lists every figure and table, with the notebook that made it."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from geoutils.study.report.cells import Story
from geoutils.study.report.figures import Picture, caption_of, read_picture
from geoutils.study.report.index import Site
from geoutils.study.report.layout import render
from geoutils.study.report.saved import files_of
from geoutils.study.report.shown import files_by_cell, neighbours, pictures_of, tables_of

PAGE = "figures_and_tables"
_TABLE_FILES = (".csv", ".json")
_SENTENCE = re.compile(r"(?<=\.)\s(?=[A-Z])")
_THUMBNAIL = 360  # pixels


@dataclass(frozen=True)
class Exhibit:
    """A figure or a table, and where it is.

    `label` is its number on its notebook's page ("Figure 3"), empty if it has none there; `anchor`
    is its place on that page, empty if that is not known; `file` is the saved file's name, if any.
    """

    label: str
    words: str
    anchor: str
    file: str = ""
    size: str = ""
    thumbnail: Picture | None = None


@dataclass(frozen=True)
class Chapter:
    """What one notebook made."""

    story: Story
    figures: list[Exhibit] = field(default_factory=list)
    tables: list[Exhibit] = field(default_factory=list)


def exhibits_page(site: Site, stories: list[Story], results: Path, figures: Path) -> str:
    """The list of all figures and tables as an HTML document."""
    return render(
        "exhibits.html.j2",
        site=site,
        stories=stories,
        page=PAGE,
        chapters=[
            Chapter(story, figures_of(story, figures), tables_made(story, results / "tables"))
            for story in stories
        ],
    )


def figures_of(story: Story, folder: Path) -> list[Exhibit]:
    """The figures that a page shows, in its order, then those that were only saved."""
    files = _of_this_run(files_of(folder, story.name, [".png"]), story)
    left = {path.name: path for path in files}
    cells = story.notebook.cells
    shown = {o.metadata.report.get("file") for cell in cells for o in pictures_of(cell)}
    found = []
    for cell, saved in zip(cells, files_by_cell(cells, files), strict=True):
        for output in pictures_of(cell):
            texts = output.metadata.report
            path = left.pop(texts.get("file", ""), None)
            words = (texts.get("alt") if path else "") or texts.get("words") or "Not described"
            anchor = texts.get("anchor", f"cell-{cell.id}")
            found.append(_figure(texts.get("label", ""), words, anchor, path, story))
        for path in saved:
            if path.name not in shown and left.pop(path.name, None):
                found.append(_figure("", caption_of(path), f"cell-{cell.id}", path, story))
    return found + [_figure("", caption_of(path), "", path, story) for path in left.values()]


def tables_made(story: Story, folder: Path) -> list[Exhibit]:
    """The tables that a page shows with a caption, and those that its notebook saved as files."""
    files = _of_this_run(files_of(folder, story.name, _TABLE_FILES), story)
    left = dict.fromkeys(files)
    cells = story.notebook.cells
    saved = files_by_cell(cells, files)
    found = []
    for together in neighbours(cells):
        shown = [(k, output) for k in together for output in _captioned_tables(cells[k])]
        own = {path: cells[k].id for k in together for path in saved[k] if path in left}
        for k, output in shown:
            here = [path for path in own if path in saved[k]] or (list(own) * (len(shown) == 1))
            path = here[-1] if here else None
            own.pop(path, None)
            left.pop(path, None)
            texts = output.metadata.report
            size = file_size(path) if path else shown_size(output)
            name = path.name if path else ""
            words = _SENTENCE.split(texts["words"])[0]
            found.append(Exhibit(texts["label"], words, texts["anchor"], name, size))
        for path, cell in own.items():
            del left[path]
            found.append(_file(path, f"cell-{cell}"))
    return found + [_file(path, "") for path in left]


def _captioned_tables(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in tables_of(cell) if output.metadata.report.get("label")]


def file_size(path: Path) -> str:
    """Rows and columns of a CSV file, in words; of another file nothing."""
    if path.suffix != ".csv":
        return ""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [len(row) for row in csv.reader(file)]
    return f"{len(rows) - 1} × {rows[0]}" if rows else "0 × 0"


def shown_size(output: NotebookNode) -> str:
    """Rows and columns of a table that a page shows."""
    rows = BeautifulSoup(output.data["text/html"], "html.parser").table.find_all("tr")
    body = [row.find_all(["td", "th"]) for row in rows if row.find("td")]
    return f"{len(body)} × {max(map(len, body), default=0)}"


def _file(path: Path, anchor: str) -> Exhibit:
    words = path.stem[3:].replace("_", " ")
    return Exhibit("", words[:1].upper() + words[1:], anchor, path.name, file_size(path))


def _figure(label: str, words: str, anchor: str, path: Path | None, story: Story) -> Exhibit:
    thumbnail = read_picture(path, story.name, _THUMBNAIL, quality=75) if path else None
    return Exhibit(label, words, anchor, path.name if path else "", "", thumbnail)


def _of_this_run(files: list[Path], story: Story) -> list[Path]:
    """Without what an earlier run of the notebook has left behind."""
    if not (story.finished and story.seconds and files):
        return files
    # The clock may have been ahead then; the newest files are of this run all the same.
    newest = max(path.stat().st_mtime for path in files)
    began = min(story.finished.timestamp(), newest) - story.seconds - 1
    return [path for path in files if path.stat().st_mtime > began]
