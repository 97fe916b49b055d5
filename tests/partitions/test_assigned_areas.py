import numpy as np
import pytest

from geoutils import s2
from geoutils.geocoding import atlas_addresses
from geoutils.partitions import S2Cells, adaptive_partition, semantic_partition
from geoutils.partitions.assigned_areas import (
    assigned_areas_km2,
    graded_cells,
    measured_areas_km2,
)
from geoutils.partitions.summary import EARTH_KM2
from geoutils.sphere import destination


def photos_around(towns, n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    start = np.repeat(np.array(towns), n, axis=0)
    return destination(start, rng.uniform(0, 360, len(start)), rng.uniform(0, 4, len(start)))


def test_graded_cells_tile_the_earth_and_are_small_beside_the_centers():
    centers = np.array([[48.86, 2.35], [-90.0, 0.0], [0.0, 180.0]])
    cells = graded_cells(centers, 2, 9)
    S2Cells(cells)  # raises where cells overlap
    assert s2.areas_km2(cells).sum() == pytest.approx(EARTH_KM2, rel=1e-12)
    levels = s2.levels(cells)
    assert levels.min() == 3 and levels.max() == 10
    around = S2Cells(cells).assign(
        destination(
            np.repeat(centers, 60, axis=0), np.tile(np.arange(0, 360, 6), 3), np.full(180, 10)
        )
    )
    assert (levels[around] == 10).all()  # level 9 is some 18 km across


def test_measured_areas_match_exact_ones():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.normal(45, 8, 600).clip(-89, 89), rng.normal(10, 15, 600)]
    partition = adaptive_partition(photos, 3, 40)
    measured = measured_areas_km2(partition.assign, partition.centers_deg, 5, 11)
    np.testing.assert_allclose(measured, partition.areas_km2(), rtol=0.02)


def test_cells_with_outlines_have_their_exact_area():
    partition = adaptive_partition(np.array([[10.0, 10], [-10, 30], [50, 100]]), 1, 1)
    np.testing.assert_array_equal(assigned_areas_km2(partition), partition.areas_km2())


def test_named_places_share_out_what_the_geocoder_gives_them():
    photos = photos_around([[48.85, 2.35], [43.73, 7.42], [-22.91, -43.2]], 40)
    partition = semantic_partition(
        atlas_addresses(photos), photos, 5, min_photos=5, geocoder="atlas"
    )
    areas = assigned_areas_km2(partition)
    assert np.isfinite(areas).all() and (areas > 0).all()
    assert np.isnan(partition.areas_km2()).any()  # towns are points to the atlas
    rng = np.random.default_rng(1)
    for cell, center in enumerate(partition.centers_deg):
        if partition.cells.keys[cell].startswith("place:"):
            assert areas[cell] < np.pi * 25**2 * 1.05  # nobody is in a town 25 km away
            km = 25.5 * np.sqrt(rng.random(20_000))
            thrown = destination(np.tile(center, (20_000, 1)), rng.uniform(0, 360, 20_000), km)
            share = (partition.assign(thrown) == cell).mean()
            assert areas[cell] == pytest.approx(share * np.pi * 25.5**2, rel=0.15, abs=3)


def test_another_geocoder_is_not_asked():
    def never(latlon_deg):
        raise AssertionError("asked for addresses")

    photos = photos_around([[48.85, 2.35]], 30)
    partition = semantic_partition(atlas_addresses(photos), photos, 5, min_photos=5, geocoder=never)
    np.testing.assert_array_equal(assigned_areas_km2(partition), partition.areas_km2())


def test_levels_must_fit():
    with pytest.raises(ValueError, match="coarse, fine: 5, 4"):
        graded_cells(np.zeros((1, 2)), 5, 4)
    with pytest.raises(ValueError, match="fine: 5, 30"):
        graded_cells(np.zeros((1, 2)), 5, 30)
