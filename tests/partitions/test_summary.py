import numpy as np

from geoutils import s2
from geoutils.partitions import (
    Partition,
    S2Cells,
    adaptive_partition,
    cell_distances_km,
    partition_summary,
)
from geoutils.sphere import great_circle_km


def test_summary_of_the_six_faces():
    cells = S2Cells(s2.FACES)
    counts = np.array([1, 2, 3, 4, 5, 90])
    faces = Partition("faces", cells, s2.centers(s2.FACES), counts, cells.labels())
    summary = partition_summary(faces)
    assert summary["cells"] == 6
    assert [summary[f"photos_{which}"] for which in ("min", "median", "max")] == [1, 3.5, 90]
    np.testing.assert_allclose(summary["earth_share"], 1, rtol=1e-12)
    np.testing.assert_allclose(summary["area_km2_median"], 510_065_622 / 6, rtol=1e-6)


def test_ceiling_distances_match_brute_force_and_are_infinite_outside():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.normal(45, 20, 500).clip(-90, 90), rng.uniform(-20, 60, 500)]
    partition = adaptive_partition(photos, 5, 20)
    distances = cell_distances_km(partition, photos)
    for photo, distance in zip(photos, distances, strict=True):
        cell = partition.assign(photo[None])[0]
        center = partition.centers_deg[cell][None]
        expected = great_circle_km(photo[None], center)[0] if cell >= 0 else np.inf
        assert distance == expected
    assert np.isinf(distances).sum() == 500 - partition.counts.sum()
