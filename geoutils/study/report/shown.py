"""What the code cells of a notebook show: pictures and tables, and the files that hold them."""

from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from geoutils.plots.map_type import MAP_TYPE
from geoutils.study.report.figures import caption_of
from geoutils.study.report.saved import saved_by_cells


def pictures_of(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that are pictures or maps, each with a place for its texts."""
    return _outputs(cell, lambda data: any(kind.startswith(("image/", MAP_TYPE)) for kind in data))


def tables_of(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that are tables, each with a place for its texts."""
    return _outputs(cell, lambda data: "<table" in data.get("text/html", ""))


def neighbours(cells: list[NotebookNode]) -> list[list[int]]:
    """Positions of code cells, those together that no text comes between."""
    found: list[list[int]] = [[]]
    for k, cell in enumerate(cells):
        if cell.cell_type == "code":
            found[-1].append(k)
        elif found[-1]:
            found.append([])
    return found


def name_pictures(cells: list[NotebookNode], files: list[Path]) -> None:
    """Give each picture the name of the file that holds it, and that file's description.

    Pictures are those of files that their own cell saves, in order; where a cell shows what its
    neighbour saves, the pictures that are left are those of the files that are left.
    """
    saved = files_by_cell(cells, files)
    for together in neighbours(cells):
        shown = {k: _drawn(cells[k]) for k in together}
        pairs = [pair for k in together for pair in zip(shown[k], saved[k], strict=False)]
        pictures = [picture for k in together for picture in shown[k][len(saved[k]) :]]
        left = [path for k in together for path in saved[k][len(shown[k]) :]]
        if len(pictures) == len(left):
            pairs += zip(pictures, left, strict=True)
        for picture, path in pairs:
            picture.metadata["report"] |= {"alt": caption_of(path), "file": path.name}


def files_by_cell(cells: list[NotebookNode], files: list[Path]) -> list[list[Path]]:
    """For each cell of a notebook those of its `files` that it saves; a text saves none."""
    return saved_by_cells([c.source if c.cell_type == "code" else "" for c in cells], files)


def _drawn(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in pictures_of(cell) if MAP_TYPE not in output.data]


def _outputs(cell: NotebookNode, chosen: Callable[[NotebookNode], bool]) -> list[NotebookNode]:
    found = [output for output in cell.get("outputs", []) if chosen(output.get("data", {}))]
    for output in found:
        output.metadata.setdefault("report", NotebookNode())
    return found
