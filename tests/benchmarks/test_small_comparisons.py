"""The comparisons that fit into a test, at a size that does."""

import metrics
import pytest
import training_step
from comparison import installed

from geoutils.training.preparation import globals_restored


def test_metrics_agree_with_their_peers():
    rows = metrics.on_the_sphere(400, 60, 2) + metrics.of_probabilities(30, 12, 2)
    assert {row.task for row in rows} >= {"great-circle distances", "likelihood", "Brier score"}
    for row in rows:
        assert row.missing == "not installed" or row.ratio > 0
    assert "loop over photos" in [row.peer for row in rows if not row.missing]


def test_a_wrong_peer_is_no_peer():
    wrong = metrics.Peer("wrong", "", lambda: 2.0)
    with pytest.raises(AssertionError):
        metrics.measured("sum", lambda: 1.0, [wrong], 1)


def test_a_peer_that_is_not_there_is_said_to_be_missing():
    (row,) = metrics.measured("sum", lambda: 1.0, [metrics.Peer("x", "no-such-package", None)], 1)
    assert row.missing == "not installed" and row.met == "no"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_training_steps():
    with globals_restored():
        rows = training_step.end_to_end("small_resnet", 32, 4, 2, 1)
        rows += training_step.network_alone("small_resnet", 32, 4, 1, 1)
        rows += training_step.head_alone(8, 4, 2, 1)
    assert [row.task for row in rows] == [
        "end to end, 32 px, fp32",
        "end to end, 32 px, as it runs",
        "small_resnet, 32 px",
        "head on 8 features",
    ]
    assert all(row.ratio > 0 and installed("torch") in row.version for row in rows)
