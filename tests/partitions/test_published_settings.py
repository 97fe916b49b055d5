import pytest

from geoutils.partitions import (
    GEODECODER_CELLS,
    GEODECODER_T_MAX,
    ISN_CELLS,
    ISN_T_MAX,
    MP16_PHOTOS,
    THESIS_PHOTOS,
    THESIS_THRESHOLDS,
    scaled_t_max,
)


def test_the_two_papers_agree_where_they_use_the_same_thresholds():
    # GeoDecoder, Table 8; ISN, Table 1.
    cells = dict(zip(GEODECODER_T_MAX.values(), GEODECODER_CELLS.values(), strict=True))
    assert cells == {
        25000: 684,
        10000: 1744,
        5000: 3298,
        2000: 7202,
        1000: 12893,
        750: 16150,
        500: 21673,
    }
    assert {name: cells[t_max] for name, t_max in ISN_T_MAX.items()} == ISN_CELLS


def test_settings_of_the_thesis():
    assert THESIS_PHOTOS == 476_960 + 493_605 == 970_565  # Table 5.1, natural and urban
    assert THESIS_THRESHOLDS == {
        4: (80_000, 350_000),  # Table 6.4, as 14, 50 and 110
        14: (25_000, 100_000),
        50: (5_000, 40_000),
        72: (3_000, 30_000),  # section 5, before Table 5.2
        89: (2_000, 20_000),  # experiment B
        110: (3_000, 15_000),
    }


def test_thresholds_scale_with_photos_but_not_under_the_minimum():
    assert scaled_t_max(ISN_T_MAX, MP16_PHOTOS, t_min=50) == (dict(ISN_T_MAX), 1.0)
    scaled, factor = scaled_t_max(ISN_T_MAX, MP16_PHOTOS // 100, t_min=15)
    assert scaled == {"coarse": 50, "middle": 20, "fine": 15}
    assert factor == 0.01
    assert scaled_t_max({"a": 30}, 5, t_min=1, published_photos=10) == ({"a": 15}, 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_photos": 0}, "n_photos: got 0, expected 1 or more"),
        ({"n_photos": 5, "t_min": 0}, "t_min: got 0"),
        ({"n_photos": 5, "published_photos": -1}, "published_photos: got -1"),
    ],
)
def test_bad_numbers_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        scaled_t_max({"a": 10}, **arguments)
    with pytest.raises(ValueError, match="a: got 0"):
        scaled_t_max({"a": 0}, 5)
