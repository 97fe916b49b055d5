"""Damage to files, drawn at random by a seed: what readers must survive."""

import time
from collections.abc import Callable, Iterator

import numpy as np

SLOW_S = 2  # seconds of CPU that no small input may take
# What parsers stumble over: ends of numbers, formats' own marks, formulas, markup, other scripts.
TOKENS = [
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b"'", b",", b";", b"\t"),
    *(b"nan", b"-inf", b"1e999", b"-0", b"9" * 400, b"0x1F", b"1_000", b"=1+1", b"@SUM(1)", b"\\"),
    *(
        b"../" * 9,
        b"/etc/passwd",
        b"<script>",
        b"&lt;",
        b"%s%n",
        b"{",
        b"[" * 50,
        b"!!python/object:",
    ),
    *("é".encode(), "１".encode(), "\u202e".encode(), "𝟙".encode(), b"\xc3", b"\xed\xa0\x80"),
    *(b"- *a", b"&a", b": ", b"# ", b"2001-99-99", b"0o9", b"1:99:99", b"<<: *a", b"? ", b"--- "),
]


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """The data with one to four injuries: cut, bytes changed, pieces lost, doubled, put in."""
    for _ in range(rng.integers(1, 5)):
        n = len(data)
        a, b = np.sort(rng.integers(0, n + 1, 2)).tolist()
        kind = rng.integers(0, 6)
        if kind == 0:
            data = data[:b]
        elif kind == 1 and n:
            changed = bytearray(data)
            for place in rng.integers(0, n, rng.integers(1, 9)):
                changed[place] = rng.integers(0, 256)
            data = bytes(changed)
        elif kind == 2:
            data = data[:a] + data[min(b, a + 40) :]
        elif kind == 3:
            data = data[:b] + data[a : min(b, a + 40)] + data[b:]
        else:
            data = data[:a] + TOKENS[rng.integers(len(TOKENS))] + data[a:]
    return data


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """The data with one to four bytes changed: it stays as long, and most of it can be read."""
    changed = bytearray(data)
    for place in rng.integers(0, len(data), rng.integers(1, 5)):
        changed[place] ^= rng.integers(1, 256)
    return bytes(changed)


def survivors(
    sources: list[bytes], read: Callable[[bytes], object], n: int, seed: int = 0
) -> Iterator[object]:
    """What `read` made of `n` injured sources, half of them with no more than changed bytes.

    A ValueError of one line is an answer, and left out. Anything else that is raised comes through,
    with the input that raised it.
    """
    rng = np.random.default_rng(seed)
    for number in range(n):
        source = sources[rng.integers(len(sources))]
        data = (flipped if number % 2 else mutated)(source, rng)
        started = time.process_time()
        try:
            found = read(data)
        except ValueError as error:
            assert str(error) and "\n" not in str(error).strip(), (str(error), data)
            refused = True
        except Exception as error:
            error.add_note(f"input {number} of seed {seed}: {data!r}")
            raise
        else:
            refused = False
        assert time.process_time() - started < SLOW_S, data
        if not refused:
            yield found
