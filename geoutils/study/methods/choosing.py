"""Which of a study's many methods a reader meets first: a rule, the same for every study."""

from collections.abc import Mapping

from geoutils.study.methods.listing import is_on_shared, main_answer
from geoutils.study.methods.method import Method
from geoutils.training.recipes.recipe import Recipe
from geoutils.training.recipes.study_training import StudyTraining


def compared_methods(
    training: StudyTraining, methods: Mapping[str, Method], central: str
) -> list[str]:
    """Names of the methods that are compared pair by pair: each kind of thing trained, once.

    Of several recipes of one kind (head, partition, combination, loss) the first counts. It answers
    as its paper ends; the central recipe, and one over named places, also with the finest level
    alone; classifiers over the cells of the retrieval head also with a search within cells.
    """
    recipes, seen = training.recipes, {}
    for name in dict.fromkeys(method.recipe for method in methods.values()):
        seen.setdefault(_kind(training, name), name)
    retrieval = {recipe.partition for recipe in recipes.values() if recipe.head == "retrieval"}
    chosen = []
    for method in methods.values():
        recipe = recipes[method.recipe]
        if method.recipe not in (*seen.values(), central):
            continue
        alone = method.answer == "f" and (
            method.recipe == central or recipe.partition == "semantic"
        )
        searched = method.answer == "swc" and recipe.partition in retrieval
        searched = searched and (recipe.preset.loss == "mean" or recipe.head != "multi_partition")
        if method.answer == main_answer(recipe) or alone or searched:
            chosen.append(method.name)
    return chosen


def headline_methods(
    training: StudyTraining, methods: Mapping[str, Method], central: str
) -> list[str]:
    """Names of about a dozen methods that stand for the systems: those of the main table.

    Of those compared, what reads the shared features; of two that differ in the sum or the mean of
    their losses, or in how the levels of a tree are combined, one; searched within the cells of
    one classifier, a mixture if there is any. Without heads on shared features: all compared.
    """
    compared = compared_methods(training, methods, central)
    recipes, chosen = training.recipes, []
    if not training.heads:
        return compared
    searched = [name for name in compared if methods[name].answer == "swc"]
    best = [name for name in searched if recipes[methods[name].recipe].head == "mvmf"] or searched
    for name in compared:
        method, recipe = methods[name], recipes[methods[name].recipe]
        minor = (
            not is_on_shared(training, method.recipe)
            or (recipe.head == "hmc" and recipe.options.get("combination") != "sum_of_logs")
            or (recipe.partition == "s2" and recipe.head == "multi_partition" and _is_sum(recipe))
            or (method.answer == "swc" and name not in best[:1])
            or method.answer == "raw"
        )
        if not minor or method.recipe == central:
            chosen.append(name)
    return [name for name in chosen if methods[name].answer != "swc" or name in best[:1]]


def _kind(training: StudyTraining, name: str) -> tuple:
    recipe = training.recipes[name]
    combination = recipe.options.get("combination")
    loss = recipe.preset.loss if recipe.head == "multi_partition" else None
    return recipe.head, recipe.partition, combination, loss, is_on_shared(training, name)


def _is_sum(recipe: Recipe) -> bool:
    return recipe.preset.loss == "sum"
