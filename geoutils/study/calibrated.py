"""How honest every distribution of a study is: asked, tempered, and asked again."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from tqdm import tqdm

from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.geographic_calibration import CURVE_LEVELS, CredibleSets, credible_sets
from geoutils.evaluation.temperature import fit_temperature, tempered
from geoutils.partitions import Partition
from geoutils.partitions.assigned_areas import assigned_areas_km2
from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.distributions import Distribution, recipe_distributions
from geoutils.study.methods.method import Method

CHUNK = 2**20  # probabilities held in memory at once; more do not fit the cache
FITTED = 10_000  # validation photos that one temperature is fitted on, at most


@dataclass(frozen=True, eq=False)
class Calibrated:
    """What a distribution says of the test photos of known place, as it came and tempered.

    `cells` are the true ones (-1 outside), `temperature` was fitted on validation photos. The sets
    of cells that hold each of `CURVE_LEVELS` of the probability are None unless asked for.
    """

    distribution: Distribution
    temperature: float
    cells: Int[ndarray, " photos"]
    before: CellAnswers
    after: CellAnswers
    sets_before: CredibleSets | None = None
    sets_after: CredibleSets | None = None


def calibrated(
    answers: StudyAnswers,
    fitting: StudyAnswers,
    methods: Mapping[str, Method],
    with_sets: Collection[str] = (),
) -> Iterator[Calibrated]:
    """Every distribution of a study's methods, one after the other, in the order of its recipes.

    `answers` are judged, on the test photos of known position; temperatures come from
    the validation photos of `fitting`, the same or (a borrowed model) the lender's, evenly thinned
    to `FITTED`. `with_sets` names the distributions whose sets of cells are wanted too, with their
    areas: sorting all cells takes longer than all else. The probabilities of no more than a few
    photos are held at once, beside what `answers` keeps.
    """
    recipes = dict.fromkeys(method.recipe for method in methods.values())
    judged, known = _places(answers, "test")
    placed, fitted = _places(fitting, "val")
    fitted = fitted[np.linspace(0, len(fitted) - 1, min(FITTED, len(fitted))).astype(int)]
    for recipe in tqdm(recipes, desc="Recipes", mininterval=1):
        areas: dict[Partition, Float[ndarray, " _"]] = {}  # a level and a product share their cells
        for distribution in recipe_distributions(fitting, methods, recipe):
            cells = distribution.cells
            if distribution.name in with_sets and cells not in areas:
                areas[cells] = assigned_areas_km2(cells)
            validation = distribution.log_probs(fitting, "val", fitted)
            temperature = fit_temperature(validation, cells.assign(placed[fitted]))
            truth, parts = cells.assign(judged[known]), []
            wanted = areas[cells] if distribution.name in with_sets else None
            step = max(1, CHUNK // len(cells))
            for start in range(0, len(known), step):
                some = slice(start, start + step)
                log_probs = distribution.log_probs(answers, "test", known[some])
                parts.append(_judged(log_probs, temperature, truth[some], wanted))
            yield Calibrated(distribution, temperature, truth, *_joined(parts))


def _judged(
    log_probs: Float[ndarray, "photos cells"],
    temperature: float,
    truth: Int[ndarray, " photos"],
    areas_km2: Float[ndarray, " cells"] | None,
) -> tuple[CellAnswers | CredibleSets, ...]:
    """Answers of some photos before and after; with areas, their sets before and after as well."""
    both = (log_probs, tempered(log_probs, temperature))
    found = [CellAnswers.of(said, truth) for said in both]
    if areas_km2 is not None:
        found += [credible_sets(said, truth, areas_km2, CURVE_LEVELS) for said in both]
    return tuple(found)


def _joined(
    parts: list[tuple[CellAnswers | CredibleSets, ...]],
) -> list[CellAnswers | CredibleSets]:
    return [type(column[0]).joined(column) for column in zip(*parts, strict=True)]


def _places(
    answers: StudyAnswers, split: str
) -> tuple[Float[ndarray, "photos 2"], Int[ndarray, " known"]]:
    """Positions of a split's photos, and which of them are known; ValueError without any."""
    photos = answers.manifest.iloc[answers.rows(split)]
    latlon_deg = photos[["latitude", "longitude"]].to_numpy(float)
    known = np.flatnonzero(np.isfinite(latlon_deg).all(axis=1))
    if not len(known):
        raise ValueError(f"split: none of the {len(photos):,} {split} photos has a known position")
    return latlon_deg, known
