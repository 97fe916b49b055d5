"""The whole report of a study, from its executed notebooks and what they recorded."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from geoutils.files import replacing
from geoutils.study.provenance import facts_of_now
from geoutils.study.report.body import body
from geoutils.study.report.cells import Story, read_story
from geoutils.study.report.exhibits import PAGE, exhibits_page
from geoutils.study.report.index import Site, index_page
from geoutils.study.report.layout import render
from geoutils.study.report.maps import map_parts
from geoutils.study.report.origin import Origin, origin_of
from geoutils.study.report.side_by_side import made
from geoutils.study.run import recorded_settings, settings_in_force
from geoutils.study.settings import read_study


def build_report(root: Path, study: str, out_dir: str = "") -> Path:
    """Write the HTML report of a study; return the path of its first page.

    Raises ValueError for an unknown study, or one none of whose notebooks has been run.
    """
    base = Path(out_dir).resolve() if out_dir else root
    settings = settings_in_force(root, study, base)
    if (base / "results" / study / "settings.yaml").exists():
        settings = recorded_settings(base, study)
    return write_report(base / "results" / study, base / "figures" / study, settings, root)


def write_report(results: Path, figures: Path, settings: dict[str, Any], root: Path) -> Path:
    """Write the report of one results folder into its `report/`; return its first page.

    `settings` are the study file's contents. All pages are made before the first is written, each
    replaces its predecessor whole, the first page comes last, and pages that are no longer made
    are removed.
    """
    notebooks = executed_notebooks(results)
    site = _site(results.name, settings, root)
    pages = frozenset(notebooks)
    stories = [
        read_story(name, nbformat.read(path, as_version=4), figures, pages)
        for name, path in notebooks.items()
    ]
    now = facts_of_now(root)
    makers: dict[str, Callable[[], str]] = {}
    for story in stories:
        origin = origin_of(story, results, settings, root, now)
        makers[f"{story.name}.html"] = partial(notebook_page, site, story, stories, origin)
    makers[f"{PAGE}.html"] = partial(exhibits_page, site, stories, results, figures)
    makers["index.html"] = partial(index_page, site, stories, results, figures, settings, now)
    documents = made(makers)
    folder = results / "report"
    for name, html in documents.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(html, encoding="utf-8")
    for stale in set(folder.glob("*.html")) - {folder / name for name in documents}:
        stale.unlink()
    return folder / "index.html"


def _site(study: str, settings: dict[str, Any], root: Path) -> Site:
    trained_in = settings.get("model_from", study)
    borrowed = trained_in != study
    return Site(
        study=study,
        title=settings.get("title", study),
        about=settings.get("about", ""),
        rendered=settings.get("rendered", False),
        model_from=trained_in if borrowed else "",
        model_rendered=borrowed and read_study(root, trained_in).get("rendered", False),
    )


def executed_notebooks(results: Path) -> dict[str, Path]:
    """Executed notebooks by name, in reading order; of one that failed, the copy that shows how."""
    folder = results / "notebooks"
    found = {
        path.name.removesuffix(".ipynb").removesuffix(".failed"): path
        for path in sorted(folder.glob("[0-9]*.ipynb"))
    }
    for path in folder.glob("[0-9]*.failed.ipynb"):
        found[path.name.removesuffix(".failed.ipynb")] = path
    if not found:
        raise ValueError(f"study: no executed notebooks in {folder}; run the study first")
    return dict(sorted(found.items()))


def notebook_page(site: Site, story: Story, stories: list[Story], origin: Origin) -> str:
    """The page of one notebook, which knows its neighbours, as an HTML document."""
    place = stories.index(story)
    return render(
        "page.html.j2",
        site=site,
        story=story,
        stories=stories,
        page=story.name,
        origin=origin,
        previous=stories[place - 1] if place else None,
        next=stories[place + 1] if place + 1 < len(stories) else None,
        maps=map_parts(story),
        body=body(story, frozenset(other.name for other in stories)),
    )
