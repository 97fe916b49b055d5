import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import (
    Partition,
    S2Cells,
    adaptive_partition,
    binary_partition,
    remainder_partition,
)
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, spherical_mean

EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2
BOTH = pytest.mark.parametrize("make", [remainder_partition, binary_partition])


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


def clustered_locations(n, seed=0, wide_share=0.3):
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-80, 80, 5), rng.uniform(-175, 175, 5)]
    crowd = spots[rng.integers(0, 5, n)] + rng.choice([0, 0.1, 3], (n, 1)) * rng.normal(size=(n, 2))
    wide = random_locations(n, seed + 1)
    return np.where(rng.random((n, 1)) < wide_share, wide, crowd).clip([-90, -180], [90, 180])


def classes_by_ground(partition):
    """Each class as the set of its pieces' ids, in the order of the classes."""
    return [set(s2.from_tokens(t.split()).tolist()) for t in partition.cells.columns()["tokens"]]


class Ground:
    """Photos of cells, counted one cell after the other."""

    def __init__(self, photos):
        self.leaves = s2.cell_ids(photos)

    def count(self, cell):
        first, last = s2.id_ranges(np.array([cell], dtype=np.uint64))
        return int(((self.leaves >= first) & (self.leaves <= last)).sum())


def children(cell):
    return s2.children(np.array([cell], dtype=np.uint64))[0].tolist()


def level(cell):
    return int(s2.levels(np.array([cell], dtype=np.uint64))[0])


def center(cell):
    return s2.centers(np.array([cell], dtype=np.uint64))


def merged(pieces):
    """The same ground with the fewest cells."""
    pieces = set(pieces)
    for at in range(30, 0, -1):
        above = {
            int(s2.parents(np.array([c], dtype=np.uint64), at - 1)[0])
            for c in pieces
            if level(c) == at
        }
        for cell in above:
            if pieces >= set(children(cell)):
                pieces = pieces - set(children(cell)) | {cell}
    return pieces


def remainders_by_recursion(photos, t_min, t_max):
    """Classes as sets of cells, and the pieces that are left over at the root."""
    ground = Ground(photos)
    classes = []

    def leave(cell):
        """Pieces inside a cell that are in no class."""
        n = ground.count(cell)
        if n <= t_max or level(cell) == 30:
            if n >= t_min:
                classes.append({cell})
            return [] if n >= t_min else [cell]
        return keep([piece for child in children(cell) for piece in leave(child)])

    def keep(left):
        if sum(map(ground.count, left)) >= t_min:
            classes.append(set(left))
            return []
        return left

    left = keep([piece for face in s2.FACES.tolist() for piece in leave(face)])
    return classes, left


def with_nearest(classes, left, photos):
    """Pieces left over go to the class with the nearest point."""
    points = []
    for pieces in classes:
        inside = S2Cells(np.array(sorted(pieces), dtype=np.uint64)).assign(photos) >= 0
        points.append(spherical_mean(photos[inside])[0])
    grown = [set(pieces) for pieces in classes]
    for piece in left:
        to_each = great_circle_km(np.tile(center(piece), (len(points), 1)), np.array(points))
        grown[int(to_each.argmin())].add(piece)
    return grown


@pytest.mark.parametrize(
    ("n", "t_min", "t_max", "seed"),
    [(400, 1, 30, 0), (400, 5, 30, 1), (400, 20, 20, 2), (300, 60, 100, 3), (900, 8, 300, 4)],
)
def test_remainders_equal_the_recursive_definition(n, t_min, t_max, seed):
    photos = clustered_locations(n, seed)
    classes, left = remainders_by_recursion(photos, t_min, t_max)
    expected = {frozenset(merged(pieces)) for pieces in with_nearest(classes, left, photos)}
    found = classes_by_ground(remainder_partition(photos, t_min, t_max))
    assert set(map(frozenset, found)) == expected
    assert len(found) == len(expected)


def test_remainders_leave_the_adaptive_classes_as_they_are():
    photos = clustered_locations(3000, 5)
    plain, whole = adaptive_partition(photos, 20, 100), remainder_partition(photos, 20, 100)
    _, left = remainders_by_recursion(photos, 20, 100)
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


def binary_by_recursion(photos, t_min, t_max):
    """The rules of `binary_partition`, told by recursion; faces must hold t_min photos each."""
    ground = Ground(photos)
    classes = []

    def size(cells):
        return sum(map(ground.count, cells))

    def cut(cell, appendix, corner):
        whole = [cell, *appendix]
        if size(whole) <= t_max or size([cell]) < t_min:
            return classes.append(set(whole))
        if size(appendix) >= t_min:
            classes.append(set(appendix))
            return cut(cell, [], corner)
        if size(whole) < 2 * t_min or level(cell) == 30:
            return classes.append(set(whole))
        parts = {child: [child] for child in children(cell)}
        if appendix:
            to_corner = {c: great_circle_km(center(c), corner)[0] for c in parts}
            parts[min(to_corner, key=to_corner.get)] += appendix
        for group in grouped(parts):
            pieces = [piece for child in group for piece in parts[child]]
            if size(pieces) <= t_max:
                classes.append(set(pieces))
            else:
                core = max(group, key=lambda child: size(parts[child]))
                cut(core, [piece for piece in pieces if piece != core], center(cell))

    def grouped(parts):
        a, b, c, d = parts
        best, least = None, t_min - 1
        for halves in (((a, b), (c, d)), ((b, c), (d, a))):
            smaller = min(size(parts[x] + parts[y]) for x, y in halves)
            if smaller > least:
                best, least = halves, smaller
        if best:
            for x, y in best:
                full = size(parts[x] + parts[y]) > t_max
                apart = full and size(parts[x]) >= t_min and size(parts[y]) >= t_min
                yield from [(x,), (y,)] if apart else [(x, y)]
            return
        big = max(parts, key=lambda child: size(parts[child]))
        others = [child for child in parts if child != big]
        n_others = sum(size(parts[child]) for child in others)
        if size(parts[big]) >= t_min and n_others >= t_min:
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
def test_binary_splits_equal_the_recursive_rules(n, t_min, t_max, seed):
    photos = np.concatenate([clustered_locations(n, seed), random_locations(400, seed)])
    assert min(Ground(photos).count(face) for face in s2.FACES.tolist()) >= t_min
    expected = binary_by_recursion(photos, t_min, t_max)
    found = classes_by_ground(binary_partition(photos, t_min, t_max))
    assert set(map(frozenset, found)) == {frozenset(merged(pieces)) for pieces in expected}


@BOTH
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 600),
    t_min=st.integers(1, 40),
    more=st.integers(0, 100),
    wide_share=st.floats(0, 1),
)
def test_the_whole_earth_is_covered_and_no_class_is_sparse(make, seed, n, t_min, more, wide_share):
    t_min, t_max = min(t_min, n), min(t_min, n) + more
    photos = clustered_locations(n, seed, wide_share)
    partition = make(photos, t_min, t_max)
    np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2, rtol=1e-9)
    assert (partition.assign(random_locations(300, seed + 2)) >= 0).all()
    assert partition.counts.min() >= t_min
    assert partition.counts.sum() == n
    classes = partition.assign(photos)
    np.testing.assert_array_equal(np.bincount(classes, minlength=len(partition)), partition.counts)
    means = spherical_mean(photos, classes, len(partition))
    usual = np.isfinite(means).all(axis=1)
    assert great_circle_km(partition.centers_deg[usual], means[usual]).max(initial=0) < 1e-3
    if make is remainder_partition:
        most = max(t_max + t_min - 1, 6 * t_min - 6)
    else:
        most = max(t_max, 3 * t_min - 3)
    one_point = partition.cells.owners[s2.levels(partition.cells.ids) == 30]
    assert (np.delete(partition.counts, one_point) <= most).all()
    shuffled = make(np.random.default_rng(seed).permutation(photos), t_min, t_max)
    assert shuffled.names == partition.names
    np.testing.assert_array_equal(shuffled.cells.ids, partition.cells.ids)
    np.testing.assert_array_equal(shuffled.cells.owners, partition.cells.owners)


@BOTH
def test_classes_count_along_the_curve_and_are_saved(make, tmp_path):
    photos = clustered_locations(2000, 7)
    partition = make(photos, 10, 60, "whole")
    first = [
        min(s2.id_ranges(np.array([*p], dtype=np.uint64))[0]) for p in classes_by_ground(partition)
    ]
    assert first == sorted(first)
    partition.save(tmp_path / "whole.parquet")
    loaded = Partition.load(tmp_path / "whole.parquet")
    assert repr(loaded) == repr(partition)
    np.testing.assert_array_equal(loaded.assign(photos), partition.assign(photos))


def test_halves_are_joined_as_the_photos_lie():
    # Photos in a row of two children on one side, none on the other: the row is cut, and each
    # half takes the empty child beside it.
    a, b, c, d = children(s2.FACES[0].item())
    crowds = [np.repeat(center(a), 10, axis=0), np.repeat(center(b), 10, axis=0)]
    faces = [np.repeat(s2.centers(s2.FACES[i : i + 1]), 10, axis=0) for i in range(1, 6)]
    partition = binary_partition(np.concatenate(crowds + faces), 5, 12)
    grounds = classes_by_ground(partition)
    assert {a, d} in grounds
    assert {b, c} in grounds
    assert partition.counts.tolist() == [10] * 7


def test_sparse_children_stay_as_an_appendix_of_the_crowded_one():
    # All photos of a face but two in one child, half of them in each of two of its children.
    a, b, c, _ = children(s2.FACES[0].item())
    inner = children(a)
    crowds = [np.repeat(center(inner[i]), 10, axis=0) for i in (0, 3)]
    faces = [np.repeat(s2.centers(s2.FACES[i : i + 1]), 10, axis=0) for i in range(1, 6)]
    photos = np.concatenate([*crowds, center(b), center(c), *faces])
    partition = binary_partition(photos, 5, 15)
    classes = partition.assign(photos)
    assert sorted(partition.counts[:2].tolist()) == [10, 12]
    assert classes[0] != classes[10]
    assert classes[20] == classes[21]  # the two photos outside share the class of one half


@BOTH
def test_photos_on_one_face_give_their_classes_the_empty_ones(make):
    rng = np.random.default_rng(0)
    photos = np.c_[rng.uniform(-30, 30, 500), rng.uniform(-30, 30, 500)]
    partition = make(photos, 10, 60)
    assert partition.counts.min() >= 10
    np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2)
    far = partition.assign(np.array([[0.0, 179.0], [89.0, 0.0], [-89.0, 0.0]]))
    assert (far >= 0).all()


@BOTH
def test_photos_at_one_point_or_antipodes_have_a_class(make):
    point = np.tile([[48.8584, 2.2945]], (9, 1))
    partition = make(point, 5, 6)
    assert partition.counts.tolist() == [9]  # nothing but a point to cut: all the Earth is one
    np.testing.assert_allclose(partition.centers_deg, [[48.8584, 2.2945]])
    np.testing.assert_allclose(partition.areas_km2(), [EARTH_KM2])
    assert make(point[:1], 1, 6).counts.tolist() == [1]
    antipodes = make(np.array([[0.0, 0.0], [0.0, -180.0]]), 2, 2)  # their mean would be anywhere
    np.testing.assert_allclose(antipodes.centers_deg, [[0.0, 0.0]], atol=1e-9)


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


@BOTH
@pytest.mark.parametrize(
    ("photos", "t_min", "t_max", "message"),
    [
        (np.empty((0, 2)), 1, 5, "latlon_deg: no photos"),
        (np.zeros((3, 2)), 4, 5, "t_min: got 4 with only 3 photos: not one class"),
        (np.zeros((3, 2)), 6, 5, "t_min: got 6 with t_max 5, expected 1 <= t_min <= t_max"),
        (np.zeros((3, 2)), 0, 5, "t_min: got 0 with t_max 5"),
        (np.array([[np.nan, 0]]), 1, 5, r"latlon_deg: row 0 is \(nan, 0\)"),
        (np.array([[0, -181.0]]), 1, 5, r"row 0 is \(0, -181\), beyond"),
    ],
)
def test_bad_input_is_named(make, photos, t_min, t_max, message):
    with pytest.raises(ValueError, match=message):
        make(photos, t_min, t_max)
