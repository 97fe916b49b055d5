import numpy as np
import pytest

from geoutils.explanation import area_of_places, over_areas
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.partitions import semantic_partition

LYON, PARIS, NICE, BERN = [45.76, 4.84], [48.86, 2.35], [43.70, 7.27], [46.95, 7.44]


@pytest.fixture(scope="module")
def levels():
    """Named places, and places with borders, of photos in four towns."""
    photos = np.repeat(np.array([LYON, PARIS, NICE, BERN]), 6, axis=0)
    addresses = atlas_addresses(photos)
    return [
        semantic_partition(addresses, photos, 5, 5, areas_only, geocoder="atlas")
        for areas_only in (False, True)
    ]


def test_a_town_belongs_to_the_region_around_it(levels):
    places, areas = levels
    assert np.isnan(places.areas_km2()).all() and (areas.areas_km2() > 0).all()
    area_of = area_of_places(places, areas)
    for town, region in zip(places.names, area_of, strict=True):
        assert town.endswith(areas.names[region]), town
    np.testing.assert_array_equal(area_of_places(areas, areas), np.arange(len(areas)))


def test_probabilities_of_a_region_add_up(levels):
    places, areas = levels
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    area_of = np.array([0, 1, 1, -1])
    np.testing.assert_allclose(over_areas(shares, area_of, len(areas)), [0.1, 0.5, 0, 0])
    whole = over_areas(shares, area_of_places(places, areas), len(areas))
    assert whole.sum() == pytest.approx(1)
