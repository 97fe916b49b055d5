"""The HTML of an interactive map; every text that comes from data is escaped here."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from geoutils.known_names import known_name
from geoutils.plots.interactive_map.svg_paths import HEIGHT, WIDTH
from geoutils.plots.neighbours import kilometres
from geoutils.plots.percent import probability_text

SHADING_LABELS = {
    "even": "all cells, by probability",
    "thesis": "from 5 %, opaque from 20 %",
    "density": "from 5 %, less where photos are sparse",
}


def map_figure(contents: Mapping[str, Any], caption: str = "") -> str:
    """One map as a `<figure>`, for a page that holds the world, the style sheet and the script.

    Without the script it is a still picture whose cells a mouse can ask. `caption` is HTML that
    stands first below it; `contents` are `InteractiveMap`'s.
    """
    cells = contents["cells"]
    truth, line, answer = contents["truth"], contents["line"], contents["answer"]
    marks = f'<path class="geo-map-line" d="{_text(line)}"/>' if line else ""
    if truth:
        marks += _mark("truth", f"True place: {truth['text']}", truth["path"], 2)
    marks += _mark("answer", f"Answer: {answer['text']}", answer["path"], 3)
    known = {name: label for name, label in SHADING_LABELS.items() if name in cells[0]["opacity"]}
    shading = known_name("shading", contents["shading"], known)
    shapes = "".join(_shape(k, cells[k], shading, known) for k in range(len(cells))[::-1])
    return (
        f'<figure class="geo-map" data-shading="{shading}" '
        f'data-shadings="{_text(json.dumps(known))}" data-lm-suppress-shortcuts="true">'
        '<div class="geo-map-frame">'
        f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.1f}" role="group" tabindex="0" '
        f'aria-label="{_text(contents["alt"])}"><g class="geo-map-ground">'
        '<use class="geo-map-sea" href="#geo-map-sea"/>'
        '<use class="geo-map-land" href="#geo-map-land"/>'
        f'<g class="geo-map-cells">{shapes}</g>'
        f'<use class="geo-map-borders" href="#geo-map-borders"/>{marks}</g></svg></div>'
        f"<figcaption>{f'<p>{caption}</p>' if caption else ''}{_legend(contents)}"
        f"{_table(contents)}</figcaption></figure>"
    )


def _shape(rank: int, cell: Mapping[str, Any], shading: str, shadings: Iterable[str]) -> str:
    """A cell on the map; its facts are its label, which the script shows line by line."""
    facts = [
        f"{rank + 1}. {cell['name']}",
        probability_text(float(cell["probability"])),
        *([str(cell["level"])] if cell["level"] else []),
        *([_photos(cell["photos"])] if cell["photos"] is not None else []),
    ]
    opacity = {name: float(cell["opacity"][name]) for name in shadings}
    data = "".join(f' data-{name}="{value:g}"' for name, value in opacity.items())
    drawn = opacity[shading]
    kind = "dot" if cell["dot"] else "area"
    paint = "stroke-opacity" if cell["dot"] else "fill-opacity"
    return (
        f'<path class="geo-map-{kind}{"" if drawn else " geo-map-off"}" {paint}="{drawn:g}"{data} '
        f'role="img" tabindex="{-1 if rank else 0}" aria-label="{_text(", ".join(facts))}" '
        f'data-facts="{_text(chr(10).join(facts))}" d="{_text(cell["path"])}">'
        f"<title>{_text(chr(10).join(facts))}</title></path>"
    )


def _mark(kind: str, label: str, path: str, layers: int) -> str:
    """A dot of several layers, the widest first: halo, colour, and for a ring its inside."""
    dots = "".join(f'<path class="geo-map-layer-{n}" d="{_text(path)}"/>' for n in range(layers))
    return (
        f'<g class="geo-map-{kind}" role="img" aria-label="{_text(label)}">'
        f"<title>{_text(label)}</title>{dots}</g>"
    )


def _legend(contents: Mapping[str, Any]) -> str:
    off_km = contents["distance_km"]
    title = f"<b>{_text(contents['title'])}</b>" if contents["title"] else ""
    answer = '<span class="geo-map-key geo-map-key-answer"></span>answer'
    truth = '<span class="geo-map-key geo-map-key-truth"></span>true place'
    apart = f"{_text(kilometres(float(off_km)))} apart" if off_km is not None else ""
    parts = [title, answer, *([truth, apart] if contents["truth"] else [])]
    items = "".join(f"<span>{part}</span>" for part in parts if part)
    return f'<p class="geo-map-legend">{items}</p>'


def _table(contents: Mapping[str, Any]) -> str:
    """All cells in words: what the map says to those who do not see it."""
    cells = contents["cells"]
    leveled = any(cell["level"] for cell in cells)
    counted = any(cell["photos"] is not None for cell in cells)
    heads = ["", "Cell", "Probability", *["Level"] * leveled, *["Photos"] * counted]
    numbers = {"", "Probability", "Photos"}
    rows = [[f'<th scope="col"{_right(head in numbers)}>{head}</th>' for head in heads]]
    for rank, cell in enumerate(cells, 1):
        photos = "" if cell["photos"] is None else f"{int(cell['photos']):,}"
        texts = [str(rank), cell["name"], probability_text(float(cell["probability"]))]
        texts += [cell["level"]] * leveled + [photos] * counted
        rows.append(
            [
                f"<td{_right(head in numbers)}>{_text(text)}</td>"
                for head, text in zip(heads, texts, strict=True)
            ]
        )
    lines = [f"<tr>{''.join(row)}</tr>" for row in rows]
    return (
        f"<details><summary>The {len(cells)} cells as a table</summary>"
        f'<div class="geo-map-table" tabindex="0"><table><thead>{lines[0]}</thead>'
        f"<tbody>{''.join(lines[1:])}</tbody></table></div></details>"
    )


def _right(number: bool) -> str:
    return ' class="number"' if number else ""


def _photos(count: int) -> str:
    return f"{int(count):,} training photo{'' if count == 1 else 's'}"


def _text(value: Any) -> str:
    return escape(str(value))
