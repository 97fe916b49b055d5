"""The contrastive loss of the retrieval module: its partner against all negatives."""

from numbers import Real

from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot


def info_nce(
    similarity: Float[Tensor, "queries candidates"],
    positive: Int[Tensor, " queries"],
    negatives: Bool[Tensor, "queries candidates"],
    temperature: Real,
) -> Float[Tensor, " queries"]:
    """−log(e^(s_p/τ) / (e^(s_p/τ) + Σ_n e^(s_n/τ))) of each query, s being dot products.

    `positive` is the column of the query's partner; columns that are neither it nor a negative
    play no part. A query without negatives has loss 0. Kordopatis-Zilos et al., Equation 3.
    """
    counts = negatives | one_hot(positive, similarity.shape[1]).bool()
    logits = (similarity / temperature).masked_fill(~counts, float("-inf"))
    return cross_entropy(logits, positive, reduction="none")
