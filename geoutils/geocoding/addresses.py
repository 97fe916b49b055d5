"""Address vectors: where photos are, in names, from the finest location to the country."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

COLUMNS = ["key", "name", "kind", "country", "latitude", "longitude", "has_area"]


@dataclass(frozen=True, repr=False, eq=False)
class Addresses:
    """Address vectors (l_1 … l_u) of photos as row numbers of one table of locations.

    `vectors[i]` names the locations that hold photo i, fine → coarse; -1 fills up rows at their
    end (a photo on the open sea has -1 only). `locations` has a row per distinct location: `key`
    (unique, the same for the same location in any table of one geocoder), `name`, `kind` (such as
    place, admin2, admin1, country), `country` (ISO 3166 alpha-2, "" unknown), `latitude` and
    `longitude` of its center in degrees (NaN unknown), `has_area`; and `geometry`, shapely
    (multi)polygons in longitude and latitude or None, where a geocoder knows any.
    Theiner et al. 2022 (SemP), section 3.1.
    """

    vectors: Int[ndarray, "photos depth"]
    locations: pd.DataFrame

    def __post_init__(self):
        missing = [column for column in COLUMNS if column not in self.locations]
        if missing:
            raise ValueError(f"locations: lacks the columns {missing}; found {[*self.locations]}")
        keys = self.locations["key"]
        if not keys.is_unique:
            raise ValueError(f"locations: key {keys[keys.duplicated()].iloc[0]!r} stands twice")
        if self.vectors.size:
            least, most = self.vectors.min(), self.vectors.max()
            if least < -1 or most >= len(keys):
                raise ValueError(
                    f"vectors: found {least} … {most}, expected -1 … {len(keys) - 1}, the rows "
                    "of locations"
                )
            gap = (self.vectors[:, :-1] < 0) & (self.vectors[:, 1:] >= 0)
            if gap.any():
                row = int(gap.any(axis=1).argmax())
                raise ValueError(f"vectors: row {row} has -1 before a coarser location")

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        depth = self.vectors.shape[1]
        return f"<Addresses: {len(self):,} of up to {depth} in {len(self.locations):,} locations>"

    def names(self, photo: int) -> list[str]:
        """Names of the locations that hold one photo, fine → coarse."""
        rows = self.vectors[photo]
        return self.locations["name"].iloc[rows[rows >= 0]].tolist()

    def centers_deg(self) -> Float[ndarray, "locations 2"]:
        """Center of each location, in degrees; NaN where unknown."""
        return self.locations[["latitude", "longitude"]].to_numpy(np.float64)


Geocoder = Callable[[Real[ndarray, "photos 2"]], Addresses]
