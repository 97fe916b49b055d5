import numpy as np
import pandas as pd
import pytest
from torch import nn

from geoutils.explanation import Reader, counterfactual
from geoutils.explanation.counterfactual import kept_confidence, planted_cues, redrawn
from geoutils.photos.scenes import compose
from geoutils.photos.scenes.truth import scene_truth


class FakeReader(Reader):
    """The brighter the photo, the surer; the darker, the further away it points."""

    def change(self, pixels, changed, cells):
        before, after = (some.mean(axis=(1, 2, 3)) / 255 for some in (pixels, changed))
        moved = np.where(after < before, 100.0, 0.0)
        return pd.DataFrame({"before": before, "after": after, "moved_km": moved})


READER = FakeReader(nn.Identity(), np.zeros((1, 1), int), np.zeros((1, 2)))


def test_each_cue_is_left_out_where_it_shows(monkeypatch):
    manifest = pd.DataFrame(
        {
            "author": ["ann", "bob", "ann"],
            "shows_landmark": [True, False, True],
            "shows_cars": [False, True, False],
            "shows_sea": [False, False, False],
        },
        index=[7, 8, 9],
    )
    pixels = np.full((3, 4, 4, 3), 200, np.uint8)

    def render(scenes, size, hide):
        dark = 100 if "landmark" in hide else 200  # the landmark shines, cars are nothing
        return np.full((len(scenes), size, size, 3), dark, np.uint8), None

    monkeypatch.setattr(counterfactual, "compose", lambda rows: rows)
    monkeypatch.setattr(counterfactual, "render", render)
    cells = np.array([2, 2, 2])
    changed = redrawn(
        READER,
        manifest,
        pixels,
        cells,
        ["landmark", "sea", "cars"],
    )
    assert changed["left_out"].tolist() == ["landmark", "landmark", "cars"]
    assert changed["row"].tolist() == [0, 2, 1]
    assert changed["author"].tolist() == ["ann", "ann", "bob"]
    np.testing.assert_allclose(changed["after"], [100 / 255, 100 / 255, 200 / 255])
    assert changed["moved_km"].tolist() == [100, 100, 0]
    with pytest.raises(ValueError, match=r"cues: none of \['sea'\] is seen in these 3 photos"):
        redrawn(
            READER,
            manifest,
            pixels,
            cells,
            ["sea"],
        )


def test_kept_confidence_is_the_ratio_of_the_means_and_counts_what_moves():
    changed = pd.DataFrame(
        {
            "left_out": ["cars", "cars", "landmark", "landmark", "landmark"],
            "author": ["a", "b", "a", "b", "c"],
            "before": [0.5, 0.1, 0.8, 0.4, 0.3],
            "after": [0.5, 0.1, 0.4, 0.2, 0.3],
            "moved_km": [0.0, 0.0, 25.0, 9000.0, 24.9],
        }
    )
    table = kept_confidence(changed, n_resamples=400)
    assert table.index.tolist() == ["landmark", "cars"] and table.index.name == "left_out"
    assert table["n_photos"].tolist() == [3, 2]
    np.testing.assert_allclose(table["mean"], [0.9 / 1.5, 1])
    np.testing.assert_allclose(table.loc["cars", ["low", "high"]].to_numpy(float), 1)
    assert 0.5 <= table.loc["landmark", "low"] < 0.6 < table.loc["landmark", "high"] <= 1
    np.testing.assert_allclose(table["moved"], [2 / 3, 0])
    assert table.loc["landmark", "moved_low"] < 2 / 3 < table.loc["landmark", "moved_high"]
    assert table["median_km"].tolist() == [25.0, 0.0]


def test_the_planted_concept_is_taken_away_with_the_cue_that_draws_it():
    rows = [
        ("tower", "street", "landmark"),
        ("building", "city", "city"),
        ("mountain", "city", "relief"),
        ("road", "country", "country"),
        ("sea", "climate", "sea"),
        ("tree", "climate", "vegetation"),
        ("sand", "climate", "ground"),
        ("", "", ""),
    ]
    manifest = pd.DataFrame(rows, columns=["carrier", "carrier_scale", "cue"])
    assert planted_cues(manifest).tolist() == manifest["cue"].tolist()


def test_every_planted_concept_of_drawn_scenes_has_its_cue_in_view(drawn_manifest):
    manifest = drawn_manifest[drawn_manifest["carrier"] != ""]
    cues = planted_cues(manifest)
    shown = [row[f"shows_{cue}"] for (_, row), cue in zip(manifest.iterrows(), cues, strict=True)]
    # A desert is sand whether its soil's colour is shown or not.
    sandy = (manifest["carrier"] == "sand").to_numpy()
    assert len(manifest) > 100 and np.array(shown)[~sandy].all()


@pytest.fixture
def drawn_manifest():
    rng = np.random.default_rng(0)
    places = np.array([[48.86, 2.35], [40.7, -74.0], [35.0, 135.8], [-33.9, 18.4], [46.6, 8.0]])
    rows = pd.DataFrame(places[rng.integers(5, size=300)], columns=["latitude", "longitude"])
    rows["author"], rows["seed"] = "ann", rng.integers(2**31, size=300)
    return scene_truth(compose(rows))
