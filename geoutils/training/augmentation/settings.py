"""What augmentation may do to a photo, as data.

The study's own presets never mirror a photo: which side of the road cars drive on, which way
shadows fall and what is written on signs tell where it was taken, and a mirror image says something
false. The papers mirrored theirs, and one turned them upside down; their presets do as they did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

from geoutils.known_names import known_name

CHANGES = ("turn", "flip", "color")


@dataclass(frozen=True)
class Augmentation:
    """How far a photo's position, outline and colours may change each time it is seen.

    The order is: rotate, crop (or shift), flip, colours. Edge pixels repeat where a photo ends.
    Raises ValueError for a value that means nothing.
    """

    shift: Real = 0.0  # moves by up to this share of height and width, both ways
    color_jitter: Real = 0.0  # gain, contrast and saturation within 1 ± this
    tint: bool = True  # each colour has its own gain; false: all the same (brightness)
    hue: Real = 0.0  # colours turn about grey by up to this share of a full turn, both ways
    crop_px: int | None = None  # side of the square that the network sees; None: the whole photo
    crop_area: Real = 1.0  # least share of the area in a crop of random size; 1: size is fixed
    crop_aspect: tuple[Real, ...] = (3 / 4, 4 / 3)  # width / height of such a crop, within
    flip: bool = False  # left and right change places in every second photo
    rotate_deg: tuple[Real, ...] = (0.0, 0.0)  # counter-clockwise, from … to
    one_of: tuple[str, ...] = ()  # every second photo gets one of: turn (k · 90°), flip, color

    def __post_init__(self):
        for name in ("shift", "color_jitter"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)}; expected 0 up to below 1")
        if not 0 <= self.hue <= 0.5:
            raise ValueError(f"hue: {self.hue}; expected 0 to 0.5 (of a full turn)")
        if not 0 < self.crop_area <= 1:
            raise ValueError(f"crop_area: {self.crop_area}; expected more than 0, up to 1")
        if self.crop_px is not None and self.crop_px < 1:
            raise ValueError(f"crop_px: {self.crop_px}; expected 1 or more, or None")
        for name, least in (("crop_aspect", 1e-3), ("rotate_deg", -180)):
            _check_range(name, getattr(self, name), least)
        if self.shift and self.crop_area < 1:
            raise ValueError(
                f"shift: {self.shift} together with crop_area: {self.crop_area}; "
                "crops of random size already move"
            )
        for change in self.one_of:
            if change not in CHANGES:
                raise ValueError(f"one_of: {change!r}; expected {', '.join(CHANGES)}")
        if "color" in self.one_of and not (self.color_jitter or self.hue):
            raise ValueError("one_of: 'color' needs color_jitter or hue above 0")

    @property
    def settings(self) -> dict[str, Any]:
        """Names and values, as JSON keeps them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Augmentation":
        """Augmentation of a mapping, as `settings` gives and study files have it.

        Raises ValueError for a name that it does not have.

        >>> Augmentation.of({"crop_px": 224, "rotate_deg": [1, 15]}).rotate_deg
        (1, 15)
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            known_name("augmentation", name, known)
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def _check_range(name: str, values: tuple[Real, ...], least: Real) -> None:
    if len(values) != 2 or not least <= values[0] <= values[1]:
        raise ValueError(f"{name}: {values}; expected (least, most), from {least} up")
