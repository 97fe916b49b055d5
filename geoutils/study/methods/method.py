"""A method: something trained, and the way in which its answer becomes a point."""

from dataclasses import dataclass

SYSTEMS = ("SemP", "Kordopatis et al.", "CPlaNet", "GeoDecoder", "Loria", "baseline")


@dataclass(frozen=True)
class Method:
    """One row of the study's tables.

    `name` is the stem of its prediction files, `label` what tables and figures print, `system` one
    of SYSTEMS, `recipe` what was trained. `answer` says how a point comes of it: "f" (the finest
    level's best cell), "f_star" (of all levels together), "point" (a mixture's strongest
    component), "normalised" or "simple" (combined sets), "set_1" … (a set alone), "nearest"
    (retrieval alone), "raw" (the same by the backbone's features), "swc" (search within the cell
    of `base`, the answer that it starts from).
    """

    name: str
    label: str
    system: str
    recipe: str
    answer: str
    base: str = ""

    def __post_init__(self):
        if self.system not in SYSTEMS:
            raise ValueError(f"system: {self.system!r}; expected one of {', '.join(SYSTEMS)}")
        if bool(self.base) != (self.answer == "swc"):
            raise ValueError(f"base: {self.base!r}; expected an answer for swc alone")

    @property
    def sentence(self) -> str:
        """What the method does with a photo, in a few words."""
        if self.answer == "swc":
            return f"{_HOW[self.base]}; in it the ten most similar photos, their largest cluster"
        if self.answer.startswith("set_"):
            return f"best class of set {self.answer.removeprefix('set_')} alone"
        return _HOW[self.answer]


_HOW = {
    "f": "best cell of the finest level",
    "f_star": "best finest cell by the product over all levels",
    "point": "centre of the mixture's strongest component",
    "normalised": "best ground by the sum of all sets' scores, each over its class's size",
    "simple": "best ground by the plain sum of all sets' scores",
    "nearest": "position of the most similar background photo",
    "raw": "position of the background photo of the most similar features",
}
