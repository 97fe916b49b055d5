"""Where the methods of a study place one photo: everything loaded once, asked many times."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor, nn

from geoutils.demo.photo import DemoPhoto
from geoutils.explanation import cell_score, combined_answer, f_star_answer, level_answer
from geoutils.explanation.answers import Answer
from geoutils.explanation.targets import Score, similarity_score
from geoutils.models import Geolocator, load_model
from geoutils.partitions import Partition
from geoutils.plots.prediction_cells import PredictionCells, prediction_cells
from geoutils.prediction import Background, search_everywhere, search_within_cell
from geoutils.study.methods import Method, StudyAnswers
from geoutils.study.methods.answers import RAW, gpu_if_any
from geoutils.study.methods.listing import main_answer
from geoutils.study.methods.looks import looks
from geoutils.study.methods.predict import (
    NEIGHBOURS,
    answer_cells,
    background_of,
    collector_of,
    first_retrieval,
)
from geoutils.training.augmentation import as_images
from geoutils.training.learner import head_of
from geoutils.training.recipes.from_study import shared_backbone, shared_inputs
from geoutils.training.recipes.study_training import StudyTraining

TOP = 25  # cells that a map shows
NOWHERE = np.empty((0, 2))


@dataclass(frozen=True, eq=False)
class Placement:
    """Where one method places one photo, and the score to be explained.

    `top` are the likeliest cells, None for retrieval alone, which gives no probabilities, and
    where no cell is possible. `latlon_deg` is the point (NaN: not placed). `score` takes `images`,
    what the network was shown, and `target`. `neighbours_deg` is where the photos of known place
    were taken whose mean is the point; none where the point is the cell's.
    """

    method: Method
    top: PredictionCells | None
    latlon_deg: Float[ndarray, "1 2"]
    neighbours_deg: Float[ndarray, "neighbours 2"]
    model: nn.Module
    score: Score
    images: Float[Tensor, "1 3 h w"]
    target: int

    @property
    def is_placed(self) -> bool:
        """Whether the method names any point."""
        return bool(np.isfinite(self.latlon_deg).all())


@dataclass(frozen=True, eq=False)
class Locator:
    """The trained models of a study, ready to be shown one photo after the other.

    Photos are seen whole or in their middle, as in training; a study's crops are not averaged.
    """

    training: StudyTraining
    _answers: dict[str, StudyAnswers] = field(default_factory=dict, repr=False)
    _models: dict[str, Geolocator] = field(default_factory=dict, repr=False)
    _backgrounds: dict[tuple[str, str], Background] = field(default_factory=dict, repr=False)

    def place(self, photo: DemoPhoto, method: Method) -> Placement:
        """Where a method places a photo; ValueError where it was not trained, or not like this."""
        images = self.images(photo, method)
        if method.answer in ("nearest", "raw"):
            return self._retrieved(images, method)
        model = self.model(method.recipe)
        answer = method.base or method.answer
        partition = answer_cells(self._said(method.recipe), method.recipe, answer)
        asked = self._answer(model, method.recipe, answer)
        with torch.inference_mode():
            probabilities = asked(images).double().exp()[0].cpu().numpy()
        cell = int(probabilities.argmax()) if probabilities.any() else -1
        latlon_deg, neighbours_deg = np.full((1, 2), np.nan), NOWHERE
        if cell >= 0:
            latlon_deg = partition.centers_deg[[cell]]
        if method.answer == "swc" and cell >= 0:
            latlon_deg, neighbours_deg = self._searched(images, method, partition, cell)
        top = None
        if cell >= 0:
            top = prediction_cells(partition, probabilities, method.label, TOP, latlon_deg[0])
        return Placement(
            method=method,
            top=top,
            latlon_deg=latlon_deg,
            neighbours_deg=neighbours_deg,
            model=model,
            score=cell_score(asked),
            images=images,
            target=cell,
        )

    def images(self, photo: DemoPhoto, method: Method) -> Float[Tensor, "1 3 h w"]:
        """What a method's network is shown of a photo."""
        seen = looks(photo.pixels[None], self.crop_px(method.recipe))[0]
        return as_images(torch.from_numpy(np.array(seen))).to(self.device)

    def crop_px(self, recipe: str) -> int | None:
        """Side of the square that a recipe's network sees, None for all of the photo."""
        stage = self._last_stage if recipe in self.training.heads else recipe
        return self.training.recipes[stage].preset.augmentation.crop_px if stage else None

    def model(self, recipe: str) -> Geolocator:
        """A trained geolocator, read once; heads on shared features share their backbone."""
        if recipe not in self._models:
            if recipe in self.training.heads:
                head = head_of(load_model(self.training.log_folder(recipe)))
                model = Geolocator(self.backbone, head.to(self.device))
            else:
                model = load_model(self.training.folder(recipe)).to(self.device)
            self._models[recipe] = model.eval()
        return self._models[recipe]

    @cached_property
    def device(self) -> torch.device:
        """A GPU where there is one."""
        return gpu_if_any()

    @cached_property
    def backbone(self) -> nn.Module:
        """The backbone that all heads share."""
        return shared_backbone(self.training).to(self.device)

    @property
    def _last_stage(self) -> str:
        return (list(self.training.stages) or [""])[-1]

    def _said(self, recipe: str) -> StudyAnswers:
        """The study's own answers: one object a recipe, since each keeps one recipe's."""
        if recipe not in self._answers:
            self._answers[recipe] = StudyAnswers.of(self.training)
        return self._answers[recipe]

    def _answer(self, model: Geolocator, recipe: str, answer: str) -> Answer:
        said = self._said(recipe)
        if answer == "f_star":
            return f_star_answer(model, said.levels(recipe).parents)
        if answer in ("normalised", "simple"):
            how = "cells" if answer == "normalised" else "none"
            return combined_answer(model, said.combined(recipe).cells, how)
        is_set = answer.startswith("set_")
        return level_answer(model, int(answer.removeprefix("set_")) - 1 if is_set else -1)

    def _embedder(self, retrieval: str) -> nn.Module:
        return self.backbone if retrieval == RAW else self.model(retrieval)

    def _searched(
        self, images: Float[Tensor, "1 3 h w"], method: Method, partition: Partition, cell: int
    ) -> tuple[Float[ndarray, "1 2"], Float[ndarray, "neighbours 2"]]:
        retrieval = first_retrieval(self.training)
        key = method.recipe, method.base
        if key not in self._backgrounds:
            said = self._said(method.recipe)
            self._backgrounds[key] = background_of(said, *key, retrieval)
        with torch.inference_mode():
            query = self._embedder(retrieval)(images).cpu().numpy()
        found = search_within_cell(
            query, np.array([cell]), self._backgrounds[key], partition.centers_deg, NEIGHBOURS
        )
        return found.latlon_deg, self._taken_at(found.neighbours[0][found.used[0]])

    def _retrieved(self, images: Float[Tensor, "1 3 h w"], method: Method) -> Placement:
        retrieval = RAW if method.answer == "raw" else method.recipe
        embedder, background = self._embedder(retrieval), self._whole_background(method, retrieval)
        with torch.inference_mode():
            query = embedder(images).cpu().numpy()
        found = search_everywhere(query, background)
        reference = self._train_embedding(retrieval, int(found.neighbours[0, 0]))
        return Placement(
            method=method,
            top=None,
            latlon_deg=found.latlon_deg,
            neighbours_deg=self._taken_at(found.neighbours[0]),
            model=embedder,
            score=similarity_score(embedder, reference),
            images=images,
            target=0,
        )

    def _whole_background(self, method: Method, retrieval: str) -> Background:
        """All photos of known place that retrieval alone chooses from, as in the study's tables."""
        collector = collector_of(self.training, method.recipe)
        key = collector or "", f"all {retrieval}"
        if key in self._backgrounds:
            return self._backgrounds[key]
        if collector is None:
            said, latlon_deg = self._said(method.recipe), self.training.latlon_deg
            cells = said.levels(method.recipe).finest
            latlon_deg = latlon_deg[self.training.rows["train"]]
            vectors = said.train_embeddings(retrieval)
            truth, there = cells.assign(latlon_deg), ~said.train_lost
            made = Background.of(vectors, latlon_deg, truth, len(cells), there)
        else:
            answer = main_answer(self.training.recipes[collector])
            made = background_of(self._said(collector), collector, answer, retrieval)
        return self._backgrounds.setdefault(key, made)

    def _taken_at(self, places: Int[ndarray, " chosen"]) -> Float[ndarray, "chosen 2"]:
        """Where some of the training photos were taken, by their places among them."""
        return self.training.latlon_deg[self.training.rows["train"][places]]

    def _train_embedding(self, retrieval: str, place: int) -> Float[Tensor, "1 values"]:
        """Embedding of one training photo, by its place among them."""
        row = self.training.rows["train"][place]
        features = np.array(shared_inputs(self.training, "features")[[row]], dtype=np.float32)
        values = torch.from_numpy(features).to(self.device)
        if retrieval == RAW:
            return values
        with torch.inference_mode():
            return self.model(retrieval).head(values).clone()
