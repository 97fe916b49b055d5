"""The triplet loss with semi-hard negatives: the ablation of the contrastive loss."""

from numbers import Real

from jaxtyping import Bool, Float, Int
from torch import Tensor


def semi_hard_triplet(
    similarity: Float[Tensor, "queries candidates"],
    positive: Int[Tensor, " queries"],
    negatives: Bool[Tensor, "queries candidates"],
    margin: Real,
) -> Float[Tensor, " queries"]:
    """max(0, d_p − d_n + margin) of each query, d being squared distances of unit vectors.

    d = 2 − 2s for a dot product s. The negative is the nearest of those farther away than the
    partner: semi-hard while it lies within the margin, and of loss 0 beyond it. A query whose
    negatives are all as near as the partner, or that has none, has loss 0 too: the hardest
    negatives are mostly noise. Schroff et al., FaceNet (CVPR 2015), Section 3.2; Kordopatis-Zilos
    et al., Table 2, give the margin, 0.01, but not the distance: FaceNet's is taken.
    """
    partner = similarity.gather(1, positive[:, None])
    farther = negatives & (similarity < partner)
    nearest = similarity.masked_fill(~farther, float("-inf")).amax(dim=1)
    # At −inf the loss is a constant 0: no gradient, and no 0 · inf.
    return (2 * (nearest - partner[:, 0]) + margin).clamp(min=0)
