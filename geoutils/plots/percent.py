"""Fractions drawn and written as percentages."""

from numbers import Real as Number

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter


def in_percent(*axes: Axis) -> None:
    """Label the ticks of an axis of fractions in percent, with decimals only where they say more.

    Matplotlib's own formatter either rounds 2.5 % to 2 % or writes 20 % as 20.0 %.
    """
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda fraction, _: f"{100 * fraction:.4g}%"))


def probability_text(probability: Number) -> str:
    """A probability in percent, to two digits where that takes any decimals.

    >>> [probability_text(p) for p in (0.4149, 0.0526, 0.00312, 0.00001, 0.996, 1.0)]
    ['41 %', '5.3 %', '0.31 %', '< 0.01 %', '> 99 %', '100 %']
    """
    if 0 < probability < 0.0001:
        return "< 0.01 %"
    if 0.99 < probability < 1:
        return "> 99 %"
    share = 100 * probability
    return f"{share:.0f} %" if share >= 9.95 else f"{share:.2g} %"
