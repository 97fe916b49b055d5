"""Do the attributions of Integrated Gradients add up to the score that they share out?"""

from collections.abc import Sequence

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from geoutils.explanation.maps.gradients import integrated_gradients
from geoutils.explanation.targets import Score


def completeness(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    baselines: Float[Tensor, "photos 3 h w"],
    n_steps: Sequence[int],
) -> pd.DataFrame:
    """Sum of the attributions of each photo against the rise of its score from the baseline.

    A row per number of steps and photo: columns n_steps, photo (its number), score, baseline_score,
    rise (their difference), attributed (the sum) and gap, |attributed − rise| / |rise|. Without
    smoothing, which squares and so adds up to nothing. Sundararajan et al. (2017), Proposition 1.
    """
    with torch.no_grad():
        reached = score(images, targets).double().cpu().numpy()
        started = score(baselines, targets).double().cpu().numpy()
    rows = []
    for steps in n_steps:
        shares = integrated_gradients(score, images, targets, baselines, steps)
        attributed = shares.double().sum(dim=(1, 2, 3)).cpu().numpy()
        table = {"n_steps": steps, "photo": range(len(images)), "score": reached}
        table |= {"baseline_score": started, "rise": reached - started, "attributed": attributed}
        rows.append(pd.DataFrame(table))
    found = pd.concat(rows, ignore_index=True)
    return found.assign(gap=(found["attributed"] - found["rise"]).abs() / found["rise"].abs())
