"""A thousand uploads in a row through the demo's page, every tenth one bad: time and memory.

What the browser's widget hands over is handed to the page itself; every good photo is answered in
full (map, cells, saliency, words), by one method of a finished default study. The exit status is 1
if a bad file gets anything but a sentence, a good one no answer, something is logged, or the
process grows by more than the aim over the second half of the uploads: a leak grows there as it
does anywhere, while caches and the allocator have filled in the first.
Run: python benchmarks/demo_uploads.py [number of uploads]
"""

import io
import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np
from PIL import Image

from geoutils.demo.page import Page
from geoutils.demo.study import open_study

AIM_MB = 50
ROOT = Path(__file__).parents[1]


class Heard(logging.Handler):
    """Counts what is logged."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def encoded(seed: int, kind: str) -> bytes:
    """A picture of coloured noise, as large as those of a telephone are when they are sent."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (24, 32, 3)).astype(np.uint8))
    buffer = io.BytesIO()
    small.resize((1024, 768)).save(buffer, kind)
    return buffer.getvalue()


def files() -> tuple[list[bytes], list[bytes]]:
    """Good files of every format, and bad ones of several kinds."""
    good = [encoded(seed, kind) for seed, kind in enumerate(("JPEG", "PNG", "WEBP") * 3)]
    bad = [b"", b"a text" * 100, good[0][:3000], good[1][:3000], encoded(9, "GIF")]
    return good, bad


def resident_mb() -> float:
    """Memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(n_uploads: int) -> int:
    heard = Heard()
    logging.getLogger().addHandler(heard)
    page = Page(open_study("default", os.environ.get("OUT_DIR", ""), ROOT), seed=0)
    page.chosen.value = page.chosen.value[:1]
    (name,) = page.chosen.value
    good, bad = files()
    wrong, seconds, memory = 0, [], []
    for number in range(n_uploads):
        is_bad = number % 10 == 9
        data = bad[number // 10 % len(bad)] if is_bad else good[number % len(good)]
        told = {"name": "photo.jpg", "type": "", "size": len(data)}
        upload = told | {"last_modified": datetime.now(UTC), "content": memoryview(data)}
        started = time.perf_counter()
        page.uploader.value = (upload,)
        seconds.append(time.perf_counter() - started)
        answered = "demo-frame" in page.cards[name].value
        refused = "demo-message" in page.about.value and not page.cards[name].value
        wrong += not (refused if is_bad else answered)
        memory.append(resident_mb())
        if number % 100 == 99:
            print(f"{number + 1:5} uploads, {memory[-1]:,.0f} MB", flush=True)
    first_half, growth = np.diff([memory[at] for at in (0, n_uploads // 2, -1)])
    print(f"median {np.median(seconds):.2f} s, slowest {max(seconds):.2f} s")
    print(f"wrong answers {wrong}, logged {len(heard.records)}")
    print(f"grown by {first_half:.0f} MB in the first half, {growth:.0f} MB in the second")
    return int(wrong > 0 or bool(heard.records) or growth > AIM_MB)


if __name__ == "__main__":
    try:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
    except ValueError as error:
        print(error)  # no finished study, nothing to measure
