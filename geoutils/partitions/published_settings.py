"""Published settings of adaptive partitions, and how they carry over to fewer photos."""

from collections.abc import Mapping
from types import MappingProxyType

MP16_PHOTOS = 4_720_000  # of the training set MP-16, for which the thresholds below were chosen
MP16_T_MIN = 50  # of every partition of MP-16

# Clark et al. 2023 (GeoDecoder), Figure 1 and Table 8: seven hierarchies, coarse → fine.
GEODECODER_T_MAX = MappingProxyType(
    {f"level_{h}": t for h, t in enumerate([25000, 10000, 5000, 2000, 1000, 750, 500], 1)}
)
GEODECODER_CELLS = MappingProxyType(
    {f"level_{h}": n for h, n in enumerate([684, 1744, 3298, 7202, 12893, 16150, 21673], 1)}
)

# Müller-Budack et al. 2018 (ISN), Table 1.
ISN_T_MAX = MappingProxyType({"coarse": 5000, "middle": 2000, "fine": 1000})
ISN_CELLS = MappingProxyType({"coarse": 3298, "middle": 7202, "fine": 12893})

KORDOPATIS_CELLS = 32_000  # Kordopatis-Zilos et al. 2021, section 4.2: "32K", by fullest growth

CPLANET_PHOTOS = 30_300_000  # Seo et al. 2018 (CPlaNet), section 5.1: of its training set

THESIS_PHOTOS = 970_565  # Loria 2021, Table 5.1 and section 6.4
# Its trees: classes -> (t_min, t_max). Tables 5.2 and 6.4; 89 classes: experiment B.
THESIS_THRESHOLDS = MappingProxyType(
    {
        4: (80_000, 350_000),
        14: (25_000, 100_000),
        50: (5_000, 40_000),
        72: (3_000, 30_000),
        89: (2_000, 20_000),
        110: (3_000, 15_000),
    }
)


def scaled_t_max(
    t_max: Mapping[str, int], n_photos: int, t_min: int = 1, published_photos: int = MP16_PHOTOS
) -> tuple[dict[str, int], float]:
    """Thresholds for another number of photos, and the factor by which they were multiplied.

    Cells are then as many as the published ones would be if `t_min` shrank alike. Thresholds are
    rounded, and raised to `t_min`, below which no cell is kept: levels whose thresholds meet there
    are alike. ValueError for numbers below 1.

    >>> scaled_t_max({"coarse": 25000, "fine": 500}, n_photos=47_200, t_min=10)
    ({'coarse': 250, 'fine': 10}, 0.01)
    """
    given = {"n_photos": n_photos, "t_min": t_min, "published_photos": published_photos}
    for argument, value in (given | dict(t_max)).items():
        if value < 1:
            raise ValueError(f"{argument}: got {value}, expected 1 or more")
    factor = n_photos / published_photos
    return {name: max(t_min, round(most * factor)) for name, most in t_max.items()}, factor
