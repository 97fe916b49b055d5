import numpy as np
import pytest

from geoutils.evaluation import RADII_KM, paired_bootstrap, paired_matrix


def methods(n=300, seed=0):
    rng = np.random.default_rng(seed)
    a = 10 ** rng.uniform(-1, 4.3, n)
    b = np.where(rng.random(n) < 0.1, np.inf, a * 3)
    return {"ours": a, "theirs": b, "guess": 10 ** rng.uniform(2, 4.3, n)}


def test_each_pair_is_a_paired_bootstrap():
    distances = methods()
    authors = np.random.default_rng(1).integers(0, 40, 300).astype(str)
    table = paired_matrix(distances, authors, n_resamples=20_000, seed=5)
    assert len(table) == 3 * 2 * len(RADII_KM)
    for a, b in (("ours", "theirs"), ("ours", "guess"), ("theirs", "guess")):
        expected = paired_bootstrap(distances[a], distances[b], authors, 20_000, 7)
        part = table[(table["method"] == a) & (table["other"] == b)]
        np.testing.assert_array_equal(part["radius_km"], RADII_KM)
        np.testing.assert_allclose(part["estimate"], expected.estimate, atol=1e-12)
        np.testing.assert_allclose(part["low"], expected.low, atol=0.005)
        np.testing.assert_allclose(part["high"], expected.high, atol=0.005)
        certain = (part["low"] > 0) | (part["high"] < 0)
        np.testing.assert_array_equal(part["excludes_zero"], certain)


def test_the_other_way_round_signs_change():
    table = paired_matrix(methods(), n_resamples=200).set_index(["method", "other", "radius_km"])
    for method, other, radius in table.index:
        row, back = table.loc[(method, other, radius)], table.loc[(other, method, radius)]
        assert row["estimate"] == -back["estimate"] and row["low"] == -back["high"]
        assert row["excludes_zero"] == back["excludes_zero"]


def test_what_cannot_be_compared_is_refused():
    distances = methods()
    with pytest.raises(ValueError, match=r"methods \['ours'\]; expected two or more"):
        paired_matrix({"ours": distances["ours"]})
    with pytest.raises(ValueError, match="expected the same photos for each"):
        paired_matrix(distances | {"theirs": np.ones(3)})
