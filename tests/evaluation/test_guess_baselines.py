import numpy as np
import pytest

from geoutils.evaluation.accuracy import RADII_KM, accuracy_at
from geoutils.evaluation.baselines import (
    constant_guess,
    densest_point_distances,
    densest_points,
    guesser_accuracies,
    improvement_over_random,
    photos_within,
    random_photo_guess,
)
from geoutils.evaluation.published import published_thesis
from geoutils.sphere import great_circle_km


def random_locations(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    towns = np.stack([rng.uniform(-60, 75, 20), rng.uniform(-180, 180, 20)], axis=1)
    return towns[rng.integers(20, size=n)] + rng.normal(0, [0.3, 0.3], (n, 2))


def test_counts_match_measuring_every_distance():
    photos, centers = random_locations(120), random_locations(30, seed=1)
    counts = photos_within(photos, centers)
    for center, row in zip(centers, counts, strict=True):
        distances = great_circle_km(photos, np.tile(center, (120, 1)))
        np.testing.assert_array_equal(row, (distances[:, None] < RADII_KM).sum(axis=0))


def test_no_other_candidate_does_better():
    train = random_locations(200, seed=2)
    best = densest_point_distances(train, train, train)
    reached = [accuracy_at(best[:, k], RADII_KM[[k]])[0] for k in range(5)]
    every = np.array([accuracy_at(constant_guess(train, point)) for point in train])
    np.testing.assert_allclose(reached, every.max(axis=0))


def test_the_densest_point_of_a_wide_circle_is_not_that_of_a_narrow_one():
    village = np.tile([[0.0, 0.0]], (3, 1))
    ring = np.array([[50.0, 20.0], [50.5, 20.0], [50.0, 20.7], [50.4, 20.5]])
    points = densest_points(np.concatenate([village, ring]), ring[:1], np.array([1]))
    np.testing.assert_array_equal(points, ring[:1])
    points = densest_points(np.concatenate([village, ring]), np.concatenate([village, ring]))
    np.testing.assert_array_equal(points[0], [0, 0])
    np.testing.assert_array_equal(points[2], ring[0])


def test_a_radius_beyond_half_the_world_holds_every_photo():
    photos = random_locations(50)
    np.testing.assert_array_equal(photos_within(photos, photos[:2], np.array([30_000])), [[50]] * 2)


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="photos_deg: no points"):
        photos_within(np.empty((0, 2)), np.zeros((1, 2)))


def test_random_guess_draws_training_photos():
    train, truth = random_locations(40), random_locations(300, seed=3)
    distances = random_photo_guess(truth, train, seed=4)
    possible = np.stack([constant_guess(truth, point) for point in train], axis=1)
    assert np.isclose(possible, distances[:, None]).any(axis=1).all()
    np.testing.assert_array_equal(distances, random_photo_guess(truth, train, seed=4))


def test_guessers_match_simulation():
    rng = np.random.default_rng(5)
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    train, cells = rng.choice(4, 4000, p=shares), rng.choice(4, 3000, p=shares)
    expected = guesser_accuracies(train, cells, 4)
    draws = {
        "uniform": (rng.integers(4, size=(200, 3000)) == cells).mean(),
        "majority": (cells == 0).mean(),
        "proportional": (rng.choice(train, size=(200, 3000)) == cells).mean(),
    }
    for name, simulated in draws.items():
        np.testing.assert_allclose(expected[name], simulated, atol=0.004)


def test_proportional_guessing_is_the_sum_of_squared_shares():
    cells = np.array([0, 0, 0, 1])
    assert guesser_accuracies(cells, cells, 2)["proportional"] == pytest.approx(0.75**2 + 0.25**2)


def test_photos_outside_the_partition_are_always_wrong():
    guess = guesser_accuracies(np.array([0, 0, 1, -1]), np.array([0, -1]), 2)
    assert guess["uniform"] == pytest.approx(0.25)
    assert guess["majority"] == pytest.approx(0.5)


def test_ior_matches_the_thesis_where_it_does_not_misprint():
    models = published_thesis().query("experiment == 'D: models'")
    for row in models.itertuples():
        ours = improvement_over_random(row.validation_accuracy, 1 / 72)
        misprinted = "printed" in row.note
        assert (abs(ours - row.ior) > 0.05) == misprinted


def test_ior_of_a_guesser_that_is_never_right_is_unknown():
    assert np.isnan(improvement_over_random(0.1, 0.0))
