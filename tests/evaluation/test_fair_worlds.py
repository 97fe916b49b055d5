import numpy as np
import pytest

from geoutils import atlas
from geoutils.evaluation.fair_worlds import fair_worlds

# Two in Paris, one in Tokyo, one in the middle of the Atlantic.
PHOTOS = np.array([[48.86, 2.35], [48.85, 2.30], [35.68, 139.76], [30, -40]])


def test_countries_weigh_what_the_atlas_says():
    worlds = fair_worlds(PHOTOS)
    table = atlas.countries()
    for name, column in (("even land", "area_km2"), ("people", "population")):
        france, japan = table.loc[["FR", "JP"], column]
        expected = np.array([france / 2, france / 2, japan, 0]) / (france + japan)
        np.testing.assert_allclose(worlds[name].weights, expected)
        assert worlds[name].covered == pytest.approx((france + japan) / table[column].sum())
    np.testing.assert_allclose(worlds["even countries"].weights, [0.25, 0.25, 0.5, 0])
    inhabited = (table["population"] > 0).sum()
    assert worlds["even countries"].covered == pytest.approx(2 / inhabited)
    assert worlds["people"].names[worlds["people"].strata[0]] == "France"


def test_cells_weigh_the_land_in_them():
    world = fair_worlds(PHOTOS)["even land, by cell"]
    # The land of the Earth is 149 million km²; lakes, which count here, bring the share to 0.29.
    cells = len(world.shares)
    area_km2 = 510.1e6 / cells
    assert world.shares.max() <= area_km2 / 145e6
    full = (world.shares > 0.999 * world.shares.max()).sum()
    assert 0.1 < full / cells < 0.25  # deserts, ice and plains without a shore
    assert world.weights[3] == 0  # the photo at sea
    assert world.names[world.strata[0]].startswith("around 4")


def test_photos_at_sea_alone_cannot_stand_for_land():
    with pytest.raises(ValueError, match="strata: no photo lies in a stratum"):
        fair_worlds(PHOTOS[-1:])
