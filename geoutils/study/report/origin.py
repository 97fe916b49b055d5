"""The box at the end of a page that says how the page was made."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from geoutils.study.provenance import recorded_facts
from geoutils.study.report.cells import Story
from geoutils.study.report.inputs import Input, own_photos, read_inputs
from geoutils.study.report.layout import day, duration


@dataclass(frozen=True)
class Origin:
    """How a page was made: `facts` and `parameters` as text by name, and what it was made from.

    `recorded` tells whether the facts are those of the notebook's run or of the report's.
    """

    facts: dict[str, str]
    recorded: bool
    parameters: dict[str, str]
    inputs: list[Input]


def origin_of(
    story: Story, results: Path, settings: dict[str, Any], root: Path, now: dict[str, str]
) -> Origin:
    """How a notebook's page was made; `now` are the facts that hold where it recorded none.

    `root` is the repository's folder, whose committed tables a study may show.
    """
    recorded = recorded_facts(story.notebook)
    section = settings.get(story.name, {})
    facts = {
        "Notebook": f"notebooks/{story.name}.ipynb",
        "Finished": day(story.finished) if story.finished else "",
        "Run time": duration(story.seconds),
    } | (recorded or now)
    used = story.notebook.metadata.get("papermill", {}).get("parameters") or section
    used = json.loads(json.dumps(used))  # plain dicts, as YAML wants them
    lenders = [
        folder / name
        for folder, name in (
            (results.parent, settings.get("model_from")),
            (root / "results", used.get("tables_of")),
        )
        if name
    ]
    return Origin(
        facts={name: fact for name, fact in facts.items() if fact},
        recorded=bool(recorded),
        parameters={name: written(value) for name, value in used.items() if name != "out_dir"},
        inputs=own_photos(used) + read_inputs(story.name, results, lenders, story.finished),
    )


def facts_of_all(stories: list[Story], now: dict[str, str]) -> dict[str, str]:
    """The facts of several notebooks together; where they differ, each that was found."""
    facts = [recorded_facts(story.notebook) or now for story in stories]
    names = dict.fromkeys(name for found in facts for name in found)
    return {n: "; ".join(dict.fromkeys(f[n] for f in facts if n in f)) for n in names}


def written(value: Any) -> str:
    """A parameter's value as a study file writes it.

    >>> written({"levels": [1, 2], "name": None})
    '{levels: [1, 2], name: null}'
    """
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True
    )
    return text.strip().removesuffix("...").strip()
