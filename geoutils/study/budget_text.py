"""Budgets of studies as people read them: step by step, or one line of a table for each study."""

from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path

from geoutils.study.budget import Budget, study_budget
from geoutils.study.settings import read_study, study_names

GIVEN = "Not measured: hours go as one over that speed."


def budget_text(
    root: Path,
    studies: Sequence[str],
    tflops: Real,
    n_gpus: Sequence[int] = (1,),
    n_photos: int | None = None,
) -> str:
    """Budgets of studies on some numbers of cards: a table of all, and the steps of a single one.

    `n_photos` takes the place of the photos that the study files expect. Raises ValueError for an
    unknown study and for what `study_budget` refuses.
    """
    budgets = {
        study: study_budget(read_study(root, study), tflops, n_gpus, n_photos) for study in studies
    }
    lines = [f"A card that keeps up {tflops:,g} TFLOP/s in training. {GIVEN}", ""]
    lines += table_lines(budgets, n_gpus)
    for budget in budgets.values() if len(studies) == 1 else []:
        lines += ["", *step_lines(budget, n_gpus)]
    return "\n".join(lines)


def expecting_studies(root: Path) -> list[str]:
    """Studies whose files say how many photos they expect."""
    return [name for name in study_names(root) if "expected_photos" in read_study(root, name)]


def table_lines(budgets: Mapping[str, Budget], n_gpus: Sequence[int]) -> list[str]:
    """A table in Markdown: a line for each study, hours and memory for each number of cards."""
    head = ["study", "photos", "network", "GFLOP to learn from a photo", "photos/s of a card"]
    head += [f"hours, {_cards(n)}" for n in n_gpus] + ["disk, GB", "pixels, GB"]
    head += [f"GB of a card, {_cards(n)}" for n in n_gpus]
    rows = [head, ["---"] * len(head)]
    for study, budget in budgets.items():
        row = [study, f"{budget.n_photos:,.0f}", budget.network]
        row += [f"{budget.gflop_per_photo:.1f}", f"{budget.photos_per_s:,.0f}"]
        row += [f"{budget.hours[n].sum():,.1f}" for n in n_gpus]
        row += [f"{budget.disk_gb.sum():,.0f}", f"{budget.pixels_gb:,.0f}"]
        row += [f"{budget.card_gb[n].max():.0f}" if len(budget.card_gb) else "–" for n in n_gpus]
        rows.append(row)
    return [f"| {' | '.join(row)} |" for row in rows]


def step_lines(budget: Budget, n_gpus: Sequence[int]) -> list[str]:
    """The steps of a study, what takes room on disk, and the memory of a card."""
    width = max(map(len, [*budget.hours.index, *budget.disk_gb.index])) + 2
    numbers = "".join(f"{_cards(n):>12}" for n in n_gpus)
    lines = [f"{'step':{width}}{'photos':>15}{'GFLOP each':>12}   hours:{numbers}"]
    for step, row in budget.hours.iterrows():
        hours = "".join(f"{row[n]:12.2f}" for n in n_gpus)
        lines.append(f"{step:{width}}{row['photos']:15,.0f}{row['gflop']:12.3f}{'':9}{hours}")
    lines += ["", f"{'on disk, beside the photos given':{width + 18}}{'GB':>12}"]
    lines += [f"{what:{width + 18}}{size:12,.1f}" for what, size in budget.disk_gb.items()]
    lines.append(f"{'(all photos, decoded)':{width + 18}}{budget.pixels_gb:12,.1f}")
    lines += ["", f"{'memory of a card, at least, GB':{width + 36}}{numbers}"]
    for name, row in budget.card_gb.iterrows():
        lines.append(f"{name:{width + 36}}" + "".join(f"{row[n]:12.1f}" for n in n_gpus))
    return lines


def _cards(n: int) -> str:
    return f"{n} card" + "s" * (n > 1)
