import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import SphericalVoronoi

from geoutils import s2
from geoutils.partitions.geoclass.sphere_voronoi import sphere_voronoi
from geoutils.sphere import unit_vectors

EARTH = 4 * np.pi


def random_sites(n, seed=0, lift=0.0):
    """Unit vectors anywhere; with `lift`, crowded around the north pole."""
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[:, 2] += lift
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def all_cells(level):
    ids = s2.FACES
    for _ in range(level):
        ids = s2.children(ids).ravel()
    return unit_vectors(s2.centers(ids))


def scipy_neighbours(sites):
    diagram = SphericalVoronoi(sites)
    diagram.sort_vertices_of_regions()
    sides = {}
    for site, corners in enumerate(diagram.regions):
        for a, b in zip(corners, np.roll(corners, -1), strict=True):
            sides.setdefault(frozenset((a, b)), []).append(site)
    return sorted(sorted(pair) for pair in sides.values())


@pytest.mark.parametrize("n", [4, 5, 12, 300])
def test_regions_match_scipys_spherical_voronoi(n):
    sites = random_sites(n, seed=n)
    voronoi = sphere_voronoi(sites)
    np.testing.assert_allclose(
        voronoi.areas(), SphericalVoronoi(sites).calculate_areas(), rtol=1e-9
    )
    assert voronoi.neighbours().tolist() == scipy_neighbours(sites)


@given(st.integers(4, 60), st.integers(0, 10**6), st.sampled_from([0, 2, 50, 1e4]))
@settings(max_examples=60, deadline=None)
def test_areas_cover_the_sphere_also_for_crowded_sites(n, seed, lift):
    voronoi = sphere_voronoi(random_sites(n, seed, lift))
    areas = voronoi.areas()
    assert areas.min() > 0
    # Sites within hundreds of metres (lift 1e4) know their far corners to a metre or so only.
    np.testing.assert_allclose(areas.sum(), EARTH, rtol=1e-5 if lift == 1e4 else 1e-9)
    assert len(voronoi.neighbours()) == 3 * n - 6  # Euler, corners of three regions


@given(st.integers(4, 40), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_middles_of_borders_are_nearest_to_the_two_sites_they_part(n, seed):
    sites = random_sites(n, seed, lift=seed % 3)
    voronoi = sphere_voronoi(sites)
    borders = np.arange(len(voronoi.left))
    points, counts = voronoi.arcs(borders, step_rad=0.2)
    owner = np.repeat(borders, counts)
    to_site = np.linalg.norm(points[:, None] - sites, axis=2)
    left = to_site[np.arange(len(points)), voronoi.left[owner]]
    right = to_site[np.arange(len(points)), voronoi.right[owner]]
    np.testing.assert_allclose(left, to_site.min(axis=1), atol=1e-7)
    np.testing.assert_allclose(right, to_site.min(axis=1), atol=1e-7)


def test_left_sites_lie_on_the_left_of_borders():
    voronoi = sphere_voronoi(random_sites(50))
    start, end = voronoi.corners[voronoi.start], voronoi.corners[voronoi.end]
    apart = np.linalg.norm(start - end, axis=1) > 1e-6
    towards = voronoi.sites[voronoi.left] - voronoi.sites[voronoi.right]
    assert ((np.cross(start, end) * towards).sum(axis=1)[apart] > 0).all()


@pytest.mark.parametrize("level", [0, 1, 2, 4])
def test_whole_grids_of_cells_with_many_on_one_circle(level):
    sites = all_cells(level)
    areas = sphere_voronoi(sites).areas()
    np.testing.assert_allclose(areas, SphericalVoronoi(sites).calculate_areas(), rtol=1e-9)


@pytest.mark.parametrize("level", [6, 14, 20])
@pytest.mark.parametrize("n", [2, 3, 4, 16])
def test_blocks_of_adjacent_cells(level, n):
    block = s2.cell_ids(np.array([[48.8584, 2.2945]]), level - 2)
    ids = s2.children(s2.children(block).ravel()).ravel()[:n]
    voronoi = sphere_voronoi(unit_vectors(s2.centers(ids)))
    # Corners on the far side are known to metres only where sites span a few metres themselves.
    np.testing.assert_allclose(voronoi.areas().sum(), EARTH, rtol=1e-5 if level == 20 else 1e-7)
    assert voronoi.areas().min() > 0
    assert set(voronoi.neighbours().ravel()) == set(range(n))


@pytest.mark.parametrize("height", [0.0, 0.5, -0.999])
def test_sites_on_one_circle_are_slices_that_all_touch(height):
    angle = np.radians([0, 90, 180, 200, 350])
    width = np.sqrt(1 - height**2)
    sites = np.c_[width * np.cos(angle), width * np.sin(angle), np.full(5, height)]
    voronoi = sphere_voronoi(sites)
    # Half the way to each of the two next ones: 50 + 45, 45 + 45 … degrees of 360.
    np.testing.assert_allclose(np.degrees(voronoi.areas() / 2), [50, 90, 55, 85, 80], rtol=1e-9)
    assert len(voronoi.neighbours()) == 10


def test_two_sites_have_half_of_the_sphere_each():
    for pair in (random_sites(2), np.array([[1.0, 0, 0], [-1.0, 0, 0]])):
        voronoi = sphere_voronoi(pair)
        np.testing.assert_allclose(voronoi.areas(), [2 * np.pi, 2 * np.pi])
        assert voronoi.neighbours().tolist() == [[0, 1]]


def test_too_few_or_indistinct_sites_are_refused():
    with pytest.raises(ValueError, match="sites: got 1, expected 2 or more"):
        sphere_voronoi(np.array([[1.0, 0, 0]]))
    sites = random_sites(30)
    with pytest.raises(ValueError, match="sites: 1 of 31 are too close to others"):
        sphere_voronoi(np.concatenate([sites, sites[:1]]))
