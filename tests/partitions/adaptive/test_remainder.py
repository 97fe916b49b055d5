"""Remainders, against their recursive definition."""

import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions import (
    S2Cells,
    adaptive_partition,
    remainder_partition,
)
from geoutils.sphere import great_circle_km, spherical_mean


def remainders_by_recursion(ground, t_min, t_max):
    """Classes as sets of cells, and the pieces that are left over at the root."""
    classes = []

    def leave(cell):
        """Pieces inside a cell that are in no class."""
        n = ground.count(cell)
        if n <= t_max or ground.level(cell) == 30:
            if n >= t_min:
                classes.append({cell})
            return [] if n >= t_min else [cell]
        return keep([piece for child in ground.children(cell) for piece in leave(child)])

    def keep(left):
        if ground.size(left) >= t_min:
            classes.append(set(left))
            return []
        return left

    left = keep([piece for face in s2.FACES.tolist() for piece in leave(face)])
    return classes, left


def with_nearest(ground, classes, left, photos):
    """Pieces left over go to the class with the nearest point."""
    points = []
    for pieces in classes:
        inside = S2Cells(np.array(sorted(pieces), dtype=np.uint64)).assign(photos) >= 0
        points.append(spherical_mean(photos[inside])[0])
    grown = [set(pieces) for pieces in classes]
    for piece in left:
        to_each = great_circle_km(np.tile(ground.center(piece), (len(points), 1)), np.array(points))
        grown[int(to_each.argmin())].add(piece)
    return grown


@pytest.mark.parametrize(
    ("n", "t_min", "t_max", "seed"),
    [(400, 1, 30, 0), (400, 5, 30, 1), (400, 20, 20, 2), (300, 60, 100, 3), (900, 8, 300, 4)],
)
def test_remainders_equal_the_recursive_definition(
    clustered_locations, classes_by_ground, ground_of, n, t_min, t_max, seed
):
    photos = clustered_locations(n, seed)
    ground = ground_of(photos)
    classes, left = remainders_by_recursion(ground, t_min, t_max)
    grown = with_nearest(ground, classes, left, photos)
    expected = {frozenset(ground.merged(pieces)) for pieces in grown}
    found = classes_by_ground(remainder_partition(photos, t_min, t_max))
    assert set(map(frozenset, found)) == expected
    assert len(found) == len(expected)


def test_remainders_leave_the_adaptive_classes_as_they_are(
    clustered_locations, classes_by_ground, ground_of
):
    photos = clustered_locations(3000, 5)
    plain, whole = adaptive_partition(photos, 20, 100), remainder_partition(photos, 20, 100)
    _, left = remainders_by_recursion(ground_of(photos), 20, 100)
    assert not left  # else some would have grown
    dropped = plain.assign(photos) < 0
    assert 0.01 < dropped.mean() < 0.5
    grounds = classes_by_ground(whole)
    kept = [{cell} for cell in plain.cells.ids.tolist()]
    assert all(pieces in grounds for pieces in kept)
    classes = whole.assign(photos)
    assert (classes >= 0).all()
    in_remainder = np.array([pieces not in kept for pieces in grounds])
    np.testing.assert_array_equal(in_remainder[classes], dropped)
    assert whole.counts[in_remainder].max() <= 4 * 20 - 4
