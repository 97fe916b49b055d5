import numpy as np
import pytest

from geoutils.evaluation import RADII_KM, accuracy_at, densest_point_distances
from geoutils.evaluation.ceiling import (
    Lore,
    Sights,
    ceiling_distances,
    consistent_places,
    perfect_reader,
)
from geoutils.photos.positions import rendered_manifest
from geoutils.sphere import destination, great_circle_km


def toy(n_photos=40, n_places=60, n_cues=3, seed=0):
    """Places in clusters, cues that get coarser, photos that show some of them."""
    rng = np.random.default_rng(seed)
    hubs = np.c_[rng.uniform(-60, 60, 6), rng.uniform(-180, 180, 6)][rng.integers(6, size=n_places)]
    reach = 10 ** rng.uniform(-1, 3.3, n_places)
    places = destination(hubs, rng.uniform(0, 360, n_places), reach)
    cues = np.stack([rng.integers(12 // 2**c, size=n_places) for c in range(n_cues)], axis=1)
    soil = rng.uniform(0.3, 0.6, (n_places, 2))
    chances = rng.uniform(0, 1, (4, n_places)) * (rng.random((4, n_places)) < 0.8)
    lore = Lore(places, cues, soil, chances, soil_blur=0.1)
    seen = np.stack([rng.integers(14 // 2**c, size=n_photos) for c in range(n_cues)], axis=1)
    seen[rng.random(seen.shape) < 0.5] = -1
    shade = np.where(rng.random((n_photos, 1)) < 0.5, rng.uniform(0.3, 0.6, (n_photos, 2)), -1)
    return Sights(seen, shade, rng.integers(4, size=n_photos)), lore


def brute_force_mass(sights, lore, photo, radius):
    """Posterior within a radius of every place, one place after the other."""
    left = set(range(len(lore.latlon_deg)))
    for cue, value in enumerate(sights.cues[photo]):
        same = {j for j in left if lore.cues[j, cue] == value}
        left = same if value >= 0 and same else left
    weight = {j: lore.chances[sights.situation[photo], j] for j in left}
    if not any(weight.values()):
        weight = dict.fromkeys(left, 1.0)
    if sights.soil[photo, 0] >= 0:
        for j in weight:
            off = np.sum((lore.soil[j] - sights.soil[photo]) ** 2) / lore.soil_blur**2
            weight[j] *= np.exp(-off / 2)
    total = sum(weight.values())
    place = lore.latlon_deg[list(weight)]
    mass = np.zeros(len(lore.latlon_deg))
    for j in [j for j, w in weight.items() if w > 0]:
        near = great_circle_km(place, np.tile(lore.latlon_deg[j], (len(place), 1))) < radius
        mass[j] = sum(w for w, inside in zip(weight.values(), near, strict=True) if inside)
    return mass / total


@pytest.mark.parametrize("seed", range(3))
def test_points_match_brute_force(seed):
    sights, lore = toy(seed=seed)
    points = perfect_reader(sights, lore)
    for photo in range(len(sights.cues)):
        for k, radius in enumerate(RADII_KM):
            mass = brute_force_mass(sights, lore, photo, radius)
            chosen = np.flatnonzero((lore.latlon_deg == points[photo, k]).all(axis=1))
            np.testing.assert_allclose(mass[chosen].max(), mass.max(), rtol=1e-9)


def test_nothing_in_view_is_the_best_constant_guess():
    _, lore = toy(n_places=200)
    lore = Lore(lore.latlon_deg, lore.cues, lore.soil, np.ones((1, 200)))
    blank = Sights(np.full((5, 3), -1), np.full((5, 2), -1.0), np.zeros(5, dtype=int))
    truth = np.random.default_rng(3).uniform(-60, 60, (5, 2))
    points = perfect_reader(blank, lore)
    distances = np.stack([great_circle_km(truth, points[:, k]) for k in range(5)], axis=1)
    constant = densest_point_distances(lore.latlon_deg, truth, lore.latlon_deg)
    np.testing.assert_allclose(distances, constant)


def test_an_unknown_value_is_passed_over_and_so_is_an_impossible_situation():
    known = np.array([[5, 1], [6, 1], [7, 2]])
    assert consistent_places(np.array([9, 2]), known).tolist() == [2]
    assert consistent_places(np.array([5, 2]), known).tolist() == [0]  # the finer cue is believed
    places = np.array([[0.0, 0], [10, 10], [20, 20]])
    lore = Lore(places, known, np.zeros((3, 1)), np.array([[0.0, 0, 0], [0, 1, 0]]))
    sights = Sights(np.array([[5, -1], [-1, -1]]), -np.ones((2, 1)), np.array([1, 1]))
    assert perfect_reader(sights, lore)[:, 0].tolist() == [[0, 0], [10, 10]]


def test_fewer_candidates_are_a_little_worse_and_repeat():
    sights, lore = toy(n_places=300)
    few = perfect_reader(sights, lore, n_candidates=30, seed=1)
    np.testing.assert_array_equal(few, perfect_reader(sights, lore, n_candidates=30, seed=1))
    assert (few != perfect_reader(sights, lore)).any()


def test_bad_input_is_named():
    sights, lore = toy()
    with pytest.raises(ValueError, match="lore: no training places"):
        nowhere = [part[:0] for part in (lore.latlon_deg, lore.cues, lore.soil)]
        perfect_reader(sights, Lore(*nowhere, lore.chances[:, :0]))
    with pytest.raises(ValueError, match="sights: 2 cues, but lore has 3"):
        perfect_reader(Sights(sights.cues[:, 1:], sights.soil, sights.situation), lore)
    with pytest.raises(ValueError, match="sights: situations 0 to 3, but lore has 0 to 1"):
        perfect_reader(sights, Lore(lore.latlon_deg, lore.cues, lore.soil, lore.chances[:2]))


@pytest.fixture(scope="module")
def rendered():
    manifest = rendered_manifest(3000, 0, 400, 0, seed=5, test_seed=6)
    split = manifest["split"]
    return (manifest[split == name].reset_index(drop=True) for name in ("train", "test"))


def test_the_ceiling_of_rendered_photos_follows_their_finest_cue(rendered):
    train, photos = rendered
    distances = ceiling_distances(photos, train)
    assert distances.shape == (400, 5)
    hits = distances < RADII_KM
    scale = photos["carrier_scale"].to_numpy()
    assert hits[scale == "street", 0].mean() > 0.85  # some spots were never seen
    assert hits[scale == "city", 1].mean() > 3 * hits[scale == "", 1].mean()
    assert hits[scale == "country", 3].mean() > 0.7
    indoor = photos["scene"].to_numpy() == "indoor"
    train_deg, truth = (t[["latitude", "longitude"]].to_numpy() for t in (train, photos[indoor]))
    constant = densest_point_distances(train_deg, truth, train_deg)
    at = [accuracy_at(column, RADII_KM)[k] for k, column in enumerate(constant.T)]
    np.testing.assert_allclose(hits[indoor].mean(axis=0), at, atol=0.1)


def test_real_photos_have_no_known_ceiling():
    photos = rendered_manifest(20, 0, 5, 0, seed=1, test_seed=2)
    with pytest.raises(ValueError, match="photos: no column 'seed'"):
        ceiling_distances(photos.drop(columns="seed"), photos)
