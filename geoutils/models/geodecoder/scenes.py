"""Scenes of the queries: how sure each is, which one is answered by, and how wrong that was."""

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


def scene_confidences(
    queries: Float[Tensor, "photos hierarchies scenes width"],
) -> Float[Tensor, "photos scenes"]:
    """Confidence in each scene: the first channel of its queries, averaged over hierarchies.

    Clark et al., Section 3.5. Logits: the scene loss takes their softmax.
    """
    return queries[..., 0].float().mean(1)


def queries_of_scene(
    queries: Float[Tensor, "photos hierarchies scenes width"], scenes: Int[Tensor, " photos"]
) -> Float[Tensor, "photos hierarchies width"]:
    """The queries of one scene for each photo."""
    photos, hierarchies, _, width = queries.shape
    rows = scenes.view(photos, 1, 1, 1).expand(photos, hierarchies, 1, width)
    return queries.gather(2, rows)[:, :, 0]


def scene_loss(
    confidences: Float[Tensor, "photos scenes"], scenes: Int[Tensor, " photos"]
) -> Float[Tensor, ""]:
    """Mean cross-entropy over the photos of known scene (not −1); 0 without any.

    Raises ValueError for a scene beyond those that have queries.
    """
    if len(scenes) and scenes.max() >= confidences.shape[1]:
        raise ValueError(f"scenes: {int(scenes.max())}; expected below {confidences.shape[1]}")
    total = functional.cross_entropy(confidences, scenes, ignore_index=-1, reduction="sum")
    return total / (scenes >= 0).sum().clamp(min=1)
