"""One look for every figure of the study."""

import matplotlib as mpl
from cycler import cycler

# Okabe and Ito's colours, told apart by colour-blind readers; a little muted for print.
PALETTE = {
    "blue": "#2f6f9f",
    "orange": "#d98a2b",
    "green": "#3a8f6f",
    "vermilion": "#c8553d",
    "purple": "#9a6a9c",
    "sky": "#7fb6d9",
    "yellow": "#d9c04a",
    "ink": "#22303a",
    "grey": "#8a949b",
    "paper": "#fbfaf7",
}

# One colour per method and per level, the same in every notebook.
METHOD_COLORS = {
    "f": PALETTE["blue"],
    "f_star": PALETTE["vermilion"],
    "densest point": PALETTE["grey"],
    "random photo": "#b9bfc3",
}
LEVEL_COLORS = {
    "coarse": PALETTE["yellow"],
    "middle": PALETTE["orange"],
    "fine": PALETTE["blue"],
    "product": PALETTE["vermilion"],
}
SPLIT_COLORS = {
    "train": PALETTE["sky"],
    "val": PALETTE["green"],
    "test": PALETTE["vermilion"],
    "seen": PALETTE["purple"],
}


def use_style() -> None:
    """Set matplotlib's defaults: quiet axes, readable at column width, vector text kept as text."""
    mpl.rcParams.update(
        {
            "axes.edgecolor": PALETTE["grey"],
            "axes.grid": True,
            "axes.labelcolor": PALETTE["ink"],
            "axes.prop_cycle": cycler(color=[PALETTE[name] for name in list(PALETTE)[:7]]),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "medium",
            "axes.titleweight": "bold",
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "grid.color": "#e6e8ea",
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "lines.linewidth": 1.6,
            "pdf.fonttype": 42,
            "savefig.bbox": "tight",
            "savefig.dpi": 200,
            "text.color": PALETTE["ink"],
            "xtick.color": PALETTE["ink"],
            "ytick.color": PALETTE["ink"],
        }
    )
