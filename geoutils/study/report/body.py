"""The cells of a notebook become HTML through nbconvert, with our template and filters."""

import base64
from functools import cache, partial
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from traitlets.config import Config

from geoutils.study.report.cells import KINDS, Story
from geoutils.study.report.figures import image_tag
from geoutils.study.report.maps import map_of_output
from geoutils.study.report.prose import prose
from geoutils.study.report.safe_html import safe_soup

TEMPLATES = Path(__file__).parent / "template"


def body(story: Story, pages: frozenset[str] = frozenset()) -> str:
    """All cells after the opening one, as HTML; `pages` are notebooks that links may lead to."""
    exporter = _exporter()
    exporter.register_filter("prose", partial(prose, pages=pages))
    exporter.register_filter("shown_html", partial(shown_html, pages=pages))
    exporter.register_filter("figure", figure)
    exporter.register_filter("interactive_map", map_of_output)
    html, _ = exporter.from_notebook_node(story.notebook)
    return html


def figure(output: NotebookNode, mime: str) -> str:
    """A picture among a cell's outputs, with its caption where it has one."""
    data, texts = output.data[mime], output.metadata.get("report", {})
    if mime == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode()
    alt = texts.get("alt") or output.metadata.get("alt") or "Picture made by the code above"
    image = image_tag(data, mime, alt, output.metadata.get(mime, {}))
    caption = texts.get("caption")
    anchor = f' id="{texts["anchor"]}"' if caption else ""
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure{anchor}>{image}{below}</figure>"


def shown_html(output: NotebookNode, pages: frozenset[str] = frozenset()) -> str:
    """HTML among a cell's outputs, made harmless; its tables called what their caption does."""
    soup = safe_soup(output.data["text/html"], pages)
    label = output.metadata.get("report", {}).get("label")
    for frame in soup.select("div.table") if label else ():
        frame["aria-label"] = label
    return str(soup)


class CellExporter(HTMLExporter):
    """nbconvert's exporter without its second parse of the page, for texts that are all there."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert the cells through the template, and no more."""
        resources = self._init_resources(resources)
        lexer = nb.metadata.get("language_info", {}).get("pygments_lexer", "ipython3")
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        kinds = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", kinds)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@cache
def _exporter() -> CellExporter:
    config = Config()
    config.NbConvertBase.display_data_priority = KINDS
    config.CoalesceStreamsPreprocessor.enabled = True  # progress bars: their last state only
    return CellExporter(
        config=config,
        template_name=TEMPLATES.name,
        template_file="cells.html.j2",
        extra_template_basedirs=[str(TEMPLATES.parent)],
    )
