"""The photos of a manifest as one array on disk: decoded or rendered once, opened as a memory map.

Rows stand in the manifest's order. While it is being made the array lies under a hidden name, with
a progress file that lists the finished blocks; an interrupted run goes on from there, and the
final name only ever holds a whole array. A small JSON beside it says what it was made from.
"""

import hashlib
import json
import os
import warnings
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray
from tqdm import tqdm

from geoutils.array_files import create_array, drop_rows, write_rows
from geoutils.files import replace_synced, replacing
from geoutils.locks import holding
from geoutils.photos.decoded import check_few, decode_rows
from geoutils.photos.in_processes import process_pool
from geoutils.photos.live_pixels import Pixels
from geoutils.photos.live_record import live_record, lost_list, open_live_pixels

BLOCK = 256  # photos in one task, and between two lines of progress


@dataclass(frozen=True)
class _Target:
    """One array in the making: its final and its hidden file."""

    final: Path
    partial: Path
    photo_shape: tuple[int, ...]


def is_rendered(manifest: pd.DataFrame) -> bool:
    """Whether the manifest's photos are drawn (they have a seed) rather than files (a path).

    Raises ValueError for a manifest of positions only.
    """
    if "seed" not in manifest and "path" not in manifest:
        raise ValueError("manifest: neither a column path nor seed, so there are no pixels to make")
    return "seed" in manifest


def pictures(manifest: pd.DataFrame, size: int) -> UInt8[ndarray, "photos size size 3"]:
    """The photos of some rows, decoded or rendered at any size, without a file.

    A photo that cannot be read (any more) is grey, and named on the screen.
    """
    if is_rendered(manifest):
        return _render(manifest, size)[0]
    images, lost = decode_rows(manifest, size)
    for number, reason in lost.items():
        print(f"{manifest['photo'].iloc[number]} is shown grey: {reason}", flush=True)
    return images


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
    targets = [_target(path, (size, size, 3))]
    if rendered:
        targets.append(_target(concepts_path(path), (size, size)))
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
    targets: list[_Target],
    recipe: dict[str, object],
    workers: int,
) -> dict[str, str]:
    """Make the arrays, or what is missing of them; why photos were lost, by name."""
    progress = path.with_name(f".{path.stem}.progress")
    done = _finished_blocks(progress, recipe, targets)
    if done is None:
        done = _start(progress, recipe, targets, len(manifest))
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


def open_pixels(path: str | Path) -> UInt8[Pixels, "..."]:
    """Open pixels (photos, size, size, 3) or concepts (photos, size, size) without loading them.

    Stored ones come as a memory map; photos that are decoded live as `LivePixels`.
    """
    if live_record(path).is_file():
        return open_live_pixels(path)
    try:
        pixels = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise ValueError(f"pixels: no file {path}; notebook 01_photos writes it") from None
    except (ValueError, EOFError) as error:
        raise ValueError(f"pixels: {path} is no array file ({error})") from None
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4):
        raise ValueError(f"pixels: {path} holds {pixels.dtype} {pixels.shape}, not uint8 pictures")
    return pixels


def has_pixels(path: str | Path) -> bool:
    """Whether `open_pixels` finds any there, stored or to be decoded."""
    return Path(path).is_file() or live_record(path).is_file()


def concepts_path(path: str | Path) -> Path:
    """Where the concept maps of a pixel file lie: 64px.npy -> 64px_concepts.npy."""
    path = Path(path)
    return path.with_name(f"{path.stem}_concepts{path.suffix}")


def hash_pixels(pixels: UInt8[ndarray, "photos ..."]) -> list[str]:
    """SHA-256 of each photo's pixels: two photos with the same one look exactly alike."""
    return [hashlib.sha256(np.ascontiguousarray(photo)).hexdigest() for photo in pixels]


def _target(path: Path, photo_shape: tuple[int, ...]) -> _Target:
    return _Target(path, path.with_name(f".{path.stem}.partial{path.suffix}"), photo_shape)


def _recipe(manifest: pd.DataFrame, size: int, rendered: bool) -> dict[str, object]:
    """What the pixels depend on: the photos, their size and, for rendered ones, the renderer."""
    drawn = ("photo", "latitude", "longitude", "author", "seed")
    names = drawn if rendered else ("path", "sha256", "offset", "length")
    columns = manifest[[name for name in names if name in manifest]]
    rows = pd.util.hash_pandas_object(columns, index=False).to_numpy()
    recipe = {"photos": len(manifest), "size": size, "rows": hashlib.sha256(rows).hexdigest()}
    return recipe | ({"renderer": _renderer_hash()} if rendered else {})


def _renderer_hash() -> str:
    """Hash of the renderer's source: pictures drawn by another version are drawn again."""
    here = Path(__file__).parent
    sources = [here / "visibility.py", *sorted((here / "scenes").rglob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _made(path: Path, recipe: dict[str, object]) -> dict[str, str] | None:
    """What was lost when the pixels of this recipe were made; None where they were not."""
    try:
        found = json.loads(path.with_suffix(".json").read_text())
        lost = found.pop("lost", {})
    except (OSError, ValueError, AttributeError):
        return None
    return lost if found == recipe else None


def _heading(recipe: dict[str, object]) -> str:
    """First line of a progress file: what is being made, in blocks of how many photos."""
    return json.dumps(recipe | {"block": BLOCK})


def _finished_blocks(
    progress: Path, recipe: dict[str, object], targets: list[_Target]
) -> list[int] | None:
    """Blocks that an interrupted run of the same recipe finished; None where there was none."""
    if not progress.is_file() or not all(target.partial.is_file() for target in targets):
        return None
    first, *lines = progress.read_text().split("\n")
    if first != _heading(recipe):
        return None
    return [int(line) for line in lines[:-1]]  # what follows the last line break is half a line


def _start(
    progress: Path, recipe: dict[str, object], targets: list[_Target], n_photos: int
) -> list[int]:
    """Fresh hidden arrays of full length and a progress file without any block."""
    progress.unlink(missing_ok=True)
    for target in targets:
        create_array(target.partial, np.uint8, (n_photos, *target.photo_shape))
    progress.write_text(_heading(recipe) + "\n")
    return []


def _make_blocks(
    manifest: pd.DataFrame,
    targets: list[_Target],
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
    rows: pd.DataFrame, start: int, size: int, rendered: bool, targets: list[_Target]
) -> dict[int, str]:
    """Make some consecutive photos and put them into the hidden arrays; which of them were lost."""
    lost: dict[int, str] = {}
    if rendered:
        arrays = _render(rows, size)
    else:
        images, lost = decode_rows(rows, size)
        arrays = (images,)
    for target, array in zip(targets, arrays, strict=True):
        write_rows(target.partial, start, array)
    return lost


def _render(
    rows: pd.DataFrame, size: int
) -> tuple[UInt8[ndarray, "n s s 3"], UInt8[ndarray, "n s s"]]:
    # Imported here: a study of real photos never needs the renderer and the atlas behind it.
    from geoutils.photos.scenes import compose, render

    return render(compose(rows), size)
