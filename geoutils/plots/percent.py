"""Fractions drawn as percentages."""

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter


def in_percent(*axes: Axis) -> None:
    """Label the ticks of an axis of fractions in percent, with decimals only where they say more.

    Matplotlib's own formatter either rounds 2.5 % to 2 % or writes 20 % as 20.0 %.
    """
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda fraction, _: f"{100 * fraction:.4g}%"))
