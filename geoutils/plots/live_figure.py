"""A figure that a notebook shows while it is still being drawn."""

import time
from collections.abc import Callable
from numbers import Real
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure


class LiveFigure:
    """One place below a cell for a figure that grows, filled now and then: that takes a second.

    The figure is closed, so that it is not drawn once more at the cell's end.
    """

    def __init__(self, figure: Figure, every_s: Real = 20):
        plt.close(figure)
        self.figure, self.every_s = figure, every_s
        self._shown_s, self._handle = time.perf_counter(), None

    def __repr__(self) -> str:
        return f"<LiveFigure shown every {self.every_s:g} s>"

    def update(self, draw: Callable[[], None]) -> None:
        """Draw on the figure and show it as it is now, unless it was shown less than `every_s` ago.

        What is not drawn now has to be drawn before the figure is saved.
        """
        if time.perf_counter() - self._shown_s >= self.every_s:
            draw()
            self.show(self.figure)
            self._shown_s = time.perf_counter()

    def show(self, picture: Any) -> None:
        """Show a picture in the place of what was shown before."""
        from IPython.display import display

        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)
