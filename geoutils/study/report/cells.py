"""An executed notebook is taken apart into what its page shows."""

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from geoutils.plots.map_type import MAP_TYPE
from geoutils.study.report.captions import set_caption
from geoutils.study.report.opening import set_parts, take_title
from geoutils.study.report.prose import plain_text, prose_soup
from geoutils.study.report.saved import files_of
from geoutils.study.report.shown import name_pictures

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
    Each Markdown cell carries its HTML in its metadata under `report`; each picture its
    alternative text and the file that holds it; each figure and table with a caption that
    caption, its label ("Figure 3") and its anchor.
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
    for cell in cells:
        cell.metadata["report"] = NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = _showable(cell.outputs)
    name_pictures(cells, files_of(figures, name, [".png"]))
    for index, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            soup = prose_soup(cell.source, pages, cell.get("attachments"))
            set_caption(soup, cells[:index], counts)
            headings += _anchor_headings(soup, headings)
            cell.metadata["report"]["html"] = str(soup).strip()
    return headings


def _showable(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs as a page can show them: no scripts, progress and warnings as one block in front."""
    for output in outputs:
        if "data" in output and not any(kind in output.data for kind in KINDS):
            output.data = NotebookNode({"text/plain": "(interactive: see the notebook itself)"})
    return sorted(outputs, key=lambda output: output.get("name") != "stderr")


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
