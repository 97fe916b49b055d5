"""The interface: from photos to a concept per pixel."""

from typing import Protocol, runtime_checkable

import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray


@runtime_checkable
class Segmenter(Protocol):
    """Anything that says what each pixel of a photo shows.

    `names[c]` is the name of concept c; `names[0]` is "none". Called with the manifest's rows of
    some photos (as many as there are pictures; at least the column photo, if anything is looked up
    by it) and their pixels, it returns concept maps of the same size, ready for
    `concept_influences` with `n_concepts = len(names) - 1`.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the concepts, "none" first."""
        ...

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Concept of each pixel."""
        ...


def check_rows(manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]) -> None:
    """Raise ValueError unless there is a row for each picture."""
    if len(manifest) != len(pixels):
        raise ValueError(f"manifest: {len(manifest)} rows for {len(pixels)} pictures")
