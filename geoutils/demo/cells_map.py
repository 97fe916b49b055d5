"""Every cell of a partition on one world, each telling what it is."""

from html import escape

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.partitions import Partition
from geoutils.plots.interactive_map.ground import style_sheet, world_markup
from geoutils.plots.interactive_map.svg_paths import HEIGHT, WIDTH, dot_path, map_points, rings_path
from geoutils.plots.prediction_cells import prediction_cells

DETAIL = 150  # of a cell's extent: outlines need not bear zooming
FAINTEST, DARKEST = 0.12, 0.9


def cells_map(partition: Partition) -> str:
    """All cells as an SVG, the darker the more training photos (log scale).

    Each one's number, name, level and count of training photos show under the pointer. Large cells
    lie below small ones. Needs no network and no script.
    """
    shares = (partition.counts + 1.0) / (partition.counts + 1.0).sum()  # the empty ones too
    cells = prediction_cells(partition, shares, n=len(partition))
    opacities = _opacities(partition.counts[cells.cells])
    shapes = []
    for k in np.argsort(-cells.areas_km2, kind="stable"):
        path = rings_path(cells.rings[k], DETAIL)
        kind, paint = ("area", "fill") if path else ("dot", "stroke")
        count = f"{cells.photos[k]:,} training photos" if cells.photos is not None else ""
        facts = (f"Cell {cells.cells[k]}", cells.names[k], cells.levels[k], count)
        path = path or dot_path(map_points(cells.centers_deg[k : k + 1])[0])
        shapes.append(
            f'<path class="geo-map-{kind}" {paint}-opacity="{opacities[k]:.2f}" d="{path}">'
            f"<title>{escape(chr(10).join(filter(None, facts)))}</title></path>"
        )
    return (
        f"<style>{style_sheet()} .geo-map{{margin:0}} .geo-map-area{{stroke-width:.3}}"
        f" .geo-map-dot{{stroke-width:4}}</style>{world_markup()}"
        '<figure class="geo-map"><div class="geo-map-frame">'
        f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.1f}" role="img" '
        f'aria-label="World map of {len(partition):,} cells">'
        '<use class="geo-map-sea" href="#geo-map-sea"/><use class="geo-map-land" '
        f'href="#geo-map-land"/><g class="geo-map-cells">{"".join(shapes)}</g>'
        '<use class="geo-map-borders" href="#geo-map-borders"/></svg></div></figure>'
    )


def _opacities(counts: Int[ndarray, " cells"]) -> Float[ndarray, " cells"]:
    heights = np.log1p(counts)
    span = max(np.ptp(heights), 1e-9)
    return FAINTEST + (DARKEST - FAINTEST) * (heights - heights.min()) / span
