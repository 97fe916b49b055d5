"""Everything that decides how a model is trained, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from numbers import Real
from typing import Any

from geoutils.known_names import known_name
from geoutils.training.augmentation.settings import Augmentation
from geoutils.whole import checked_whole

CHOICES = {
    "optimizer": ("adamw", "adam", "sgd", "rmsprop"),
    "schedule": ("cosine", "step", "plateau", "constant"),
    "loss": ("sum", "mean"),
    "precision": ("auto", "fp32", "bf16", "fastest"),
}
FLAGS = ("decay_all", "compile")
WHOLE = ("epochs", "batch_size", "plateau_patience")  # from 1 on
WHOLE_OR_NONE = ("patience", "micro_batch", "threads", "checkpoint_steps")
NUMBERS = ("learning_rate", "weight_decay", "momentum", "warmup_epochs", "step_factor")
POSITIVE = ("learning_rate", "step_factor")


@dataclass(frozen=True)
class Preset:
    """Settings of one training run; two runs of equal settings and data give equal weights.

    Epochs are counted, never seconds, so that a slow machine trains the same model.
    Raises ValueError for a value that means nothing.
    """

    epochs: int = 12
    batch_size: int = 128  # of all processes together; pairs, for a head that learns from pairs
    micro_batch: int | None = None  # photos per forward pass where a whole batch does not fit
    optimizer: str = "adamw"
    learning_rate: Real = 3e-3  # the highest; the schedule says when
    weight_decay: Real = 0.05  # on matrices and kernels, not on biases and norms ...
    decay_all: bool = False  # ... unless this is set, as in the papers
    momentum: Real = 0.9  # of sgd
    schedule: str = "cosine"  # to zero; or steps, or plateaus (see below); or constant
    warmup_epochs: Real = 1.0  # the rate climbs from zero this long
    milestones: tuple[int, ...] = ()  # step: epochs done before each fall of the rate
    plateau_patience: int = 3  # plateau: epochs without a better validation loss before each fall
    step_factor: Real = 0.5  # what the rate is multiplied by when it falls
    patience: int | None = None  # epochs without a better validation loss before the run stops
    loss: str = "mean"  # how the terms of the loss are joined, each ...
    term_weights: tuple[Real, ...] = ()  # ... with its weight, one per term; none: all the same
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0  # order of photos, augmentation, dropout; the model has its own
    threads: int | None = None  # of a CPU; None: time a few steps, then decide once
    precision: str = "auto"  # auto: bf16 on a GPU, fp32 on a CPU; fastest: time both
    compile: bool = False  # let torch.compile make faster code of the model, at the start
    checkpoint_steps: int | None = None  # save the state this often too, not only each epoch

    def __post_init__(self):
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: {getattr(self, name)!r}; expected {' or '.join(known)}")
        for name in (*WHOLE, *WHOLE_OR_NONE):
            if getattr(self, name) is not None or name in WHOLE:
                checked_whole(getattr(self, name), name)
        for name in NUMBERS:
            _check_number(name, getattr(self, name))
        for milestone in self.milestones:
            checked_whole(milestone, "milestones")
        for weight in self.term_weights:
            _check_number("term_weights", weight)
        if self.term_weights and not sum(self.term_weights):
            raise ValueError(f"term_weights: {self.term_weights}; expected one above 0")
        if not self.momentum < 1:
            raise ValueError(f"momentum: {self.momentum}; expected 0 up to below 1")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Preset":
        """Preset of a mapping, as `settings` gives and study files have it.

        Raises ValueError for a name that it does not have, naming near matches.

        >>> Preset.of({"epochs": 3, "augmentation": {"shift": 0.1}}).augmentation.shift
        0.1
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            known_name("preset", name, known)
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        _check_kinds(values)
        if isinstance(values.get("augmentation"), Mapping):
            try:
                values["augmentation"] = Augmentation.of(values["augmentation"])
            except TypeError as error:  # a word where a number should be
                raise ValueError(f"augmentation: {values['augmentation']} ({error})") from None
        return cls(**values)

    @property
    def settings(self) -> dict[str, Any]:
        """Names and values, as JSON keeps them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["augmentation"] = self.augmentation.settings
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _check_kinds(values: Mapping[str, Any]) -> None:
    """Whether values of a study file are of the kind that their fields hold."""
    weights = values.get("term_weights", ())
    several = weights if isinstance(weights, tuple) else ()
    numbers = [(name, values[name]) for name in NUMBERS if name in values]
    for name, value in [*numbers, *(("term_weights", weight) for weight in several)]:
        if not isinstance(value, Real) or isinstance(value, bool):
            raise ValueError(f"{name}: {value!r}; expected a number (in YAML 1.0e-4, never 1e-4)")
    kinds = {name: (bool, "true or false") for name in FLAGS}
    kinds |= {name: (tuple, "a list") for name in ("milestones", "term_weights")}
    kinds["augmentation"] = (Mapping | Augmentation, "a mapping")
    for name, (kind, expected) in kinds.items():
        if name in values and not isinstance(values[name], kind):
            raise ValueError(f"{name}: {values[name]!r}; expected {expected}")


def _check_number(name: str, value: Real) -> None:
    if not isfinite(value) or value < 0 or (value == 0 and name in POSITIVE):
        expected = "more than 0" if name in POSITIVE else "0 or more"
        raise ValueError(f"{name}: {value}; expected {expected}")
