"""From features of photos to embeddings on the unit sphere."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import normalize


class ResidualEmbedding(nn.Module):
    """u = LN(z), v = LN(u + W₂ ReLU(W₁ u + b₁) + b₂), ẑ = v / ‖v‖, of as many numbers as z.

    Kordopatis-Zilos et al., Section 3.3.1, after the feed-forward layer of Transformers: hence the
    biases, and gain and bias in both LayerNorms. Without `residual` the sum keeps its second part
    alone (Table 3); both LayerNorms stay, since the paper removes no more than the connection.
    Raises ValueError for fewer than two features, whose LayerNorm would lose everything, or a
    hidden layer without units.
    """

    def __init__(self, n_features: int, hidden: int = 4096, residual: bool = True):
        super().__init__()
        if n_features < 2:
            raise ValueError(f"n_features: {n_features}; expected two or more")
        if hidden < 1:
            raise ValueError(f"hidden: {hidden}; expected one or more units")
        self.residual = residual
        self.before = nn.LayerNorm(n_features)
        self.change = nn.Sequential(
            nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, n_features)
        )
        self.after = nn.LayerNorm(n_features)

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> Float[Tensor, "photos features"]:
        """Unit vectors in float32, whatever precision the layers run in."""
        normal = self.before(features)
        changed = self.change(normal)
        if self.residual:
            changed = normal + changed
        return normalize(self.after(changed).float())

    def extra_repr(self) -> str:
        """Whether there is a residual connection, in the printed model."""
        return f"residual={self.residual}"
