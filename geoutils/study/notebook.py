"""What a notebook asks of the study: its parameters, its folders, and where its results go."""

import json
from collections.abc import MutableMapping
from numbers import Real
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from geoutils.files import replacing
from geoutils.study.reproduction.figure_data import figure_data
from geoutils.study.reproduction.sums import write_sums
from geoutils.study.run import settings_in_force
from geoutils.study.settings import find_root, merge, notebooks_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

    from geoutils.plots.live_figure import LiveFigure

PARAMETER_TYPES = (bool, int, float, str, list, dict, type(None))


class NotebookRun:
    """One run of one notebook in one study: `settings`, folders, and ways to record what came out.

    `results` and `figures` are this study's folders; `model_results` is the results folder of the
    study whose trained model is used (`model_from` in the study file; by default the same).
    """

    def __init__(self, notebook: str, study: str, root: Path, base: Path, parameters: dict):
        contents = settings_in_force(root, study, base)
        if notebook not in notebooks_of(contents):
            raise ValueError(
                f"study: studies/{study}.yaml has no section {notebook}; "
                f"it has {', '.join(notebooks_of(contents))}"
            )
        self.notebook = notebook
        self.study = study
        self.root = root
        self.contents = contents
        self.settings = SimpleNamespace(**merge(contents[notebook], parameters, notebook))
        self.results = base / "results" / study
        self.figures = base / "figures" / study
        self.model_results = base / "results" / contents.get("model_from", study)
        self._figure_data: dict[str, dict] = {}
        for folder in (self.results, self.figures):
            _make_folder(folder)

    def __repr__(self) -> str:
        return f"<NotebookRun {self.notebook} of study {self.study}>"

    def save_figure(
        self, figure: "Figure", name: str, caption: str, live: "LiveFigure | None" = None
    ) -> None:
        """Save a figure as PNG and PDF and show the PNG; the caption is its alternative text.

        It is as wide as its contents: `geoutils.plots.style` says how wide that may be. An open
        figure is closed, so that it is not drawn once more to be shown at the cell's end;
        one that was closed before is only saved, unless its `live` place is given.
        """
        stem = f"{self.notebook[:2]}_{name}"
        png, pdf = (self.figures / f"{stem}.{kind}" for kind in ("png", "pdf"))
        from geoutils.plots.pdf_fonts import no_shaping_tables
        from geoutils.plots.style import SAVED_DPI, with_margin

        shown_dpi = figure.dpi
        figure.set_dpi(SAVED_DPI)  # letters are wider or narrower by some per cent at another one
        figure.draw_without_rendering()
        figure.set_layout_engine(None)  # laid out once: each file would do it again, and twice
        box = with_margin(figure.get_tightbbox())
        figure.set_dpi(shown_dpi)
        with replacing(png) as path:
            about = {"Description": caption, "Software": None}
            figure.savefig(path, bbox_inches=box, metadata=about)
        with replacing(pdf) as path, no_shaping_tables():
            about = {"Subject": caption, "CreationDate": None}
            figure.savefig(path, bbox_inches=box, metadata=about)
        self._record("figures", png.name, caption)
        self._figure_data[png.name] = figure_data(figure)
        write_sums(self._figure_data, self.results / "figure_data" / f"{self.notebook}.json")
        _show(figure, png, live)

    def save_table(self, table: "DataFrame", name: str) -> None:
        """Save a table as CSV under `tables/`, numbers in full precision, names without formulas.

        A text that a spreadsheet would run is written with an apostrophe in front.
        """
        from geoutils.spreadsheets import guarded_table  # here, since pandas takes a while

        with replacing(self.results / "tables" / f"{self.notebook[:2]}_{name}.csv") as path:
            guarded_table(table).to_csv(path, index=table.index.name is not None)

    def save_json(self, contents: Any, name: str) -> None:
        """Save numbers as JSON under `tables/`."""
        write_json(contents, self.results / "tables" / f"{self.notebook[:2]}_{name}.json")

    def conclude(self, answer: str, **numbers: Real | str | None):
        """Show the notebook's answer (Markdown); record it and its key numbers for the report.

        Photos that could not be read are told of, with their number and the first names.
        """
        from IPython.display import Markdown

        recorded = {"answer": answer, "numbers": numbers}
        write_json(recorded, self.results / "answers" / f"{self.notebook}.json")
        if any((self.results / "photos").glob("*_lost.csv")):
            from geoutils.photos.lost_list import told_of_lost

            print(told_of_lost(self.results / "photos"))
        return Markdown(answer)

    def _record(self, kind: str, name: str, caption: str) -> None:
        """Keep captions beside the results: the report needs them, and so does anyone who cites."""
        path = self.results / "captions" / f"{self.notebook}.json"
        captions = json.loads(path.read_text()) if path.exists() else {}
        write_json(captions | {name: caption}, path)


def open_notebook(notebook: str, variables: MutableMapping[str, Any]) -> NotebookRun:
    """Open a run of `notebook` with the parameters found among its variables; pass `globals()`.

    Parameters are the variables of plain types (numbers, strings, lists, dicts, None) that exist
    when this is first called: `study`, `out_dir`, and those of the notebook's section in the study
    file. Their names are kept among the variables, so that the cell can be run again later.
    Papermill only warns of a parameter that a notebook does not know; here it is a ValueError.
    """
    given = {
        name: value
        for name, value in variables.items()
        if isinstance(value, PARAMETER_TYPES)
        and name == name.lower()  # capitals are constants that were imported
        and not name.startswith("_")
        and name in variables.get("_parameter_names", variables)
    }
    variables["_parameter_names"] = sorted(given)
    study, out_dir = given.pop("study"), given.pop("out_dir")
    from matplotlib_inline.backend_inline import set_matplotlib_formats  # commands draw nothing

    set_matplotlib_formats("retina")  # figures in the notebook with twice the pixels
    root = find_root()
    base = Path(out_dir).resolve() if out_dir else root
    return NotebookRun(notebook, study, root, base, given)


def write_json(contents: Any, path: Path) -> None:
    """Write JSON as others may diff it: sorted as given, indented, numpy numbers as plain ones."""
    with replacing(path) as temporary:
        temporary.write_text(
            json.dumps(contents, indent=1, default=_plain, ensure_ascii=False) + "\n"
        )


def _show(figure: "Figure", png: Path, live: "LiveFigure | None") -> None:
    """Show the picture of an open figure as large as the figure would be, and close the figure.

    Where the figure has a `live` place, the picture goes there.
    """
    import matplotlib.pyplot as plt
    import PIL.Image
    from IPython.display import Image, display

    number = getattr(figure, "number", None)
    is_open = number in plt.get_fignums() and plt.figure(number) is figure
    if not is_open and live is None:
        return
    plt.close(figure)
    with PIL.Image.open(png) as picture:
        width, height = (round(side * figure.dpi / picture.info["dpi"][0]) for side in picture.size)
    (live.show if live else display)(Image(png, width=width, height=height))


def _plain(value: Any) -> Any:
    """Numpy scalars and arrays as Python numbers and lists."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"{folder}: results cannot be written here ({error.strerror})") from None
