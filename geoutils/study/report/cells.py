"""An executed notebook is taken apart into what its page shows."""

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from geoutils.plots.map_type import MAP_TYPE
from geoutils.study.report.captions import caption_kind, number_caption
from geoutils.study.report.figures import captions_of_cell
from geoutils.study.report.opening import set_parts, take_title
from geoutils.study.report.prose import plain_text, prose_soup

# What a page can show without a script of the notebook's, best first.
KINDS = [
    MAP_TYPE,
    *("text/html", "text/markdown", "text/latex"),
    *("image/svg+xml", "image/png", "image/jpeg"),
    "text/plain",
]
_PAPERMILL_NOTE = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Heading:
    """One line of a page's contents list; `title` is HTML."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True)
class Failure:
    """The error that stopped a notebook, and the anchor of its traceback."""

    name: str
    message: str
    anchor: str


@dataclass(frozen=True)
class Story:
    """A notebook ready to be laid out: `heading` and `lead` open the page, its cells follow.

    `title` is plain text; `heading` and `lead` are HTML.
    Each Markdown cell carries its HTML in its metadata under `report`, each picture its
    alternative text, each figure its caption.
    """

    name: str
    title: str
    heading: str
    lead: str
    notebook: NotebookNode
    headings: list[Heading] = field(default_factory=list)
    failure: Failure | None = None
    seconds: float | int | None = None
    finished: datetime | None = None


def read_story(
    name: str, notebook: NotebookNode, figures: Path, pages: frozenset[str] = frozenset()
) -> Story:
    """Prepare an executed notebook; `figures` holds what it saved, `pages` are its neighbours."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [
        cell for cell in notebook.cells if _PAPERMILL_NOTE not in cell.metadata.get("tags", [])
    ]
    title = heading = name.partition("_")[2].replace("_", " ").capitalize() or name
    lead = ""
    if notebook.cells and re.match(r"\s*# ", notebook.cells[0].source):
        soup = prose_soup(notebook.cells.pop(0).source, pages)
        title, heading = take_title(soup)
        set_parts(soup)
        lead = str(soup).strip()
    headings = _prepare(notebook.cells, name, figures, pages)
    times = notebook.metadata.get("papermill", {})
    finished = times.get("end_time")
    return Story(
        name=name,
        title=title,
        heading=heading,
        lead=lead,
        notebook=notebook,
        headings=headings,
        failure=_failure(notebook),
        seconds=times.get("duration"),
        finished=_moment(finished) if finished else None,
    )


def _prepare(
    cells: list[NotebookNode], name: str, figures: Path, pages: frozenset[str]
) -> list[Heading]:
    """Put HTML, alternative texts and captions into the cells; return the headings met."""
    headings: list[Heading] = []
    counts = {"Figure": 0, "Table": 0}
    for index, cell in enumerate(cells):
        cell.metadata["report"] = NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = _showable(cell.outputs)
            captions = captions_of_cell(cell.source, name, figures)
            pictures = [output for output in _pictures(cell) if MAP_TYPE not in output.data]
            for output, caption in zip(pictures, captions, strict=False):
                output.metadata["report"]["alt"] = caption
        elif cell.cell_type == "markdown":
            soup = prose_soup(cell.source, pages, cell.get("attachments"))
            _set_caption(soup, _pictures_before(cells, index), counts)
            headings += _anchor_headings(soup, headings)
            cell.metadata["report"]["html"] = str(soup).strip()
    return headings


def _showable(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs as a page can show them: no scripts, progress and warnings as one block in front."""
    for output in outputs:
        if "data" in output and not any(kind in output.data for kind in KINDS):
            output.data = NotebookNode({"text/plain": "(interactive: see the notebook itself)"})
    return sorted(outputs, key=lambda output: output.get("name") != "stderr")


def _pictures(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that are pictures or maps, each with a place for its texts."""
    found = []
    for output in cell.get("outputs", []):
        if any(kind.startswith(("image/", MAP_TYPE)) for kind in output.get("data", {})):
            output.metadata.setdefault("report", NotebookNode())
            found.append(output)
    return found


def _pictures_before(cells: list[NotebookNode], index: int) -> list[NotebookNode]:
    """The pictures shown last by the code between a text and the text before it."""
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            break
        if pictures := _pictures(cell):
            return pictures
    return []


def _set_caption(soup: BeautifulSoup, pictures: list[NotebookNode], counts: dict[str, int]) -> None:
    """Number the caption that a text begins with; a figure's moves to the picture."""
    first = soup.find(True)
    kind = caption_kind(first)
    if not kind or (kind == "Figure" and not pictures):
        return
    counts[kind] += 1
    number_caption(first, kind, counts[kind])
    first["class"] = "caption"
    if kind == "Figure":
        texts = pictures[-1].metadata["report"]
        texts["caption"] = first.extract().decode_contents()
        texts["alt"] = texts.get("alt") or plain_text(first)


def _anchor_headings(soup: BeautifulSoup, before: list[Heading]) -> list[Heading]:
    """Give headings anchors as Jupyter does (blanks become hyphens), none of them twice."""
    taken = {heading.anchor for heading in before}
    found = []
    for tag in soup.find_all(["h1", "h2", "h3", "h4"]):
        if tag.name == "h1":
            tag.name = "h2"  # the page has one title
        anchor = base = plain_text(tag).replace(" ", "-") or "section"
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{base}-{number}"
        taken.add(anchor)
        tag["id"] = anchor
        found.append(Heading(int(tag.name[1]), anchor, tag.decode_contents()))
    return found


def _moment(text: str) -> datetime:
    """A time as Papermill writes it; without a zone it is universal."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failure(notebook: NotebookNode) -> Failure | None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return Failure(output.ename, output.evalue, f"cell-{cell.id}")
    return None
