"""One prediction coloured by every rule, so that a reader sees what the rule does."""

from jaxtyping import Real
from matplotlib.figure import Figure
from numpy import ndarray

from geoutils.plots.prediction_cells import PredictionCells
from geoutils.plots.side_by_side import close_extent
from geoutils.plots.style import PAGE_IN
from geoutils.plots.top_cells import SHADINGS, draw_top_cells
from geoutils.plots.world import region_projection

WIDTH, HEIGHT = PAGE_IN / len(SHADINGS), 1.8  # inches: one map
TITLES = {
    "scale": "log scale",
    "thesis": "the thesis's rule",
    "density": "dimmed where photos are sparse",
}


def draw_shadings(
    figure: Figure, prediction: PredictionCells, truth_deg: Real[ndarray, " 2"] | None = None
) -> None:
    """Fill a figure with the close-up of one prediction in each of SHADINGS, side by side.

    The figure takes the size of its maps; signs as in `draw_top_cells`.
    """
    extent = close_extent([prediction], truth_deg)
    figure.set_size_inches(len(SHADINGS) * WIDTH, HEIGHT + 0.25)
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.02)
    maps = {"projection": region_projection(extent)}
    axes = figure.subplots(1, len(SHADINGS), subplot_kw=maps)
    for ax, shading in zip(axes, SHADINGS, strict=True):
        draw_top_cells(ax, prediction, truth_deg, shading, extent)
        ax.set_title(TITLES[shading], fontsize=8, pad=3)
