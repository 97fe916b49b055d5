"""What a training of a sweep left."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geoutils.models import Geolocator, parameter_count
from geoutils.models.heads import Head
from geoutils.training.recipes.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained model, ready to predict, the log of its epochs, and where both lie."""

    recipe: Recipe
    model: Geolocator | Head
    log: pd.DataFrame
    folder: Path

    @property
    def cost(self) -> dict[str, int | float]:
        """Number of weights, and seconds of training, all epochs of an interrupted run together."""
        return {
            "parameters": parameter_count(self.model),
            "seconds": float(self.log["seconds"].sum()),
        }

    @property
    def best_epoch(self) -> int:
        """The epoch of lowest validation loss, whose weights were kept."""
        return int(self.log.loc[self.log["val_loss"].idxmin(), "epoch"])
