"""What is no longer what it was."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """A cell, figure or method that differs; `beyond`: by more than chance."""

    file: str
    where: str
    before: str
    after: str
    beyond: bool
