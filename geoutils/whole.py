"""Whole numbers, checked at the door: 2.5 cells or NaN photos mean nothing and may never end."""

from numbers import Real
from operator import index


def checked_whole(value: Real, argument: str, least: int = 1, most: int | None = None) -> int:
    """Return the value as an int; ValueError, naming the argument, unless it is whole and in range.

    >>> checked_whole(2.5, "t_min")
    Traceback (most recent call last):
    ValueError: t_min: got 2.5, expected a whole number from 1 on
    """
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        reach = f"from {least} on" if most is None else f"{least} … {most}"
        raise ValueError(f"{argument}: got {value}, expected a whole number {reach}") from None
    return number
