import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation.continents import continent_table, scene_table, shares_of_the_whole

PLACES = pd.Series(["Europe", "Europe", "Asia", "", "Asia", "Asia"])
SCENES = pd.Series(["urban", "nature", "urban", "", "indoor", "urban"])


def test_photos_cells_people_and_land_of_continents():
    centers = np.array([[48.9, 2.3], [35.7, 139.7], [-25.0, 134.0], [30.0, -40.0]])
    table = continent_table({"photos": PLACES, "others": PLACES[:1]}, centers)
    assert table.columns.tolist() == ["photos", "others", "cells", "people", "land_km2"]
    assert len(table) == 7
    assert table.loc["Asia", ["photos", "others", "cells"]].tolist() == [3, 0, 1]
    assert table["photos"].sum() == 5 and table["cells"].sum() == 3  # the sea is no continent
    assert 7e9 < table["people"].sum() < 9e9 and 1.3e8 < table["land_km2"].sum() < 1.6e8
    assert "cells" not in continent_table({"photos": PLACES})


def test_shares_add_up_to_one_where_there_is_anything():
    table = shares_of_the_whole(pd.DataFrame({"a": [1, 3], "b": [0, 0]}))
    assert table["a"].tolist() == [0.25, 0.75] and table["b"].tolist() == [0, 0]


def test_scenes_are_counted_by_continent():
    table = scene_table(SCENES, PLACES)
    assert table.index.tolist() == ["Asia", "Europe", "at sea", "all photos"]
    assert table.loc["Asia"].tolist() == [1, 0, 2, 0]
    assert table.loc["at sea", "not known"] == 1
    np.testing.assert_array_equal(table.iloc[:-1].sum(), table.loc["all photos"])


def test_a_cell_counts_for_its_main_scene():
    cells = np.array([0, 0, 7, -1, 7, 7])
    training = np.array([True, True, True, True, True, False])
    every = scene_table(SCENES, PLACES, cells)
    assert every.loc["cells, main scene"].tolist() == [0, 1, 1, 0]  # a tie: nature before urban
    trained = scene_table(SCENES, PLACES, cells, training)
    assert trained.loc["cells, main scene"].tolist() == [1, 1, 0, 0]
    assert "cells, main scene" not in scene_table(SCENES, PLACES, np.full(6, -1)).index


def test_unknown_scenes_are_refused():
    with pytest.raises(ValueError, match="scenes: found 'suburban'"):
        scene_table(pd.Series(["suburban"]), pd.Series(["Asia"]))
