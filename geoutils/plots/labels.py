"""Texts that have to fit below or beside a picture."""

import re

from jaxtyping import Real
from numpy import ndarray

from geoutils.atlas import country_of, describe


def shortened(text: str, width: int) -> str:
    """The text; one of more than `width` characters ends in an ellipsis.

    >>> shortened("Llanfairpwllgwyngyll", 8), shortened("Bangor", 8)
    ('Llanfai…', 'Bangor')
    """
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def short_places(latlon_deg: Real[ndarray, "n 2"], width: int) -> list[str]:
    """Town and country code of each location, the town in at most `width` characters.

    >>> import numpy as np
    >>> short_places(np.array([[45.76, 4.84], [30.0, -40.0]]), 16)
    ['Lyon, FR', 'open sea']
    """
    towns = [place.split(", ")[0] for place in describe(latlon_deg)]
    places = zip(towns, country_of(latlon_deg), strict=True)
    return [", ".join(filter(None, (shortened(town, width), code))) for town, code in places]


def unbroken(text: str) -> str:
    r"""The text, where no line may end between a number and its sign or name.

    >>> unbroken("Paris (under 1 %), by road (ci 1.9)").split(" ")
    ['Paris', '(under\xa01\xa0%),', 'by', 'road', '(ci\xa01.9)']
    """
    return re.sub(r"(?<=\(ci) | (?=%)|(?<=\(under) |(?<=\(over) ", "\N{NO-BREAK SPACE}", text)
