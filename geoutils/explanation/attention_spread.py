"""How widely queries look, and how unlike one another."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def effective_places(maps: Float[ndarray, "... rows columns"]) -> Float[ndarray, "..."]:
    """Number of places that an attention map is spread over: the exponential of its entropy.

    1 where all attention is on one place, as many as there are places where it is even.

    >>> effective_places(np.array([[[0.5, 0.5], [0.0, 0.0]]]))
    array([2.])
    """
    shares = maps.reshape(*maps.shape[:-2], -1)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.exp(-(shares * logs).sum(axis=-1))


def unlikeness(maps: Float[ndarray, "queries rows columns"]) -> float:
    """Share of its attention that a query would have to move to look where another one does.

    The mean over all pairs of different queries (their total variation distance): 0 where all look
    alike, 1 where no two look at a common place. NaN for a single query.
    """
    shares = maps.reshape(len(maps), -1)
    first, second = np.triu_indices(len(shares), 1)
    if not len(first):
        return float("nan")
    return float(np.abs(shares[first] - shares[second]).sum(axis=1).mean() / 2)
