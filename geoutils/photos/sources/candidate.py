"""One photo that a source offers, before anybody has looked at it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from geoutils.photos.columns import known_columns
from geoutils.photos.table import split_of

TEXT_LIMIT = 1000  # letters of a fact; whatever is longer is no name, place or label


class Candidate(NamedTuple):
    """A photo by its name, and where its bytes lie: a whole file, or a run of bytes in a shard.

    `photo` is its name in the folder or in the shard; `shard` the shard's name, "" for files.
    `facts` is what the source says of it, under the names of the manifest, as text; `problem` why
    it cannot be used, "" if nothing speaks against a look.
    """

    photo: str
    path: str = ""
    offset: int = 0
    length: int = 0  # 0: the whole file
    facts: Mapping[str, str] = MappingProxyType({})
    problem: str = ""
    shard: str = ""

    @property
    def name(self) -> str:
        """What the photo is called in the source as a whole."""
        return f"{self.shard}/{self.photo}" if self.shard else self.photo


def told_by(candidate: Candidate, record: Mapping[str, Any]) -> Candidate:
    """The candidate with what a record says of it, under our names, without what we do not know.

    A split that is none becomes its problem, if nothing else is wrong.

    >>> told_by(Candidate("a.jpg"), {"LAT": 48.9, "lng": 2.3, "caption": "A tower"}).facts
    {'latitude': '48.9', 'longitude': '2.3'}
    """
    plain = {
        str(name): str(value)[:TEXT_LIMIT]
        for name, value in record.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    facts = {ours: plain[theirs] for ours, theirs in known_columns(list(plain)).items()}
    problem = candidate.problem
    try:
        facts |= {name: split_of(facts[name], "record") for name in facts if name == "split"}
    except ValueError as error:
        problem = problem or str(error)
    return candidate._replace(facts=facts, problem=problem)
