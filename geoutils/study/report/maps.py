"""Interactive maps of the report, drawn from what notebooks say is on them.

A notebook's own scripts never reach a page. A map's data do, as text and numbers; the script that
a page runs is ours, and the page's policy allows that one alone.
"""

from html import escape

from nbformat import NotebookNode

from geoutils.plots.map_type import MAP_TYPE
from geoutils.study.report.cells import Story


def map_of_output(output: NotebookNode) -> str:
    """The map of an output as HTML, with its caption; what is no map is shown in words."""
    from geoutils.plots.interactive_map.markup import map_figure  # slow to import, seldom needed

    texts = output.metadata.get("report", {})
    try:
        drawn = map_figure(output.data[MAP_TYPE], texts.get("caption", ""))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        text = output.data.get("text/plain") or f"(a map that cannot be drawn: {error!r})"
        drawn = f'<pre class="result">{escape(str(text))}</pre>'
    return f'<div id="{texts["anchor"]}">{drawn}</div>' if "anchor" in texts else drawn


def map_parts(story: Story) -> dict[str, str]:
    """What a page with maps holds once: `style`, `world`, `script`, its `source`; else nothing."""
    outputs = [output for cell in story.notebook.cells for output in cell.get("outputs", [])]
    if not any(MAP_TYPE in output.get("data", {}) for output in outputs):
        return {}
    from geoutils.plots.interactive_map import ground

    return {
        "style": ground.style_sheet(),
        "world": ground.world_markup(),
        "script": ground.script(),
        "source": ground.script_source(),
    }
