"""Which methods a study has: read off the recipes that it trains, never listed by hand."""

from collections import Counter
from collections.abc import Mapping

from geoutils.models import Head
from geoutils.models.saving import WEIGHTS
from geoutils.study.methods.method import SYSTEMS, Method
from geoutils.training.recipes.recipe import Recipe
from geoutils.training.recipes.study_training import StudyTraining
from geoutils.training.recipes.targets import FOLDERS

NESTED = ("s2", "semantic", "seven")  # partitions whose levels nest, one softmax each
TREE_LABELS = {"product": "HMC", "sum_of_logs": "HMC-sol", "smooth": "HMC-smooth"}
CELL_LABELS = {
    "s2": "S2 cells",
    "semantic": "named places",
    "seven": "the finest of seven levels",
    "fullest": "the fullest cells",
    "tree": "leaves",
}
ANSWER_LABELS = {
    "f": "f",
    "f_star": "f*",
    "point": "",
    "normalised": "normalised sum",
    "simple": "simple sum",
    "nearest": "alone",
}


def study_methods(training: StudyTraining, n_sets: int = 5) -> dict[str, Method]:
    """All methods of a study by their names, in the order of its recipes.

    Every recipe over one partition other than countries answers: nested levels with f and f*,
    single ones and the thesis's tree with f, a mixture with its point, CPlaNet's `n_sets` sets
    combined and each alone, retrieval with the nearest photo, and once by the raw features. Where
    the study trains a retrieval head, each classifier that reads the same features is also
    searched within.
    """
    has_retrieval = any(recipe.head == "retrieval" for recipe in training.heads.values())
    found = []
    for name, recipe in training.recipes.items():
        if recipe.partition not in (*FOLDERS, "fullest", "cplanet"):
            continue
        answers = _answers(recipe, n_sets)
        apart = bool(training.heads) and not is_on_shared(training, name)
        what = _label(recipe, end_to_end=apart)
        for answer in answers:
            label = _joined(what, answer, alone=len(answers) == 1)
            found.append(Method(f"{name}_{answer}", label, system_of(recipe), name, answer))
        if recipe.head == "retrieval" and not any(method.answer == "raw" for method in found):
            system = system_of(recipe)
            found.append(Method("raw_features_nearest", "raw features, alone", system, name, "raw"))
        if has_retrieval and recipe.head != "retrieval" and is_on_shared(training, name):
            base = main_answer(recipe)
            label = f"{_joined(what, base, alone=base in ('f', 'normalised'))} + SwC"
            found.append(Method(f"{name}_swc", label, "Kordopatis et al.", name, "swc", base))
    return {method.name: method for method in _told_apart(found)}


def trained_methods(training: StudyTraining, methods: Mapping[str, Method]) -> dict[str, Method]:
    """Those methods whose model lies in the study's folder."""
    return {
        name: method
        for name, method in methods.items()
        if (training.folder(method.recipe) / WEIGHTS).is_file()
    }


def main_method(training: StudyTraining, recipe: str) -> str:
    """Name of the method that a recipe's paper ends with, before any search within cells.

    Raises ValueError for a recipe that answers no question of place.
    """
    known = study_methods(training)
    if recipe not in training.recipes or not any(m.recipe == recipe for m in known.values()):
        names = ", ".join(dict.fromkeys(method.recipe for method in known.values()))
        raise ValueError(f"model: {recipe!r}; expected one that names cells, of {names}")
    return f"{recipe}_{main_answer(training.recipes[recipe])}"


def main_answer(recipe: Recipe) -> str:
    """f* where levels nest, the normalised sum of sets, a mixture's point, else f or nearest."""
    return {
        "mvmf": "point",
        "retrieval": "nearest",
    }.get(recipe.head) or _answers(recipe, 0)[-1 if recipe.partition in NESTED else 0]


def is_on_shared(training: StudyTraining, name: str) -> bool:
    """Whether it reads features that are kept: a head, or the last stage where heads read the same.

    A stage that takes tokens where no head does is no such thing: nobody computed those.
    """
    takes = Head.kinds[training.recipes[name].head].takes
    others = {Head.kinds[head.head].takes for head in training.heads.values()}
    is_last = name == (list(training.stages) or [""])[-1]
    return name in training.heads or (is_last and takes in others)


def _answers(recipe: Recipe, n_sets: int) -> list[str]:
    if recipe.head in ("mvmf", "retrieval"):
        return [main_answer(recipe)]
    if Head.kinds[recipe.head].asks_finest:
        return ["f"]
    if recipe.partition == "cplanet":
        return ["normalised", "simple", *(f"set_{k}" for k in range(1, n_sets + 1))]
    return ["f", "f_star"] if recipe.partition in NESTED else ["f"]


def _label(recipe: Recipe, end_to_end: bool) -> str:
    """What was trained, as the papers call it."""
    cells, options = CELL_LABELS.get(recipe.partition, recipe.partition), recipe.options
    if recipe.head == "hmc":
        what = TREE_LABELS[options.get("combination", "product")]
    elif recipe.head == "classes":
        what = "MC" if recipe.partition == "tree" else "CE"
        if options.get("smoothing_km"):
            what += f", smoothed over {options['smoothing_km']:g} km"
    elif recipe.head == "retrieval":
        what = "RRM" + ", triplet loss" * (options.get("loss") == "triplet")
        what += ", no residual" * (options.get("residual") is False)
    elif recipe.head == "multi_partition":
        of_sum = "s2(M)" if recipe.preset.loss == "sum" else "HC"
        names = {"semantic": "SemP", "cplanet": "CPlaNet", "s2": of_sum}
        what = names.get(recipe.partition, f"HC of {cells}")
    else:
        what = {"mvmf": "MvMF", "geodecoder": "GeoDecoder"}[recipe.head]
    usual = "seven" if recipe.head == "geodecoder" else recipe.partition
    what += f" over {cells}" * (recipe.partition != usual)
    return what + ", end to end" * end_to_end


def system_of(recipe: Recipe) -> str:
    """Which of the five systems a recipe is of; see `Method`."""
    if recipe.head == "hmc" or recipe.partition == "tree":
        return "Loria"
    if recipe.head == "geodecoder":
        return "GeoDecoder"
    if recipe.partition == "cplanet":
        return "CPlaNet"
    has_sum = recipe.head == "multi_partition" and recipe.preset.loss == "sum"
    return "SemP" if recipe.partition == "semantic" or has_sum else "Kordopatis et al."


def _joined(what: str, answer: str, alone: bool) -> str:
    if answer.startswith("set_"):
        return f"{what}, set {answer.removeprefix('set_')} alone"
    text = ANSWER_LABELS[answer]
    if not text or (alone and answer in ("f", "normalised")):
        return what
    return f"{what}, {text}" if "," in what or len(text) > 2 else f"{what} {text}"


def _told_apart(methods: list[Method]) -> list[Method]:
    """Methods with the recipe's name in labels that would else come twice; by system."""
    times = Counter(method.label for method in methods)
    named = [
        Method(**vars(method) | {"label": f"{method.label} ({method.recipe})"})
        if times[method.label] > 1
        else method
        for method in methods
    ]
    return sorted(named, key=lambda method: (SYSTEMS.index(method.system), bool(method.base)))
