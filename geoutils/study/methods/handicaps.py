"""With what unequal means the heads of a study were trained, told beside their scores."""

from collections.abc import Iterable, Mapping

import pandas as pd

from geoutils.study.methods.listing import main_method
from geoutils.study.methods.method import Method
from geoutils.training.recipes.study_training import StudyTraining


def handicaps_text(
    training: StudyTraining, methods: Mapping[str, Method], budgets: pd.DataFrame
) -> str:
    """How often each head saw the photos, and on whose cells its features never learned.

    `budgets` are from `method_budgets`. Sentences that name methods by their labels; nothing
    without heads on shared features.
    """
    main = {name: main_method(training, name) for name in training.heads}
    shown = {name: answer for name, answer in main.items() if answer in methods}
    if not shown:
        return ""
    labels = {name: methods[answer].label for name, answer in shown.items()}
    epochs = {name: int(budgets.loc[answer, "epochs"]) for name, answer in shown.items()}
    sentences = [_epochs_text(labels, epochs)]
    learned = [part for stage in training.stages.values() for part in stage.partition.split("+")]
    strange: dict[str, list[str]] = {}
    for name in shown:
        for part in training.heads[name].partition.split("+"):
            if part not in learned:
                strange.setdefault(part, []).append(name)
    if not learned:
        sentences.append("The backbone whose features all of them read learned none of the cells.")
    elif strange:
        of_whom = [f"{part} ({_listed(labels, who)})" for part, who in strange.items()]
        sentences.append(
            f"The backbone whose features all of them read learned the cells of "
            f"{', '.join(dict.fromkeys(learned))}, but never those of {' and '.join(of_whom)}."
        )
    return " ".join(sentences)


def _epochs_text(labels: Mapping[str, str], epochs: Mapping[str, int]) -> str:
    """Who saw each training photo how often; the most common number last and without names."""
    numbers = pd.Series(epochs)
    usual = int(numbers.mode().iloc[0])
    others = sorted(set(epochs.values()) - {usual})
    if not others:
        return f"All heads saw each training photo {_times(usual)}."
    parts = [f"{_times(n)} ({_listed(labels, numbers.index[numbers == n])})" for n in others]
    rest = numbers.index[numbers == usual]
    last = labels[rest[0]] if len(rest) == 1 else "the others"
    return f"Heads saw each training photo {', '.join(parts)}, {last} {_times(usual)}."


def _listed(labels: Mapping[str, str], names: Iterable[str]) -> str:
    return "; ".join(labels[name] for name in names)


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
