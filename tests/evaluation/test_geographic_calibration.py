import numpy as np
import pytest

from geoutils.evaluation.geographic_calibration import (
    CURVE_LEVELS,
    LEVELS,
    CredibleSets,
    credible_levels,
    credible_sets,
    geographic_calibration,
    readable_geographic_calibration,
)
from geoutils.evaluation.resamples import Resamples


def random_answers(n_photos: int = 60, n_cells: int = 25, seed: int = 0):
    """Log-probabilities, true cells drawn from them (so the model is calibrated), and areas."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n_photos, n_cells))
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    steps = rng.random((n_photos, 1))
    cells = (np.exp(log_probs).cumsum(axis=1) < steps).sum(axis=1).clip(max=n_cells - 1)
    return log_probs, cells, rng.lognormal(8, 2, n_cells)


def sets_slowly(log_probs, cells, areas_km2, levels):
    """Name one cell after the other, photo by photo."""
    covered, held, sizes, areas = [], [], [], []
    for row, cell in zip(np.exp(log_probs), cells, strict=True):
        for level in levels:
            named = []
            for candidate in sorted(range(len(row)), key=lambda c: (-row[c], c)):
                named.append(candidate)
                if sum(row[named]) >= level:
                    break
            covered.append(cell in named)
            held.append(sum(row[named]))
            sizes.append(len(named))
            areas.append(sum(areas_km2[named]))
    shape = (len(cells), len(levels))
    return [np.reshape(values, shape) for values in (covered, held, sizes, areas)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sets_match_naming_cells_one_by_one(dtype):
    log_probs, cells, areas = random_answers(700)
    cells[::7] = -1
    sets = credible_sets(log_probs.astype(dtype), cells, areas, CURVE_LEVELS)
    covered, held, sizes, expected_areas = sets_slowly(log_probs, cells, areas, CURVE_LEVELS)
    np.testing.assert_array_equal(sets.covered, covered)
    np.testing.assert_array_equal(sets.n_cells, sizes)
    np.testing.assert_allclose(sets.held, held, atol=1e-6)
    np.testing.assert_allclose(sets.area_km2, expected_areas, rtol=1e-10)
    assert not sets.covered[::7].any()
    np.testing.assert_array_equal(sets.inside, cells >= 0)
    assert len(sets) == 700


def test_a_calibrated_model_covers_as_often_as_its_sets_hold():
    log_probs, cells, areas = random_answers(20_000)
    sets = credible_sets(log_probs, cells, areas)
    error = np.sqrt(sets.held.mean(axis=0) * (1 - sets.held.mean(axis=0)) / len(sets))
    assert (np.abs(sets.covered.mean(axis=0) - sets.held.mean(axis=0)) < 3 * error).all()
    assert (sets.held.mean(axis=0) > LEVELS).all()  # whole cells hold more than asked for
    boasting = 3 * log_probs
    boasting -= np.log(np.exp(boasting).sum(axis=1, keepdims=True))
    too_sure = credible_sets(boasting, cells, areas)
    assert (too_sure.covered.mean(axis=0) < too_sure.held.mean(axis=0) - 10 * error).all()
    assert (too_sure.area_km2.mean(axis=0) < sets.area_km2.mean(axis=0)).all()


def test_of_equal_cells_the_first_are_named_and_shares_are_whole():
    even = np.log(np.full((2, 10), 0.1, dtype=np.float32))
    areas = 2.0 ** np.arange(10)
    sets = credible_sets(even, np.array([4, 5]), areas, [0.5, 0.8])
    assert sets.n_cells.tolist() == [[5, 8], [5, 8]]
    assert sets.covered.tolist() == [[True, True], [False, True]]
    assert sets.area_km2[0].tolist() == [31, 255]


def test_certainty_needs_one_cell_at_every_level():
    with np.errstate(divide="ignore"):
        sure = np.log(np.eye(4)[[1, 2]])
    sets = credible_sets(sure, np.array([1, 1]), np.array([5.0, 6, 7, 8]))
    assert sets.n_cells.tolist() == [[1, 1, 1]] * 2
    assert sets.covered.tolist() == [[True] * 3, [False] * 3]
    assert sets.area_km2.tolist() == [[6, 6, 6], [7, 7, 7]]


def test_unknown_ground_makes_the_set_that_names_it_unknown():
    log_probs = np.log([[0.6, 0.3, 0.1]] * 3)
    sets = credible_sets(log_probs, np.zeros(3, dtype=int), np.array([10, np.nan, 5]), [0.5, 0.8])
    np.testing.assert_array_equal(sets.area_km2, [[10, np.nan]] * 3)
    table = geographic_calibration(sets, Resamples.draw(3, None, 50))
    assert table["area_km2"].tolist() == [10, np.inf]
    shown = readable_geographic_calibration({"toy": table})
    assert shown.loc["toy", "80 %: km²"].startswith("unknown")
    assert shown.loc["toy", "50 %: km²"] == "10 [10, 10]"


def test_table_says_how_often_and_how_large():
    log_probs, cells, areas = random_answers(400)
    authors = np.repeat(np.arange(100), 4).astype(str)
    cells[:10] = -1
    sets = credible_sets(log_probs, cells, areas)
    resamples = Resamples.draw(400, authors, 500)
    table = geographic_calibration(sets, resamples)
    assert table["level"].tolist() == list(LEVELS)
    np.testing.assert_allclose(table["coverage"], sets.covered.mean(axis=0))
    np.testing.assert_allclose(table["gap"], table["coverage"] - table["held"])
    assert (table["low"] <= table["coverage"]).all() and (table["coverage"] <= table["high"]).all()
    assert (table["gap_low"] < table["gap"]).all() and (table["gap"] < table["gap_high"]).all()
    assert (table["area_low"] <= table["area_km2"]).all()
    assert (table["area_km2"] <= table["area_high"]).all()
    assert table["area_km2"].is_monotonic_increasing
    np.testing.assert_array_equal(table["cells"], np.median(sets.n_cells, axis=0))
    shown = readable_geographic_calibration({"toy": table})
    assert shown.shape == (1, 10) and shown.loc["toy", "in a cell"] == "97.5"
    assert f"{100 * table['coverage'][0]:.1f} [" in shown.loc["toy", "50 %: covers"]


def test_one_author_leaves_no_interval():
    log_probs, cells, areas = random_answers(20)
    alone = Resamples.draw(20, np.full(20, "ann"), 50)
    table = geographic_calibration(credible_sets(log_probs, cells, areas), alone)
    assert table[["low", "high", "gap_low", "area_low"]].isna().all(axis=None)
    shown = readable_geographic_calibration({"toy": table})
    assert "[" not in "".join(shown.loc["toy"])


def test_cells_of_one_photo_are_ranked_by_the_sets_that_they_are_in():
    log_probs, cells, areas = random_answers(30)
    for row in log_probs:
        ranks = credible_levels(row)
        for k, level in enumerate(LEVELS):
            named = ranks <= k
            np.testing.assert_allclose(
                credible_sets(row[None], cells[:1], areas, [level]).area_km2[0, 0],
                areas[named].sum(),
            )
        assert set(ranks) <= {0, 1, 2, 3}


def test_photos_can_be_asked_about_some_at_a_time():
    log_probs, cells, areas = random_answers(50)
    whole = credible_sets(log_probs, cells, areas)
    parts = [
        credible_sets(log_probs[a:b], cells[a:b], areas) for a, b in [(0, 3), (3, 30), (30, 50)]
    ]
    joined = CredibleSets.joined(parts)
    for name in ("levels", "inside", "covered", "held", "n_cells", "area_km2"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
    other = credible_sets(log_probs, cells, areas, [0.5])
    with pytest.raises(ValueError, match=r"parts: levels .*expected the same"):
        CredibleSets.joined([whole, other])
    with pytest.raises(ValueError, match="parts"):
        CredibleSets.joined([])


@pytest.mark.parametrize("levels", [[], [0.0], [1.0], [0.5, np.nan]])
def test_levels_are_shares(levels):
    log_probs, cells, areas = random_answers(3)
    with pytest.raises(ValueError, match=r"levels: .*expected shares between 0 and 1"):
        credible_sets(log_probs, cells, areas, levels)


def test_bad_input_is_named():
    log_probs, cells, areas = random_answers(5)
    with pytest.raises(ValueError, match="sum to 2; expected 1"):
        credible_sets(log_probs + np.log(2), cells, areas)
    with pytest.raises(ValueError, match="log_probs: NaN among them"):
        credible_sets(np.full((2, 3), np.nan), np.zeros(2, dtype=int), np.ones(3))
    with pytest.raises(ValueError, match="cells, areas_km2: 4 and 25; expected one true cell"):
        credible_sets(log_probs, cells[:4], areas)
    with pytest.raises(ValueError, match="cells: 5 photos, greatest 25; expected"):
        credible_sets(log_probs, np.full(5, 25), areas)
    with pytest.raises(ValueError, match="cells: 0 photos"):
        credible_sets(log_probs[:0], cells[:0], areas)
    with pytest.raises(ValueError, match=r"levels: .*expected to rise"):
        credible_levels(log_probs[0], [0.8, 0.5])
