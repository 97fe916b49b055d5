import numpy as np
import pandas as pd
import pytest

from geoutils import atlas
from geoutils.photos import visibility
from geoutils.photos.positions import rendered_manifest
from geoutils.photos.scenes.spots import popular_spots, spot_of
from geoutils.sphere import destination, great_circle_km


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    return rendered_manifest(900, 150, 200, 100, seed=1, test_seed=2)


def test_sizes_and_columns(manifest):
    counts = manifest["split"].value_counts().to_dict()
    assert counts == {"train": 900, "val": 150, "test": 200, "seen": 100}
    assert manifest["photo"].is_unique
    assert {"author", "scene", "seed", "carrier", "shows_landmark"} <= set(manifest)
    assert set(manifest["scene"]) == {"indoor", "nature", "urban"}
    assert (manifest["latitude"].abs() <= 90).all()
    assert manifest["longitude"].between(-180, 180, inclusive="left").all()


def test_authors_stay_on_one_side_but_for_the_seen(manifest):
    authors = manifest.groupby("split")["author"].agg(set)
    for a, b in (("train", "val"), ("train", "test"), ("val", "test"), ("seen", "test")):
        assert not authors[a] & authors[b]
    assert authors["seen"] <= authors["train"]


def test_authors_are_keen_and_stay_near_their_trips(manifest):
    sizes = manifest.groupby("author").size()
    assert 8 < sizes.mean() < 25
    assert sizes.max() > 2 * sizes.median()  # heavy tail
    train, seen = (manifest[manifest["split"] == s] for s in ("train", "seen"))
    here = seen[["latitude", "longitude"]].to_numpy()
    nearest = []
    for row, author in zip(here, seen["author"], strict=True):
        theirs = train.loc[train["author"] == author, ["latitude", "longitude"]].to_numpy()
        nearest.append(great_circle_km(np.tile(row, (len(theirs), 1)), theirs).min())
    assert np.median(nearest) < 60


def test_half_of_the_photos_are_at_popular_spots(manifest):
    latlon_deg = manifest[["latitude", "longitude"]].to_numpy()
    share = (spot_of(latlon_deg) >= 0).mean()
    assert visibility.POPULAR - 0.15 < share < visibility.POPULAR + 0.15


def test_seeds_of_test_and_training_are_independent(manifest):
    other = rendered_manifest(900, 150, 200, 100, seed=3, test_seed=2)
    test, same = (m[m["split"] == "test"].reset_index(drop=True) for m in (manifest, other))
    pd.testing.assert_frame_equal(test, same)
    train, new = (m[m["split"] == "train"] for m in (manifest, other))
    assert not set(train["author"]) & set(new["author"])
    again = rendered_manifest(900, 150, 200, 100, seed=1, test_seed=2)
    pd.testing.assert_frame_equal(manifest, again)


def test_spots_are_real_positions_a_kilometre_apart():
    spots = popular_spots()
    known = {tuple(row) for row in np.asarray(atlas.photo_density())}
    assert all(tuple(row) in known for row in spots)
    assert len(spots) > 0.8 * visibility.METROS * visibility.SPOTS_PER_METRO
    np.testing.assert_array_equal(spot_of(spots), np.arange(len(spots)))
    away = destination(spots, np.zeros(len(spots)), np.full(len(spots), 0.3))
    assert (spot_of(away) == np.arange(len(spots))).mean() > 0.95
    assert (spot_of(np.array([[-50.0, -120.0]])) == -1).all()  # South Pacific


def test_bad_sizes_are_named():
    with pytest.raises(ValueError, match="n_val"):
        rendered_manifest(10, -1, 0, 0, seed=0, test_seed=1)
    with pytest.raises(ValueError, match="n_seen"):
        rendered_manifest(0, 0, 0, 5, seed=0, test_seed=1)
