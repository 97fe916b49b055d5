"""Binary splits, against their rules told by recursion."""

import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions import (
    binary_partition,
    remainder_partition,
)
from geoutils.sphere import great_circle_km


def binary_by_recursion(ground, t_min, t_max):
    """The rules of `binary_partition`, told by recursion; faces must hold t_min photos each."""
    classes = []

    def cut(cell, appendix, corner):
        whole = [cell, *appendix]
        if ground.size(whole) <= t_max or ground.size([cell]) < t_min:
            return classes.append(set(whole))
        if ground.size(appendix) >= t_min:
            classes.append(set(appendix))
            return cut(cell, [], corner)
        if ground.size(whole) < 2 * t_min or ground.level(cell) == 30:
            return classes.append(set(whole))
        parts = {child: [child] for child in ground.children(cell)}
        if appendix:
            to_corner = {c: great_circle_km(ground.center(c), corner)[0] for c in parts}
            parts[min(to_corner, key=to_corner.get)] += appendix
        for group in grouped(parts):
            pieces = [piece for child in group for piece in parts[child]]
            if ground.size(pieces) <= t_max:
                classes.append(set(pieces))
            else:
                core = max(group, key=lambda child: ground.size(parts[child]))
                cut(core, [piece for piece in pieces if piece != core], ground.center(cell))

    def grouped(parts):
        a, b, c, d = parts
        best, least = None, t_min - 1
        for halves in (((a, b), (c, d)), ((b, c), (d, a))):
            smaller = min(ground.size(parts[x] + parts[y]) for x, y in halves)
            if smaller > least:
                best, least = halves, smaller
        if best:
            for x, y in best:
                full = ground.size(parts[x] + parts[y]) > t_max
                apart = full and ground.size(parts[x]) >= t_min and ground.size(parts[y]) >= t_min
                yield from [(x,), (y,)] if apart else [(x, y)]
            return
        big = max(parts, key=lambda child: ground.size(parts[child]))
        others = [child for child in parts if child != big]
        n_others = sum(ground.size(parts[child]) for child in others)
        if ground.size(parts[big]) >= t_min and n_others >= t_min:
            yield from [(big,), others]
        else:
            yield tuple(parts)

    for face in s2.FACES.tolist():
        cut(face, [], None)
    return classes


@pytest.mark.parametrize(
    ("n", "t_min", "t_max", "seed"),
    [(400, 1, 30, 0), (400, 5, 30, 1), (600, 12, 40, 2), (400, 20, 20, 3), (900, 8, 300, 4)],
)
def test_binary_splits_equal_the_recursive_rules(
    clustered_locations, random_locations, classes_by_ground, ground_of, n, t_min, t_max, seed
):
    photos = np.concatenate([clustered_locations(n, seed), random_locations(400, seed)])
    ground = ground_of(photos)
    assert min(ground.count(face) for face in s2.FACES.tolist()) >= t_min
    expected = binary_by_recursion(ground, t_min, t_max)
    found = classes_by_ground(binary_partition(photos, t_min, t_max))
    assert set(map(frozenset, found)) == {frozenset(ground.merged(pieces)) for pieces in expected}


def test_halves_are_joined_as_the_photos_lie(classes_by_ground, ground_of):
    # Photos in a row of two children on one side, none on the other: the row is cut, and each
    # half takes the empty child beside it.
    ground = ground_of(np.zeros((0, 2)))
    a, b, c, d = ground.children(s2.FACES[0].item())
    crowds = [np.repeat(ground.center(a), 10, axis=0), np.repeat(ground.center(b), 10, axis=0)]
    faces = [np.repeat(s2.centers(s2.FACES[i : i + 1]), 10, axis=0) for i in range(1, 6)]
    partition = binary_partition(np.concatenate(crowds + faces), 5, 12)
    grounds = classes_by_ground(partition)
    assert {a, d} in grounds
    assert {b, c} in grounds
    assert partition.counts.tolist() == [10] * 7


def test_sparse_children_stay_as_an_appendix_of_the_crowded_one(ground_of):
    # All photos of a face but two in one child, half of them in each of two of its children.
    ground = ground_of(np.zeros((0, 2)))
    a, b, c, _ = ground.children(s2.FACES[0].item())
    inner = ground.children(a)
    crowds = [np.repeat(ground.center(inner[i]), 10, axis=0) for i in (0, 3)]
    faces = [np.repeat(s2.centers(s2.FACES[i : i + 1]), 10, axis=0) for i in range(1, 6)]
    photos = np.concatenate([*crowds, ground.center(b), ground.center(c), *faces])
    partition = binary_partition(photos, 5, 15)
    classes = partition.assign(photos)
    assert sorted(partition.counts[:2].tolist()) == [10, 12]
    assert classes[0] != classes[10]
    assert classes[20] == classes[21]  # the two photos outside share the class of one half


def test_sparse_faces_are_joined_along_the_curve():
    centers = s2.centers(s2.FACES)
    photos = np.repeat(centers, [3, 3, 3, 3, 3, 4], axis=0)
    partition = binary_partition(photos, 5, 8)
    assert partition.cells.columns()["tokens"] == ["1 3", "5 7", "9 b"]
    leftover = binary_partition(np.repeat(centers, [3, 3, 1, 1, 1, 1], axis=0), 5, 8)
    assert leftover.counts.tolist() == [10]
    fullest = binary_partition(np.repeat(centers, [6, 1, 7, 1, 1, 1], axis=0), 5, 20)
    assert fullest.cells.columns()["tokens"] == ["1", "3 5 7 9 b"]
    remainder = remainder_partition(np.repeat(centers, [6, 1, 7, 1, 1, 2], axis=0), 5, 20)
    assert remainder.cells.columns()["tokens"] == ["1", "3 7 9 b", "5"]
