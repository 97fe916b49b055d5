"""What an interactive map shows, as plain data that a notebook can keep and a report can draw."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.known_names import known_name
from geoutils.plots.cell_opacity import density_opacity, even_opacity, thesis_opacity
from geoutils.plots.interactive_map.ground import script, style_sheet, world_markup
from geoutils.plots.interactive_map.markup import SHADING_LABELS, map_figure
from geoutils.plots.interactive_map.svg_paths import dot_path, line_path, map_points, rings_path
from geoutils.plots.map_type import MAP_TYPE
from geoutils.plots.prediction_cells import PredictionCells
from geoutils.sphere import great_circle_km, great_circle_path

LINE_POINTS = 181


@dataclass(frozen=True, eq=False)
class InteractiveMap:
    """A map that can be zoomed, panned and asked; `contents` are strings, numbers, lists, dicts.

    A notebook that displays it keeps both the finished HTML, for itself, and `contents`: the
    report takes no script from a notebook, so it draws the map anew from those.
    """

    contents: dict[str, Any]

    def _repr_html_(self) -> str:
        """Everything that the map needs, for a page that knows nothing of it."""
        return (
            f"<style>{style_sheet()}</style>{world_markup()}{map_figure(self.contents)}"
            f"<script>\n{script()}\n</script>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return {
            "text/html": self._repr_html_(),
            "text/plain": self.contents["alt"],
            MAP_TYPE: self.contents,
        }


def interactive_map(
    prediction: PredictionCells,
    truth_deg: Real[ndarray, " 2"] | None = None,
    shading: str = "even",
) -> InteractiveMap:
    """Map of a prediction's cells, its answer and the truth, for a notebook or the report.

    `shading`, which a reader can change, is "even", "thesis" or "density" (`cell_opacity`). A
    truth that is not finite is none. ValueError for an unknown shading.
    """
    known_name("shading", shading, SHADING_LABELS)
    p, point = prediction.probabilities, prediction.point_deg
    opacities = {"even": even_opacity(p), "thesis": thesis_opacity(p)}
    if prediction.photos is not None:
        opacities["density"] = density_opacity(p, prediction.photos, prediction.areas_km2)
    elif shading == "density":
        raise ValueError(f"shading: 'density', but nobody counted the photos of {prediction.title}")
    contents: dict[str, Any] = {"title": prediction.title, "shading": shading}
    contents["cells"] = [_cell(prediction, k, opacities) for k in range(len(prediction))]
    contents["answer"] = _place(point)
    contents["truth"] = contents["line"] = contents["distance_km"] = None
    if truth_deg is not None and np.isfinite(truth_deg).all():
        truth = np.asarray(truth_deg, dtype=np.float64)
        path = great_circle_path(truth[None], point[None], LINE_POINTS)[0]
        contents["truth"], contents["line"] = _place(truth), line_path(path)
        contents["distance_km"] = float(great_circle_km(truth[None], point[None])[0])
    contents["alt"] = _alt(contents)
    return InteractiveMap(contents)


def _cell(
    prediction: PredictionCells, k: int, opacities: dict[str, Float[ndarray, " cells"]]
) -> dict[str, Any]:
    """All that the map says of its k-th likeliest cell."""
    center = map_points(prediction.centers_deg[k : k + 1])[0]
    path = rings_path(prediction.rings[k])
    return {
        "name": prediction.names[k],
        "level": prediction.levels[k],
        "photos": None if prediction.photos is None else int(prediction.photos[k]),
        "probability": float(prediction.probabilities[k]),
        "dot": not path,
        "path": path or dot_path(center),
        "opacity": {name: round(float(values[k]), 3) for name, values in opacities.items()},
    }


def _place(latlon_deg: Float[ndarray, " 2"]) -> dict[str, Any]:
    """A location in words and as a dot."""
    latitude, longitude = latlon_deg.tolist()
    north, east = "NS"[latitude < 0], "EW"[longitude < 0]
    text = f"{abs(latitude):.3f}° {north}, {abs(longitude):.3f}° {east}"
    return {"text": text, "path": dot_path(map_points(latlon_deg[None])[0])}


def _alt(contents: dict[str, Any]) -> str:
    """The map in a sentence."""
    first = contents["cells"][0]
    off = contents["distance_km"]
    return (
        f"World map of the {len(contents['cells'])} likeliest cells of {contents['title']}; "
        f"likeliest is {first['name']}, {100 * first['probability']:.2g} %"
        + (f"; the answer lies {off:,.0f} km from the truth" if off is not None else "")
        + "."
    )
