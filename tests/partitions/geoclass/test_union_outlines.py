import numpy as np
import pytest
from matplotlib.path import Path

from geoutils import s2
from geoutils.partitions.geoclass.sphere_voronoi import sphere_voronoi
from geoutils.partitions.geoclass.union_outlines import union_outlines
from geoutils.sphere import unit_vectors


def random_places(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


def inside_odd_number_of_rings(outline, places):
    """By matplotlib's point-in-polygon test, ring by ring."""
    times = np.zeros(len(places), dtype=np.int64)
    starts = np.flatnonzero(np.isnan(outline).any(axis=1))
    for ring in np.split(outline, starts):
        ring = ring[~np.isnan(ring).any(axis=1)]
        assert (ring[0] == ring[-1]).all()
        assert (np.abs(ring) <= [90, 180]).all()
        assert (np.abs(np.diff(ring[:, 1])) <= 180).sum() >= len(ring) - 3  # along ±90 at most
        times += Path(ring).contains_points(places)
    return times % 2 == 1


def check(sites_deg, unions):
    """The outlines hold exactly the places whose nearest site is in the union."""
    sites, n = unit_vectors(sites_deg), int(unions.max()) + 1
    voronoi = sphere_voronoi(np.ascontiguousarray(sites)) if len(sites) > 1 else None
    outlines = union_outlines(voronoi, unions, n)
    places = random_places(1500, seed=1)
    closeness = np.sort(unit_vectors(places) @ sites.T, axis=1)
    nearest = unions[(unit_vectors(places) @ sites.T).argmax(axis=1)]
    found = np.stack([inside_odd_number_of_rings(outline, places) for outline in outlines], 1)
    wrong = found[:, :] != (nearest[:, None] == np.arange(n))
    if len(sites) > 1:  # near a border a map's straight lines may differ
        wrong = wrong[closeness[:, -1] - closeness[:, -2] > 1e-4]
    assert not wrong.any()
    return outlines


@pytest.mark.parametrize("n_unions", [1, 2, 5, 40])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_outlines_hold_the_regions_of_the_union(n_unions, seed):
    sites = random_places(40, seed)
    unions = np.arange(40) % n_unions  # scattered: several pieces each, with holes
    check(sites, np.random.default_rng(seed).permutation(unions))


def test_rings_around_poles_and_holes():
    latitude, longitude = np.meshgrid(np.arange(-85, 86, 10.0), np.arange(-175, 176, 10.0))
    sites = np.c_[latitude.ravel(), longitude.ravel() + latitude.ravel() / 100]
    sites[:, 1] = np.mod(sites[:, 1] + 180, 360) - 180
    bands = np.digitize(sites[:, 0], [-60, 20, 60])
    outlines = check(sites, bands)
    assert len(outlines) == 4
    hole = (np.abs(sites - [20, 40]) < 12).all(axis=1)
    check(sites, hole.astype(np.int64))  # everything but one hole: both poles are inside


def test_crowded_sites_and_their_far_side():
    check(np.random.default_rng(0).uniform([45, 0], [50, 10], (12, 2)), np.arange(12) % 4)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_regions(n):
    sites = random_places(n, seed=5)
    check(sites, np.arange(n))
    check(sites, np.zeros(n, dtype=np.int64))
    check(sites, (np.arange(n) > 0).astype(np.int64) if n > 1 else np.zeros(1, np.int64))


@pytest.mark.parametrize("latitude", [0.0, 60.0])
def test_slices_between_two_poles(latitude):
    sites = np.c_[np.full(6, latitude), np.arange(-170, 180, 60.0)]
    check(sites, np.array([0, 0, 1, 2, 1, 2]))


def test_whole_grid_with_corners_of_four_regions():
    ids = s2.children(s2.children(s2.FACES).ravel()).ravel()
    check(s2.centers(ids), np.repeat(np.arange(6), 16))
    check(s2.centers(ids), np.arange(96))
