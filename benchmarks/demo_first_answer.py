"""How long does a reader of the demo wait for the first answer, and for what?

A page is made and warmed up, as the demo does before anybody opens it; then a photo is uploaded
and answered in full (map, cells, saliency, words) by the methods chosen at first, on two cores.
The exit status is 1 if the first answer takes longer than the aim.
Run: python benchmarks/demo_first_answer.py
"""

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np
from PIL import Image

from geoutils.demo.page import Page
from geoutils.demo.study import open_study

AIM_S = 3.0
ROOT = Path(__file__).parents[1]


def timed(what: str, work: Callable):
    """Do something, print how long it took, return what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:42} {wall:6.2f} s, {cpu:6.2f} s of CPU")
    return result, wall


def photo() -> bytes:
    """A JPEG of 12 megapixels, as a telephone takes it."""
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (60, 80, 3)).astype(np.uint8))
    buffer = io.BytesIO()
    small.resize((4000, 3000)).save(buffer, "JPEG")
    return buffer.getvalue()


def main() -> int:
    print(f"{'reading the code':42} {'':11}{time.process_time():6.2f} s of CPU")
    out_dir = os.environ.get("OUT_DIR", "")
    study, _ = timed("opening the study", lambda: open_study("default", out_dir, ROOT))
    page, _ = timed("making the page", lambda: Page(study, seed=0))
    timed("warming up, before the page is shown", page.warm_up)
    data = photo()
    _, first = timed("the first answer", lambda: page.upload(data))
    assert all("demo-frame" in page.cards[name].value for name in page.chosen.value)
    timed("the second one", lambda: page.upload(data))
    timed("about a drawn test photo", page.draw)
    for name in page.study.methods:
        page.cards[name].value = ""

        def ask(name: str = name) -> None:
            page.chosen.value = (name,)

        timed(f"by {page.study.methods[name].label} alone", ask)
    print(f"aim: the first answer within {AIM_S:.0f} s; it took {first:.2f} s")
    return int(first > AIM_S)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as error:
        print(error)  # no finished study, nothing to measure
