"""One look for every figure of the study."""

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.transforms import Bbox, BboxBase

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

# One colour per split, the same in every notebook; methods: method_colors.py.
SPLIT_COLORS = {
    "train": PALETTE["sky"],
    "val": PALETTE["green"],
    "test": PALETTE["vermilion"],
    "seen": PALETTE["purple"],
}

# A figure is drawn as wide as it is printed, with no letter below LEAST_TEXT_PT points: curves, or
# dots with intervals, in one panel (or such panels above each other) as wide as a column of a
# paper; maps, photos, panels side by side, bars with words inside and rows that are sentences at
# most as wide as its page.
COLUMN_IN, PAGE_IN = 3.4, 7.0  # inches, margin and all
SAVED_DPI = 215  # of the picture beside the PDF
MARGIN_IN = 8 / SAVED_DPI  # around a saved figure: whole pixels
LEAST_TEXT_PT = 6.0


def with_margin(inches: BboxBase) -> Bbox:
    """What is drawn, with a margin: less at the sides where a column or the page has no more."""
    printed = COLUMN_IN if inches.width <= COLUMN_IN else PAGE_IN
    beside = np.clip((printed - inches.width) / 2, 0, MARGIN_IN)
    return inches.padded(beside, MARGIN_IN)


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
            "figure.dpi": 125,
            "figure.facecolor": "white",
            "font.family": "DejaVu Sans",
            "font.size": 8,
            "grid.color": "#e6e8ea",
            "grid.linewidth": 0.6,
            "legend.edgecolor": "none",
            "legend.fancybox": False,
            "legend.fontsize": 7,
            "legend.framealpha": 0.8,
            "lines.linewidth": 1.6,
            "pdf.fonttype": 42,
            "savefig.bbox": "tight",
            "savefig.dpi": SAVED_DPI,
            "text.color": PALETTE["ink"],
            "xtick.color": PALETTE["ink"],
            "xtick.labelsize": 7,
            "ytick.color": PALETTE["ink"],
            "ytick.labelsize": 7,
        }
    )
