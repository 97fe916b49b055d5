"""Geographic queries: what is asked of every photo before it is seen."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class GeoQueries(nn.Module):
    """One learned vector per hierarchy and scene, the same for every photo.

    Clark et al., Section 3.2, GQ⁰. They start as standard normal numbers (the paper: at random).
    The stream of residuals adds the same answer to alike queries, so starting them small would
    start them alike, and the paper warns of queries that become one.
    Raises ValueError for a number below 1.
    """

    def __init__(self, n_hierarchies: int, n_scenes: int, width: int):
        super().__init__()
        sizes = {"n_hierarchies": n_hierarchies, "n_scenes": n_scenes, "width": width}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name}: {size}; expected 1 or more")
        self.vectors = nn.Parameter(torch.randn(n_hierarchies, n_scenes, width))

    def forward(self) -> Float[Tensor, "1 hierarchies scenes width"]:
        """The queries as a batch of one: until photos are looked at, they are one computation."""
        return self.vectors[None]
