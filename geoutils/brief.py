"""Numbers as labels and tables have room for them."""


def brief(number: float | int) -> str:
    """A number of two significant digits, k for thousand and M for million.

    >>> brief(0.0571), brief(3), brief(15400), brief(85010980.2)
    ('0.057', '3', '15k', '85M')
    """
    rounded = float(f"{number:.2g}")
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if rounded >= unit:
            return f"{rounded / unit:g}{letter}"
    return f"{rounded:g}"
