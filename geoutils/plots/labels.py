"""Texts that have to fit below a picture."""

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
