import jaxtyping
import numpy as np
import pandas as pd

from geoutils.partitions import Hierarchy, adaptive_partition, adaptive_partitions
from geoutils.partitions.naming import example_branches, with_place_names


def test_a_cell_is_named_after_its_point():
    lyon = np.tile([[45.76, 4.84]], (3, 1))
    named = with_place_names(adaptive_partition(lyon, 1, 5), lyon)
    assert len(named.names) == 1
    assert named.names[0].startswith("Lyon, ")
    assert named.names[0].endswith(", France")


def test_a_cell_whose_point_lies_at_sea_takes_the_name_of_its_nearest_photo():
    # One photo in Recife, first, and two in Porto: one face of the cube, its mean is at sea.
    photos = np.array([[-8.05, -34.9], [41.15, -8.61], [41.16, -8.62]])
    partition = adaptive_partition(photos, 1, 5)
    assert len(partition) == 1
    assert with_place_names(partition, photos).names[0].endswith("Portugal")
    assert with_place_names(partition, photos[:0]).names == ["open sea"]


def test_photos_for_names_may_come_as_a_list_or_a_table(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as outside of tests
    photos = np.array([[-8.05, -34.9], [41.15, -8.61], [41.16, -8.62]])
    partition = adaptive_partition(photos, 1, 5)
    names = with_place_names(partition, photos).names
    table = pd.DataFrame(photos, columns=["latitude", "longitude"], index=[7, 8, 9])
    assert with_place_names(partition, photos.tolist()).names == names
    assert with_place_names(partition, table).names == names


def test_example_branches_are_complete_ones_with_telling_names_first():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.normal(46, 3, 400), rng.normal(4, 4, 400)]
    levels = [
        with_place_names(level, photos)
        for level in adaptive_partitions(photos, 4, {"coarse": 150, "fine": 15})
    ]
    hierarchy = Hierarchy.of(levels)
    shown = example_branches(hierarchy, 3)
    assert list(shown) == ["coarse", "fine"]
    assert len(shown) == 3
    for coarse, fine in shown.to_numpy():
        cell = int(fine.partition(": ")[0])
        parent = hierarchy.parents[cell, 0]
        assert coarse == f"{parent}: {levels[0].names[parent]}"
        assert fine == f"{cell}: {levels[1].names[cell]}"
        assert coarse.partition(": ")[2] != fine.partition(": ")[2]
    assert len(example_branches(hierarchy, 10_000)) == len(levels[1])


def test_a_branch_without_an_ancestor_says_none_and_comes_last():
    photos = np.array([[45.76, 4.84]] * 5 + [[-33.45, -70.66]] * 2)
    both = adaptive_partition(photos, 2, 10, "both")
    lyon = adaptive_partition(photos[:5], 2, 10, "lyon")
    shown = example_branches(Hierarchy.of([lyon, both]))
    assert shown["lyon"].tolist()[-1] == "none"
    assert "none" not in shown["lyon"].tolist()[:-1]
