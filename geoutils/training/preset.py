"""Everything that decides how a model is trained, as data."""

from dataclasses import dataclass, fields
from numbers import Real

CHOICES = {
    "optimizer": ("adamw", "sgd"),
    "schedule": ("cosine", "step"),
    "loss": ("sum", "mean"),
    "precision": ("auto", "fp32", "bf16", "fastest"),
}


@dataclass(frozen=True)
class Preset:
    """Settings of one training run; two runs of equal settings and data give equal weights.

    Epochs are counted, never seconds, so that a slow machine trains the same model.
    Raises ValueError for a value that means nothing.
    """

    epochs: int = 12
    batch_size: int = 128
    optimizer: str = "adamw"
    learning_rate: Real = 3e-3  # the highest; the schedule says when
    weight_decay: Real = 0.05  # on matrices and kernels, not on biases and norms
    momentum: Real = 0.9  # of sgd
    schedule: str = "cosine"  # to zero; or step: times `step_factor` at each of `milestones`
    warmup_epochs: Real = 1.0  # the rate climbs from zero this long
    milestones: tuple[int, ...] = ()  # epochs done before each step down
    step_factor: Real = 0.5
    loss: str = "mean"  # how the levels' cross-entropies are joined
    label_smoothing: Real = 0.0
    shift: Real = 0.0  # photos move by up to this share of their side, both ways
    color_jitter: Real = 0.0  # gain per channel, contrast, saturation within 1 ± this
    seed: int = 0  # order of photos and augmentation; the model has its own
    threads: int | None = None  # of a CPU; None: time a few steps, then decide once
    precision: str = "auto"  # auto: bf16 on a GPU, fp32 on a CPU; fastest: time both
    checkpoint_steps: int | None = None  # save the state this often too, not only each epoch

    def __post_init__(self):
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: {getattr(self, name)!r}; expected {' or '.join(known)}")
        for name in ("epochs", "batch_size", "threads", "checkpoint_steps"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name}: {value}; expected 1 or more")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate: {self.learning_rate}; expected more than 0")
        for name in ("weight_decay", "warmup_epochs"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name}: {getattr(self, name)}; expected 0 or more")
        for name in ("label_smoothing", "shift", "color_jitter", "momentum"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)}; expected 0 up to below 1")

    @property
    def settings(self) -> dict:
        """Names and values, as JSON keeps them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"milestones": list(self.milestones)}
