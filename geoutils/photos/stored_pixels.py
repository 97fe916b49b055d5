"""The photos of a manifest as one array on disk: decoded or rendered once, for `open_pixels`.

Rows stand in the manifest's order. While it is being made the array lies under a hidden name, with
a progress file that lists the finished blocks; an interrupted run goes on from there, and the
final name only ever holds a whole array. A small JSON beside it says what it was made from.
"""

import json
import os
import warnings
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from geoutils.array_files import drop_rows, write_rows
from geoutils.files import replace_synced, replacing
from geoutils.locks import holding
from geoutils.photos.decoded import check_few, decode_rows
from geoutils.photos.drawn import draw_rows, renderer_hash
from geoutils.photos.half_made import HalfMade, finished_blocks, start_anew
from geoutils.photos.in_processes import process_pool
from geoutils.photos.live_pixels import IDENTITY, identity_of
from geoutils.photos.live_record import live_record
from geoutils.photos.lost_list import lost_list
from geoutils.photos.pixels import concepts_path, is_rendered

DRAWN = ("photo", "latitude", "longitude", "author", "seed")  # columns that a drawing depends on
BLOCK = 256  # photos in one task, and between two lines of progress


def write_pixels(
    manifest: pd.DataFrame, path: str | Path, size: int, workers: int | None = None
) -> pd.DataFrame:
    """Write all photos as uint8 (photos, size, size, 3) to `path` (…/64px.npy), with progress.

    Photos on disk are decoded by threads; rendered ones are drawn by processes, and their concept
    maps (ADE20K index per pixel) go to …/64px_concepts.npy. `workers` defaults to all cores. What
    is there already, made from the same photos by the same renderer, is left alone; an interrupted
    run goes on where it stopped, and two at once wait for each other. Returns the photos (columns
    photo, reason) that could not be read, as one deleted since it was listed: the array has no row
    for them. Raises ValueError where they are more than a few, since then a disk may be missing.
    """
    path = Path(path)
    rendered = is_rendered(manifest)
    targets = [HalfMade(path, (size, size, 3))]
    if rendered:
        targets.append(HalfMade(concepts_path(path), (size, size)))
    recipe = _recipe(manifest, size, rendered)
    with holding(path.parent):
        made = _made(path, recipe)
        if made is None or not all(target.final.is_file() for target in targets):
            made = _make(manifest, path, targets, recipe, workers or os.cpu_count() or 1)
        for other in (live_record(path), lost_list(path)):
            other.unlink(missing_ok=True)
    return pd.DataFrame(made.items(), columns=["photo", "reason"], dtype="str")


def _make(
    manifest: pd.DataFrame,
    path: Path,
    targets: list[HalfMade],
    recipe: dict[str, object],
    workers: int,
) -> dict[str, str]:
    """Make the arrays, or what is missing of them; why photos were lost, by name."""
    progress = path.with_name(f".{path.stem}.progress")
    heading = json.dumps(recipe | {"block": BLOCK})
    done = finished_blocks(progress, heading, targets)
    if done is None:
        done = start_anew(progress, heading, targets, len(manifest))
    lost = _make_blocks(manifest, targets, recipe["size"], workers, progress, done)
    told = dict(zip(manifest["photo"].iloc[list(lost)], lost.values(), strict=True))
    path.with_suffix(".json").unlink(missing_ok=True)
    if lost:
        progress.unlink()  # from here on the array is of no use to whoever goes on
        for target in targets:
            drop_rows(target.partial, list(lost))
    for target in targets:
        replace_synced(target.partial, target.final)
    with replacing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(recipe | ({"lost": told} if told else {}), indent=1) + "\n")
    progress.unlink(missing_ok=True)
    return told


def _recipe(manifest: pd.DataFrame, size: int, rendered: bool) -> dict[str, object]:
    """What the pixels depend on: the photos, their size and, for rendered ones, the renderer."""
    rows = identity_of(manifest, DRAWN if rendered else IDENTITY)
    recipe = {"photos": len(manifest), "size": size, "rows": rows}
    return recipe | ({"renderer": renderer_hash()} if rendered else {})


def _made(path: Path, recipe: dict[str, object]) -> dict[str, str] | None:
    """What was lost when the pixels of this recipe were made; None where they were not."""
    try:
        found = json.loads(path.with_suffix(".json").read_text())
        lost = found.pop("lost", {})
    except (OSError, ValueError, AttributeError):
        return None
    return lost if found == recipe else None


def _make_blocks(
    manifest: pd.DataFrame,
    targets: list[HalfMade],
    size: int,
    workers: int,
    progress: Path,
    done: list[int],
) -> dict[int, str]:
    """Make the missing blocks in parallel; each is on disk before its line of progress is.

    Why photos were lost, by row. A block with such a photo gets no line: a run that goes on tries
    it once more.
    """
    rendered = is_rendered(manifest)
    starts = sorted(set(range(0, len(manifest), BLOCK)) - set(done))
    bar = tqdm(
        desc="rendering photos" if rendered else "decoding photos",
        total=len(manifest),
        initial=len(manifest) - sum(min(BLOCK, len(manifest) - start) for start in starts),
        unit="photo",
        mininterval=1,
    )
    lost: dict[int, str] = {}
    with (
        warnings.catch_warnings(),
        bar,
        open(progress, "a") as log,
        _workers(rendered, workers) as pool,
    ):
        warnings.simplefilter("ignore")  # of damaged EXIF, which indexing has dealt with
        tasks = {}
        for start in starts:
            rows = manifest.iloc[start : start + BLOCK]
            tasks[pool.submit(_make_block, rows, start, size, rendered, targets)] = start, len(rows)
        try:
            for task in as_completed(tasks):
                start, n_photos = tasks[task]
                if found := task.result():
                    lost |= {start + number: reason for number, reason in found.items()}
                    check_few(manifest, lost)
                else:
                    log.write(f"{start}\n")
                    log.flush()
                bar.update(n_photos)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return dict(sorted(lost.items()))


def _workers(rendered: bool, n: int) -> Executor:
    """Threads to decode (Pillow works outside the interpreter lock), processes to draw."""
    return process_pool(n) if rendered else ThreadPoolExecutor(n)


def _make_block(
    rows: pd.DataFrame, start: int, size: int, rendered: bool, targets: list[HalfMade]
) -> dict[int, str]:
    """Make some consecutive photos and put them into the hidden arrays; which of them were lost."""
    lost: dict[int, str] = {}
    if rendered:
        arrays = draw_rows(rows, size)
    else:
        images, lost = decode_rows(rows, size)
        arrays = (images,)
    for target, array in zip(targets, arrays, strict=True):
        write_rows(target.partial, start, array)
    return lost
