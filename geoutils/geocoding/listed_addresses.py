"""A table of ready-made addresses as a geocoder: it knows the positions in the table alone."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses
from geoutils.geocoding.osm_lookup import distinct_points
from geoutils.geocoding.tables import read_address_table

PHOTOS = (".json", ".jsonl", ".json.bz2", ".jsonl.bz2", ".json.gz", ".jsonl.gz")
LOCATIONS = (".feather", ".parquet")


@dataclass(frozen=True, eq=False)
class ListedAddresses:
    """A Geocoder for positions that are listed; any other has an empty vector.

    `points` are positions to a metre as `distinct_points` numbers them, each once, in order;
    `addresses` has a row for each of them.
    """

    points: Int[ndarray, " listed"]
    addresses: Addresses

    @classmethod
    def of(cls, latlon_deg: Real[ndarray, "photos 2"], addresses: Addresses) -> "ListedAddresses":
        """From the positions of photos and their addresses; of photos at one point the first."""
        points, point_of = distinct_points(latlon_deg)
        first = np.unique(point_of, return_index=True)[1]
        return cls(points, Addresses(addresses.vectors[first], addresses.locations))

    def __call__(self, latlon_deg: Real[ndarray, "photos 2"]) -> Addresses:
        """Address vectors of photos, fine → coarse; ValueError for bad coordinates."""
        asked, point_of = distinct_points(latlon_deg)
        at = np.searchsorted(self.points, asked)
        listed = np.append(self.points, -1)[at] == asked
        nowhere = np.full((1, self.addresses.vectors.shape[1]), -1, self.addresses.vectors.dtype)
        vectors = np.concatenate([self.addresses.vectors, nowhere])[np.where(listed, at, -1)]
        return Addresses(vectors[point_of], self.addresses.locations)


def read_listed_addresses(folder: str | Path) -> ListedAddresses:
    """The geocoder of a folder with a table of photos and one of locations, as EMP-16 has them.

    Raises ValueError where there is not one file of each, and what `read_address_table` raises.
    """
    files = [path for path in sorted(Path(folder).iterdir()) if path.is_file()]
    photos = [path for path in files if path.name.lower().endswith(PHOTOS)]
    locations = [path for path in files if path.name.lower().endswith(LOCATIONS)]
    if len(photos) != 1 or len(locations) != 1:
        raise ValueError(
            f"geocoder: {folder} holds {len(photos)} files of photos ({', '.join(PHOTOS[:3])}, …) "
            f"and {len(locations)} of locations ({', '.join(LOCATIONS)}); expected one of each"
        )
    table, addresses = read_address_table(photos[0], locations[0])
    return ListedAddresses.of(table[["latitude", "longitude"]].to_numpy(), addresses)
