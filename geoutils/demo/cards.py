"""What the page says of one photo, as HTML: a card for the photo, and one for each method."""

from html import escape

import numpy as np
import pandas as pd

from geoutils.demo.frames import framed
from geoutils.demo.locator import Placement
from geoutils.demo.photo import DemoPhoto
from geoutils.demo.pictures import photo_url, points_url, saliency_url
from geoutils.demo.reasons import EXPLAINERS, Reasons
from geoutils.plots.interactive_map.drawing import interactive_map
from geoutils.plots.labels import unbroken
from geoutils.plots.neighbours import kilometres
from geoutils.plots.percent import probability_text
from geoutils.plots.prediction_cells import PredictionCells
from geoutils.sphere import great_circle_km

N_LISTED = 5
NO_CONCEPTS = (
    "Which concepts these pixels belong to is not known here: there is no segmentation of this "
    "photo. Start the demo with one (<code>make demo SEGMENTER=model</code>) for a table."
)


def photo_card(photo: DemoPhoto, truth: str) -> str:
    """The square that the networks see, and what is known of its place."""
    kind = "Drawn by the renderer; its place is real." if photo.is_drawn else ""
    side = len(photo.pixels)
    seen = f"Networks see this square, the middle of the photo, in {side} × {side} pixels."
    return (
        '<section class="demo-card demo-photo">'
        f'<img class="demo-picture" src="{photo_url(photo.shown)}" alt="The photo">'
        f"<div><p>{truth}</p><p class='demo-note'>{kind} {seen}</p></div></section>"
    )


def truth_line(photo: DemoPhoto, wanted: bool) -> str:
    """What the page says of the true place, which of an upload it does only where it is wanted."""
    if photo.truth_deg is not None and wanted:
        latitude, longitude = photo.truth_deg
        north, east = "NS"[latitude < 0], "EW"[longitude < 0]
        place = f"{abs(latitude):.3f}° {north}, {abs(longitude):.3f}° {east}"
        return f"<b>True place:</b> {place}"
    if wanted and photo.truth_problem:
        return f"The true place is not known: {escape(photo.truth_problem)}."
    return "The true place is not shown." if not wanted else "The true place is not known."


def method_card(
    placement: Placement,
    reasons: Reasons,
    photo: DemoPhoto,
    truth_deg: tuple[float, float] | None,
    explainer: str,
) -> str:
    """One method's answer: words, map, likeliest cells, saliency, and the concepts below it."""
    method = placement.method
    saliency = saliency_url(_seen(photo, placement), reasons.saliency)
    concepts = reasons.concepts
    return (
        f'<section class="demo-card"><h3>{escape(method.label)}</h3>'
        f'<p class="demo-note">{escape(method.sentence)}</p>'
        f"<p>{escape(unbroken(reasons.words))} {_off(placement, truth_deg)}</p>"
        f'<div class="demo-map">{_map(placement, truth_deg)}</div>'
        f'<div class="demo-parts"><div>{_places(placement)}</div>'
        f'<figure><img class="demo-picture" src="{saliency}" alt="Saliency over the photo">'
        f"<figcaption>What spoke for this answer by {EXPLAINERS[explainer]}, glowing over the grey "
        "photo.</figcaption></figure>"
        f"<div>{NO_CONCEPTS if concepts is None else _concepts(concepts)}</div></div></section>"
    )


def sentence_card(title: str, sentence: str) -> str:
    """A card with nothing but a sentence: what is wrong, or what to wait for."""
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    return f'<section class="demo-card demo-message">{heading}<p>{escape(sentence)}</p></section>'


def _seen(photo: DemoPhoto, placement: Placement) -> np.ndarray:
    """The part of the large photo that the network was shown."""
    share = placement.images.shape[2] / len(photo.pixels)
    edge = round(len(photo.shown) * (1 - share) / 2)
    return photo.shown[edge : len(photo.shown) - edge, edge : len(photo.shown) - edge]


def _off(placement: Placement, truth_deg: tuple[float, float] | None) -> str:
    if truth_deg is None:
        return ""
    [off_km] = great_circle_km(np.array([truth_deg]), placement.latlon_deg)
    return f"<b>{kilometres(float(off_km))} off.</b>"


def _map(placement: Placement, truth_deg: tuple[float, float] | None) -> str:
    if placement.top is None:
        url = points_url(placement.neighbours_deg, placement.latlon_deg, truth_deg)
        return f'<img class="demo-world" src="{url}" alt="World map of the answer">'
    truth = None if truth_deg is None else np.array(truth_deg)
    drawn = interactive_map(placement.top, truth)
    return framed(drawn._repr_html_(), f"Map by {placement.method.label}")


def _places(placement: Placement) -> str:
    top, n = placement.top, len(placement.neighbours_deg)
    searched = f"<p class='demo-note'>Its point is the mean of {n} similar photos.</p>" if n else ""
    if top is None:
        return "<p>Retrieval gives no probabilities: it names the place of a photo.</p>"
    named = "<p class='demo-note'>The sentence above adds up cells of one name.</p>"
    return _table(("cell", "probability"), _rows(top)) + named + searched


def _rows(top: PredictionCells) -> list[tuple[str, str]]:
    first = zip(top.names[:N_LISTED], top.probabilities[:N_LISTED], strict=True)
    return [(name, probability_text(float(share))) for name, share in first]


def _concepts(concepts: pd.DataFrame) -> str:
    if not len(concepts):
        return "<p>No concept covers 5 % of the photo, the least that is scored.</p>"
    rows = [
        (row.concept, f"{row.share:.0%}", f"{row.influence:.1f}", f"{row.edges:.1f}")
        for row in concepts.itertuples()
    ]
    heads = ("concept", "of the photo", "ci", "of edges")
    note = "ci 1 is what its area lets one expect; the last column is the photo's plain edge map's."
    return _table(heads, rows) + f"<p class='demo-note'>{note}</p>"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
