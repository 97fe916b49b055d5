"""The GeoDecoder as a head: cells of every hierarchy from the queries of the chosen scene."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import torch
from jaxtyping import Float, Int
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.known_names import known_name
from geoutils.models.geodecoder.decoder import GeoDecoder
from geoutils.models.geodecoder.scenes import queries_of_scene, scene_confidences, scene_loss
from geoutils.models.heads.cell_head import CellHead
from geoutils.models.losses import level_losses
from geoutils.models.truth import Truth

HANDLINGS = ("queries", "task")


class GeoDecoderHead(CellHead):
    """Learned queries per hierarchy and scene look at the tokens; one linear layer scores cells.

    Clark et al. ("Where We Are and What We're Looking At"), Section 3. The most confident scene
    answers. While training, the queries of the true scene do, where it is known (ours: the paper is
    silent); in evaluation mode `terms` measures what prediction does. `scene_handling` "queries" is
    theirs; in "task" there is one query per hierarchy, and a linear layer guesses the scene from
    their mean, as a secondary task; with 0 scenes nothing is known of scenes (their Table 3, and
    Table 6 for other numbers). `width` is the queries' (None: as wide as the tokens), `positions`
    tells tokens their places: for encoders that do not (`with_positions`).
    Raises ValueError for a level of fewer than two cells, a single scene, or an unknown handling.
    """

    kind = "geodecoder"
    takes = "tokens"

    def __init__(
        self,
        n_features: int,
        n_cells: Sequence[int],
        n_scenes: int = 16,
        width: int | None = None,
        n_independent: int = 6,
        n_dependent: int = 2,
        n_attention_heads: int = 8,
        ffn_ratio: int = 4,
        positions: bool = False,
        scene_handling: str = "queries",
        smoothing_km: Real = 0.0,
        centers_deg: RealArray[ndarray, "cells 2"] | None = None,
    ):
        super().__init__()
        if not n_cells or min(n_cells) < 2:
            raise ValueError(f"n_cells: {list(n_cells)}; expected two or more cells at every level")
        if n_scenes < 0 or n_scenes == 1:
            raise ValueError(f"n_scenes: {n_scenes}; expected 0 (none), or two or more")
        known_name("scene_handling", scene_handling, HANDLINGS)
        self.n_cells = [int(cells) for cells in n_cells]
        self.n_scenes = n_scenes
        self.arguments = {
            "n_features": n_features,
            "n_cells": self.n_cells,
            "n_scenes": n_scenes,
            "width": n_features if width is None else width,
            "n_independent": n_independent,
            "n_dependent": n_dependent,
            "n_attention_heads": n_attention_heads,
            "ffn_ratio": ffn_ratio,
            "positions": positions,
            "scene_handling": scene_handling,
        }
        width = self.arguments["width"]
        self.has_scene_queries = n_scenes > 0 and scene_handling == "queries"
        self.decoder = GeoDecoder(
            n_channels=n_features,
            n_hierarchies=len(self.n_cells),
            n_scenes=n_scenes if self.has_scene_queries else 1,
            width=width,
            n_independent=n_independent,
            n_dependent=n_dependent,
            n_heads=n_attention_heads,
            ffn_ratio=ffn_ratio,
            positions=positions,
        )
        self.levels = nn.ModuleList(nn.Linear(width, cells) for cells in self.n_cells)
        secondary = n_scenes > 0 and scene_handling == "task"
        self.scene_task = nn.Linear(width, n_scenes) if secondary else None
        self.smooth_targets(smoothing_km, centers_deg)

    def forward(
        self, features: Float[Tensor, "photos places channels"]
    ) -> list[Float[Tensor, "photos _"]]:
        """Logits of each level, coarse → fine, by the queries of the most confident scene."""
        queries = self.decoder(features)
        return self._scores(queries, self._confidences(queries).argmax(1))

    def terms(
        self, features: Float[Tensor, "photos places channels"], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], list[Tensor]]:
        """Cross-entropies of the levels, then of the scene; scores of the levels, then of scenes.

        The scene's are missing with 0 scenes.
        """
        queries = self.decoder(features)
        confidences = self._confidences(queries)
        of_scene = scene_loss(confidences, truth.scenes) if self.n_scenes else None
        answering = confidences.argmax(1)
        if self.training and self.has_scene_queries:
            answering = torch.where(truth.scenes >= 0, truth.scenes, answering)
        scores = self._scores(queries, answering)
        if self.smoothing is None:
            terms = level_losses(scores, truth.cells)
        else:
            terms = self.smoothing.losses(scores, truth)
        if of_scene is None:
            return terms, scores
        return torch.cat([terms, of_scene[None]]), [*scores, confidences]

    def asked(self, truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos inside each level's partition, then of those whose scene is known."""
        return super().asked(self._with_scenes(truth))

    def right(self, answers: Sequence[Tensor], truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos of the right cell, level by level, then of the right scene."""
        return super().right(answers, self._with_scenes(truth))

    def term_names(self, level_names: Sequence[str]) -> list[str]:
        """The levels, then "scene" where scenes are guessed."""
        return [*level_names, "scene"] if self.n_scenes else list(level_names)

    @torch.no_grad()
    def attention_maps(
        self, features: Float[Tensor, "photos places channels"]
    ) -> tuple[Float[Tensor, "photos hierarchies scenes places"], Int[Tensor, " photos"]]:
        """Where each query looks in the end, and the scene whose queries answer.

        The first head of the last layer's cross-attention, as the paper draws it (Section 8.5):
        shares of attention that sum to 1 over the places.
        """
        queries, maps = self.decoder.with_attention(features)
        return maps, self._confidences(queries).argmax(1)

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return self.arguments | self.smoothing_config

    def extra_repr(self) -> str:
        """What the weights do not show, in the printed model (a training run is known by it)."""
        names = ("n_scenes", "n_attention_heads", "positions", "scene_handling")
        return ", ".join(f"{name}={self.arguments[name]}" for name in names)

    def _confidences(
        self, queries: Float[Tensor, "photos hierarchies scenes width"]
    ) -> Float[Tensor, "photos guessed"]:
        """Logits of the scenes: from their queries, or from the layer of the secondary task."""
        if self.scene_task is None:
            return scene_confidences(queries)
        return self.scene_task(queries[:, :, 0].mean(1)).float()

    def _scores(
        self,
        queries: Float[Tensor, "photos hierarchies scenes width"],
        scenes: Int[Tensor, " photos"],
    ) -> list[Float[Tensor, "photos _"]]:
        """Logits of each level by the queries of these scenes (of the only one otherwise)."""
        answering = (
            queries_of_scene(queries, scenes) if self.has_scene_queries else queries[:, :, 0]
        )
        return [level(answering[:, number]) for number, level in enumerate(self.levels)]

    def _with_scenes(self, truth: Truth) -> Truth:
        """Scenes as one more column of the cells, where they are guessed."""
        if not self.n_scenes:
            return truth
        cells = torch.cat([truth.cells, truth.scenes[:, None]], dim=1)
        return Truth(cells, truth.directions, truth.scenes)
