"""Numbers with what they count, as messages say them."""


def counted(n: int, what: str) -> str:
    """A number and what there is so much of, one or more.

    >>> counted(1, "photo"), counted(2000, "shard")
    ('1 photo', '2,000 shards')
    """
    return f"{n:,} {what}{'' if n == 1 else 's'}"
