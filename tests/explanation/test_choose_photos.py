import numpy as np
import pytest

from geoutils.explanation import choose_photos


def test_the_table_is_random_and_every_interval_is_tested_alike():
    rng = np.random.default_rng(0)
    errors = rng.choice([1.0, 100.0, 1000.0, 5000.0], size=1000, p=[0.5, 0.2, 0.2, 0.1])
    usable = rng.random(1000) < 0.5
    chosen = choose_photos(errors, usable, n_photos=80, n_tested=60, seed=1)
    assert (np.diff(chosen.rows) > 0).all() and chosen.in_table.sum() == 80
    assert (chosen.in_table | chosen.tested).all()
    found = chosen.rows[chosen.tested]
    assert usable[found].all()
    assert [int((errors[found] == km).sum()) for km in (1.0, 100.0, 1000.0, 5000.0)] == [15] * 4
    # Photos of the table come first, so as few as possible are explained in all.
    in_table = chosen.rows[chosen.in_table]
    spare = sum(
        max(0, 15 - int((usable[in_table] & (errors[in_table] == km)).sum()))
        for km in (1.0, 100.0, 1000.0, 5000.0)
    )
    assert len(chosen.rows) == 80 + spare


def test_few_photos_are_all_taken_and_unknown_errors_never_tested():
    errors = np.array([1.0, np.nan, 3000.0])
    chosen = choose_photos(errors, np.ones(3, dtype=bool), n_photos=10, n_tested=10)
    assert chosen.in_table.all() and chosen.tested.tolist() == [True, False, True]


def test_photos_of_unknown_places_are_tested_where_no_others_are():
    usable = np.array([True, False, True, True])
    chosen = choose_photos(np.full(4, np.nan), usable, n_photos=1, n_tested=2)
    assert chosen.tested.sum() == 2 and usable[chosen.rows[chosen.tested]].all()


@pytest.mark.parametrize(("n_photos", "n_tested", "n"), [(0, 1, 3), (1, 0, 3), (1, 1, 0)])
def test_nothing_to_choose_is_refused(n_photos, n_tested, n):
    with pytest.raises(ValueError, match=rf"n_photos, n_tested: {n_photos}, {n_tested} of {n}"):
        choose_photos(np.ones(n), np.ones(n, dtype=bool), n_photos, n_tested)
