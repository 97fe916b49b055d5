"""Photos for the tests of the atlas's addresses."""

import numpy as np
import pytest

from geoutils.atlas import photo_density


@pytest.fixture(scope="session")
def photos():
    """Where photos are, a little shaken, and as many anywhere on Earth."""
    rng = np.random.default_rng(0)
    shaken = photo_density()[rng.integers(0, 100_000, 2000)] + rng.normal(0, 0.02, (2000, 2))
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 2000)))
    anywhere = np.stack([latitude, rng.uniform(-180, 180, 2000)], axis=1)
    return np.concatenate([shaken, anywhere])
