"""One look for every figure of the study."""

import matplotlib as mpl
from cycler import cycler

# Hues of Okabe and Ito, set apart in lightness as well, so that each pair differs for readers who
# see no red, no green or no blue; a little muted for print.
PALETTE = {
    "blue": "#255c92",
    "orange": "#df8a1f",
    "green": "#12896f",
    "vermilion": "#ab2f22",
    "purple": "#b069b8",
    "sky": "#74cdf0",
    "yellow": "#d3c45c",
    "ink": "#22303a",
    "grey": "#98a2a8",
    "paper": "#fbfaf7",
}

# One colour per level and per split, the same in every notebook; methods: method_colors.py.
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


# What a figure is drawn for: charts of one panel for a column of a paper, all others for its page.
COLUMN_IN, PAGE_IN = 3.4, 7.0  # inches
LEAST_TEXT_PT = 6.0  # points, once a figure is as wide as that


def use_style() -> None:
    """Set matplotlib's defaults: quiet axes, readable in print, vector text kept as text."""
    mpl.rcParams.update(
        {
            "axes.axisbelow": True,
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
            "legend.edgecolor": "none",
            "legend.fancybox": False,
            "legend.framealpha": 0.8,
            "lines.linewidth": 1.6,
            "pdf.fonttype": 42,
            "savefig.bbox": "tight",
            "savefig.dpi": 200,
            "text.color": PALETTE["ink"],
            "xtick.color": PALETTE["ink"],
            "ytick.color": PALETTE["ink"],
        }
    )
