"""What a download may ask of servers, and what it bears."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How long, how often and how much is asked for.

    `timeout_s` is how long a server may be silent, `max_bytes` the size of the largest photo,
    `attempts` how often a photo is asked for, `first_wait_s` the pause before the second time (each
    later one is twice as long), `per_host` the number of requests to one host at a time. A host
    that refuses or is not there gets pauses of up to a minute, and after `patience` of them in a
    row (fewer, as long as no host at all has ever answered) is left alone for the rest of the run.
    """

    timeout_s: int | float = 20
    max_bytes: int = 50_000_000
    attempts: int = 5
    first_wait_s: int | float = 1
    per_host: int = 8
    patience: int = 15
