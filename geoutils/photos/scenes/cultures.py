"""How people build in fourteen regions of the world: façades, roofs, storeys, temples.

The palettes are muted, as naive painters mix them; a city picks three façade colours of its region.
"""

from dataclasses import dataclass

import numpy as np

_COUNTRIES = {
    "nordic": "NO SE FI DK IS FO GL EE LV LT AX SJ",
    "atlantic": "GB IE NL BE LU JE GG IM FR",
    "central": "DE AT CH CZ PL SK HU SI LI",
    "mediterranean": "ES PT IT GR MT CY HR AL MC SM VA AD GI ME MK BA RS",
    "slavic": "RU UA BY MD RO BG KZ MN GE AM AZ",
    "middle east": "TR SY LB IL PS JO IQ IR SA YE OM AE QA BH KW AF UZ TM TJ KG",
    "north africa": "MA DZ TN LY EG SD EH MR",
    "south asia": "IN PK BD LK NP BT MV",
    "southeast asia": "TH MM LA KH VN MY SG ID PH BN TL",
    "east asia": "JP KR KP CN TW HK MO",
    "north america": "US CA BM PM",
    "oceania": "AU NZ FJ PG NC PF WS TO VU SB GU",
    "latin america": (
        "MX GT BZ SV HN NI CR PA CU DO HT PR JM BS BB TT CO VE GY SR GF EC PE BO BR PY UY AR CL"
    ),
}
CULTURES = (*_COUNTRIES, "africa")
_CULTURE = {code: i for i, codes in enumerate(_COUNTRIES.values()) for code in codes.split()}
LEFT = frozenset(  # where one drives on the left
    "GB IE MT CY JE GG IM AU NZ JP IN PK BD LK NP BT MV TH MY SG ID BN TL HK MO PG FJ SB TO WS "
    "ZA NA BW ZW ZM MZ MW TZ KE UG LS SZ MU SC JM BS BB TT GY SR BM".split()
)
YELLOW = frozenset(  # where the line between the directions is yellow
    "US CA MX PR NO JP KR TW CN HK MO BR AR CL PE CO VE EC BO PY UY GT CR PA TH ID PH VN AU".split()
)


@dataclass(frozen=True)
class Culture:
    """Façades, roofs (sRGB, hexadecimal), storeys of a street, roof shape, place of worship."""

    facades: str
    roofs: str
    storeys: tuple[int, int]
    flat_roofs: float
    shutters: float
    temple: str


_STYLES = {
    "nordic": Culture(
        "9e2b25 d9a441 e8dcc0 40607a 6f7f4f c7583c f0efe6 556b5d",
        "3b3f46 6e3b30 2f4a4a",
        (2, 4),
        0.1,
        0.1,
        "church",
    ),
    "atlantic": Culture(
        "8c4a36 b5654a d8c8a8 6e5546 a89a86 e6dfd0 5b6770 c49a6c",
        "4a4f57 70493c 5d6168",
        (2, 5),
        0.15,
        0.1,
        "church",
    ),
    "central": Culture(
        "e9d8a6 d8a25e c9d0b0 b98a74 e5c6b4 9fb1b8 f2ead8 c96f4a",
        "a14a34 7d3f32 8d5a44",
        (3, 5),
        0.1,
        0.45,
        "church",
    ),
    "mediterranean": Culture(
        "f0d9a8 e3a66b d9825b f3e9d5 e8bfa0 c96a4c f7f3e8 d9b38c",
        "c1693f b5572f cf8456",
        (2, 5),
        0.2,
        0.8,
        "dome",
    ),
    "slavic": Culture(
        "e8d9a0 9fb6a8 cfa6a0 d9d4c8 a8b8c8 c9b48a b7a594 e0c08f",
        "5f7f6a 7a4038 586068",
        (3, 7),
        0.35,
        0.05,
        "onion",
    ),
    "middle east": Culture(
        "e6cfa3 d9b98a f0e4cc c9a274 dcc4a0 b8906a efe0c0 d0b090",
        "d8c09a c8a878 b89870",
        (2, 6),
        0.95,
        0.2,
        "mosque",
    ),
    "north africa": Culture(
        "c9724a d98e62 f4ead6 e8c8a0 b85c40 f8f4ec 6f95b5 e0a878",
        "c98a5e e8d4b4 b87850",
        (2, 4),
        0.95,
        0.35,
        "mosque",
    ),
    "south asia": Culture(
        "e88fa0 f0b44c 7fc0b8 e07a4a b78fc8 f2d388 8fb86a 6fa0d0",
        "b86a48 c8a070 a05a40",
        (2, 5),
        0.8,
        0.3,
        "shikhara",
    ),
    "southeast asia": Culture(
        "f2cf6a 8fc4b0 e8a88c f4efe0 c9604a 7fa8b8 e0d0a0 d89858",
        "b8482f 3f7a6a c87838",
        (2, 4),
        0.4,
        0.5,
        "stupa",
    ),
    "east asia": Culture(
        "d8d4cc b8a890 9a8578 e4dcd0 a8b0b4 c4bcb0 7f6a5c d0a890",
        "3f4650 55606a 4a3f3c",
        (3, 8),
        0.55,
        0.02,
        "pagoda",
    ),
    "north america": Culture(
        "9a4f3c c8b090 d8d4cc 7a6a60 b86f50 e4dccb 8a98a0 a88468",
        "54504c 6a5a50 404850",
        (2, 7),
        0.75,
        0.05,
        "white church",
    ),
    "oceania": Culture(
        "e8e0cc c89878 d8c4a0 a8604a f0ece0 9ab0a8 b8b0a0 d0a078",
        "a84f3a 5f7068 788088",
        (1, 4),
        0.3,
        0.05,
        "white church",
    ),
    "latin america": Culture(
        "f0a848 e0607a 58a8b0 f4d868 d86a4a 8fb860 f2ead8 9a78b8",
        "b8603f c87848 a04f38",
        (1, 3),
        0.35,
        0.4,
        "mission",
    ),
    "africa": Culture(
        "d89a5c c87848 e8cfa0 b8683f f0e0c0 7fa890 d8b878 a85838",
        "a8663f 8a7a60 b89060",
        (1, 3),
        0.6,
        0.15,
        "mosque",
    ),
}
TEMPLES = tuple(dict.fromkeys(style.temple for style in _STYLES.values()))


def colours(hexadecimal: str) -> np.ndarray:
    """Rows of sRGB in [0, 1] from space-separated hexadecimal colours."""
    rows = [[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in hexadecimal.split()]
    return np.array(rows, np.float32) / np.float32(255)


_ordered = [_STYLES[name] for name in CULTURES]
FACADES = np.stack([colours(style.facades) for style in _ordered])  # (cultures, 8, 3)
ROOFS = np.stack([colours(style.roofs) for style in _ordered])  # (cultures, 3, 3)
STOREYS = np.array([style.storeys for style in _ordered])
FLAT_ROOFS = np.array([style.flat_roofs for style in _ordered], np.float32)
SHUTTERS = np.array([style.shutters for style in _ordered], np.float32)
TEMPLE = np.array([TEMPLES.index(style.temple) for style in _ordered])
ACCENTS = colours(
    "c8443c 2f6f9f e0a030 3f8f6f 7a4f8f d87040 4fa8b8 b83f6a 6f8f3f 3f4f8f f0e0c0 8f5f3f"
)


def culture_of(country: np.ndarray) -> np.ndarray:
    """Culture index of ISO-2 country codes; the codes not listed are African or islands.

    >>> CULTURES[int(culture_of(np.array(["JP"]))[0])]
    'east asia'
    """
    fallback = CULTURES.index("africa")
    return np.array([_CULTURE.get(code, fallback) for code in country], dtype=np.int64)
