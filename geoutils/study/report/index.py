"""The report's first page: what was asked, what came out, and where the numbers come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.study.report.cells import Story
from geoutils.study.report.figures import Picture, read_picture
from geoutils.study.report.key_figures import key_figures
from geoutils.study.report.layout import day, duration, render
from geoutils.study.report.origin import facts_of_all, written
from geoutils.study.report.prose import prose
from geoutils.study.report.summary import read_answers, read_main_table

MAIN_TABLE = "04_accuracy"
# The figures that show most of a notebook; of a notebook that made none of them, its first one.
PICTURES = {
    *("contact_sheet", "world_fine", "heads", "methods", "differences", "error_map"),
    *("fine_scale", "progress", "reliability", "examples", "per_million", "agreement"),
}


@dataclass(frozen=True)
class Site:
    """What every page of a report says about its study.

    `rendered` tells whether its photos are drawn; `model_from` names the study that trained the
    model, if another, and `model_rendered` whether that one's photos are drawn.
    """

    study: str
    title: str
    about: str
    rendered: bool
    model_from: str = ""
    model_rendered: bool = False


@dataclass(frozen=True)
class Entry:
    """A notebook in the list of questions, with the answer that it recorded (HTML)."""

    story: Story
    answer: str


def index_page(
    site: Site,
    stories: list[Story],
    results: Path,
    figures: Path,
    settings: dict[str, Any],
    now: dict[str, str],
) -> str:
    """The first page as an HTML document; `now` are the facts of this machine and checkout."""
    pages = frozenset(story.name for story in stories)
    answers = read_answers(results)
    table_page = next((name for name in sorted(pages) if name[:2] == MAIN_TABLE[:2]), "")
    return render(
        "index.html.j2",
        site=site,
        stories=stories,
        page="index",
        failures=[story for story in stories if story.failure],
        figures_of_merit=key_figures({name: found["numbers"] for name, found in answers.items()}),
        table=read_main_table(results / "tables" / f"{MAIN_TABLE}.csv") if table_page else None,
        table_page=table_page,
        scales=dict(zip((f"{radius} km" for radius in RADII_KM), SCALES, strict=True)),
        entries=[
            Entry(story, prose(answers.get(story.name, {}).get("answer", ""), pages))
            for story in stories
        ],
        pictures=_pictures(stories, figures),
        parameters=_parameters(settings),
        provenance=_provenance(stories, now),
    )


def _pictures(stories: list[Story], figures: Path) -> list[Picture]:
    """One or two figures of each notebook."""
    found = []
    for story in stories:
        saved = sorted(
            figures.glob(f"{story.name[:2]}_*.png"), key=lambda path: path.stat().st_mtime
        )
        chosen = [path for path in saved if path.stem[3:] in PICTURES] or saved[:1]
        found += [read_picture(path, story.name) for path in chosen]
    return found


def _parameters(settings: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each notebook's parameters, values as the study file writes them."""
    return {
        name: {key: written(value) for key, value in section.items()}
        for name, section in settings.items()
        if isinstance(section, dict) and section
    }


def _provenance(stories: list[Story], now: dict[str, str]) -> dict[str, str]:
    finished = [story.finished for story in stories if story.finished]
    seconds = [story.seconds for story in stories if story.seconds]
    facts = {
        "Notebooks finished": day(max(finished)) if finished else "",
        "Run time": f"{duration(sum(seconds))} for {len(seconds)} notebooks" if seconds else "",
    } | facts_of_all(stories, now)
    return {name: fact for name, fact in facts.items() if fact}
