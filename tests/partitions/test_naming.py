import numpy as np

from geoutils.partitions import adaptive_partition
from geoutils.partitions.naming import with_place_names


def test_a_cell_is_named_after_its_point():
    lyon = np.tile([[45.76, 4.84]], (3, 1))
    named = with_place_names(adaptive_partition(lyon, 1, 5), lyon)
    assert len(named.names) == 1
    assert named.names[0].startswith("Lyon, ")
    assert named.names[0].endswith(", France")


def test_a_cell_whose_point_lies_at_sea_takes_the_name_of_its_nearest_photo():
    # Two photos in Porto and one in Recife: one face of the cube, its mean is in the Atlantic.
    photos = np.array([[41.15, -8.61], [41.16, -8.62], [-8.05, -34.9]])
    partition = adaptive_partition(photos, 1, 5)
    assert len(partition) == 1
    assert with_place_names(partition, photos).names[0].endswith("Portugal")
    assert with_place_names(partition, photos[:0]).names == ["open sea"]
