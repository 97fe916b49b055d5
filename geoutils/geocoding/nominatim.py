"""Reverse geocoding by a Nominatim server: address vectors of OpenStreetMap objects.

Install your own server for more than a few thousand photos (nominatim.org); the public one is a
donated service whose policy allows one request a second and asks bulk users to stay away. What
either answers is © OpenStreetMap contributors, under the Open Database Licence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

from jaxtyping import Real
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses
from geoutils.geocoding.cache import open_cache
from geoutils.geocoding.fetching import CachedService
from geoutils.geocoding.osm_addresses import osm_addresses
from geoutils.geocoding.osm_lookup import country_keys, distinct_points, objects_of, places_at
from geoutils.geocoding.osm_records import read_status
from geoutils.geocoding.web_client import PoliteClient
from geoutils.version import VERSION
from geoutils.whole import checked_whole

PUBLIC_HOST = "nominatim.openstreetmap.org"
PUBLIC_REQUESTS_PER_SECOND = 1  # operations.osmfoundation.org/policies/nominatim
OWN_WORKERS = 8
GREETING = ("status?format=json", read_status)


@dataclass(frozen=True)
class Nominatim:
    """A Geocoder that asks the Nominatim server at `url`, whose answers are kept in file `cache`.

    Points, rounded to a metre, are asked once for the finest object there (`zoom` 18: down to
    landmarks and streets; 10: cities; 5: states; 3: countries), and each distinct object once for
    the objects that hold it: requests ≈ distinct points + distinct objects. A run repeated or
    resumed asks only what the file lacks. Keys are like R571747, names English where OpenStreetMap
    has English ones; house numbers, postcodes and nameless objects are left out; a point at sea
    has an empty vector. `polygons` adds the column `geometry` to the locations.

    The public server gets one request a second from one thread, never more (ValueError); one's
    own is asked by 8 threads as fast as it answers, unless `n_workers` and `requests_per_second`
    say otherwise. `contact`, an e-mail or web address, is told to the server. A request that
    fails is repeated after `first_wait_s` seconds, then after twice that, and so on; in the end,
    and at once if there is no server, ConnectionError. Theiner et al. 2022 (SemP), section 3.1.1.
    """

    url: str
    cache: str | Path
    requests_per_second: int | float | None = None
    n_workers: int | None = None
    zoom: int = 18
    polygons: bool = False
    contact: str = ""
    timeout_s: int | float = 60
    first_wait_s: int | float = 1

    def __post_init__(self):
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError(f"url: {self.url!r}; expected an address like http://localhost:8088")
        checked_whole(self.zoom, "zoom", 0, 18)
        if self.n_workers is not None:
            checked_whole(self.n_workers, "n_workers")
        for setting in ("requests_per_second", "timeout_s", "first_wait_s"):
            value = getattr(self, setting)
            if value is not None and not value > 0:
                raise ValueError(f"{setting}: {value}; expected more than 0")
        if self._is_public() and (self._rate() > PUBLIC_REQUESTS_PER_SECOND or self._workers() > 1):
            raise ValueError(
                f"requests_per_second, n_workers: {self._rate():g} by {self._workers()} threads; "
                f"{PUBLIC_HOST} allows one request a second from one thread"
            )

    def __call__(self, latlon_deg: Real[ndarray, "photos 2"]) -> Addresses:
        """Address vectors of photos, fine → coarse; the same for any order of the photos.

        Raises ValueError for bad coordinates before anything is asked, ConnectionError if the
        server is not there, refuses, or stops answering; what it answered is kept even then.
        """
        points, point_of = distinct_points(latlon_deg)
        with self._service() as service:
            places, place_of = places_at(service, points, self.zoom)
            finest = [place.key for place in places]
            objects = objects_of(service, finest, self.polygons, "objects")
            countries = country_keys(service, points, places, place_of)
            around = [key for record in objects.values() for key in record.address]
            coarser = [key for key in [*around, *countries.values()] if key not in objects]
            objects |= objects_of(service, coarser, self.polygons, "what holds them")
        return osm_addresses(places, place_of[point_of], objects, countries, self.polygons)

    def _is_public(self) -> bool:
        return urlsplit(self.url).hostname == PUBLIC_HOST

    def _rate(self) -> int | float:
        if self.requests_per_second is not None:
            return self.requests_per_second
        return PUBLIC_REQUESTS_PER_SECOND if self._is_public() else inf

    def _workers(self) -> int:
        if self.n_workers is not None:
            return self.n_workers
        return 1 if self._is_public() else OWN_WORKERS

    @contextmanager
    def _service(self) -> Iterator[CachedService]:
        url = self.url.rstrip("/")
        contact = f"; {self.contact}" if self.contact else ""
        client = PoliteClient(
            url,
            f"geoutils/{VERSION} (photo geolocation study{contact})",
            self._rate(),
            self._workers(),
            self.timeout_s,
            self.first_wait_s,
        )
        with open_cache(self.cache, url) as cache:
            try:
                yield CachedService(client, cache, GREETING, self._workers())
            finally:
                client.close()
