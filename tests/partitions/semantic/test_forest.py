import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils.partitions.semantic.forest import depths, nearest_marked, sums_below


def way_up(parents, node):
    while node >= 0:
        yield node
        node = parents[node]


@given(st.lists(st.tuples(st.integers(-1, 30), st.booleans(), st.integers(-5, 5)), max_size=30))
def test_trees_are_walked_like_one_node_at_a_time(nodes):
    # Each parent stands before its child; the numbers are then turned round, so that it need not.
    n = len(nodes)
    parents = np.array([n - 1 - up if 0 <= up < k else -1 for k, (up, _, _) in enumerate(nodes)])
    parents = parents.astype(np.int64)[::-1]
    marked = np.array([mark for _, mark, _ in nodes], dtype=bool)
    values = np.array([value for _, _, value in nodes], dtype=np.int64)
    ways = [list(way_up(parents, node)) for node in range(n)]
    np.testing.assert_array_equal(depths(parents), [len(way) - 1 for way in ways])
    expected = [next((up for up in way if marked[up]), -1) for way in ways]
    np.testing.assert_array_equal(nearest_marked(parents, marked), expected)
    sums = [sum(values[node] for node in range(n) if up in ways[node]) for up in range(n)]
    np.testing.assert_array_equal(sums_below(parents, values), sums)


def test_a_long_chain_is_walked_in_few_steps():
    parents = np.arange(-1, 99_999)
    np.testing.assert_array_equal(depths(parents), np.arange(100_000))
    top = np.arange(100_000) == 0
    assert not nearest_marked(parents, top).any()
    np.testing.assert_array_equal(sums_below(parents, np.ones(100_000)), np.arange(100_000, 0, -1))


def test_cycles_and_parents_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="parents: node 1 leads into a cycle"):
        depths(np.array([-1, 2, 3, 2]))
    with pytest.raises(ValueError, match="parents: node 0 leads into a cycle"):
        depths(np.array([0]))
    with pytest.raises(ValueError, match="parents: -2 … 1, expected -1 … 1"):
        depths(np.array([1, -2]))
    with pytest.raises(ValueError, match="parents: -1 … 2, expected -1 … 1"):
        sums_below(np.array([2, -1]), np.ones(2))
