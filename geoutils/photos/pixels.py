"""The photos of a manifest as one array on disk: decoded or rendered once, opened as a memory map.

Rows stand in the manifest's order. While it is being made the array lies under a hidden name, with
a progress file that lists the finished blocks; an interrupted run goes on from there, and the
final name only ever holds a whole array. A small JSON beside it says what it was made from.
"""

import hashlib
import io
import json
import multiprocessing
import os
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.photos.decode import decode_square

BLOCK = 256  # photos in one task, and between two lines of progress


@dataclass(frozen=True)
class _Target:
    """One array in the making: its final and its hidden file, and where its data begin."""

    final: Path
    partial: Path
    photo_shape: tuple[int, ...]

    @property
    def photo_bytes(self) -> int:
        return int(np.prod(self.photo_shape))


def is_rendered(manifest: pd.DataFrame) -> bool:
    """Whether the manifest's photos are drawn (they have a seed) rather than files (a path).

    Raises ValueError for a manifest of positions only.
    """
    if "seed" not in manifest and "path" not in manifest:
        raise ValueError("manifest: neither a column path nor seed, so there are no pixels to make")
    return "seed" in manifest


def pictures(manifest: pd.DataFrame, size: int) -> UInt8[ndarray, "photos size size 3"]:
    """The photos of some rows, decoded or rendered at any size, without a file."""
    if not is_rendered(manifest):
        return np.stack([decode_square(place, size) for place in _places(manifest)])
    return _render(manifest, size)[0]


def _places(manifest: pd.DataFrame) -> Iterator[str | io.BytesIO]:
    """Where each photo lies: its file, or its bytes out of a shard (`length` of them, else 0)."""
    if "length" not in manifest:
        yield from manifest["path"]
        return
    for path, offset, length in manifest[["path", "offset", "length"]].itertuples(index=False):
        if not length:
            yield path
            continue
        with open(path, "rb") as shard:
            shard.seek(offset)
            yield io.BytesIO(shard.read(length))


def write_pixels(
    manifest: pd.DataFrame, path: str | Path, size: int, workers: int | None = None
) -> None:
    """Write all photos as uint8 (photos, size, size, 3) to `path` (…/64px.npy), with progress.

    Photos on disk are decoded by threads; rendered ones are drawn by processes, and their concept
    maps (ADE20K index per pixel) go to …/64px_concepts.npy. `workers` defaults to all cores. What
    is there already, made from the same photos by the same renderer, is left alone; an interrupted
    run goes on where it stopped. Raises ValueError naming the first photo that cannot be decoded.
    """
    path = Path(path)
    rendered = is_rendered(manifest)
    targets = [_target(path, (size, size, 3))]
    if rendered:
        targets.append(_target(concepts_path(path), (size, size)))
    recipe = _recipe(manifest, size, rendered)
    if _is_made(path, recipe) and all(target.final.is_file() for target in targets):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    progress = path.with_name(f".{path.stem}.progress")
    done = _finished_blocks(progress, recipe, targets)
    if done is None:
        done = _start(progress, recipe, targets, len(manifest))
    _make_blocks(manifest, targets, size, rendered, workers or os.cpu_count() or 1, progress, done)
    path.with_suffix(".json").unlink(missing_ok=True)
    for target in targets:
        os.replace(target.partial, target.final)
    with replacing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(recipe, indent=1) + "\n")
    progress.unlink()


def open_pixels(path: str | Path) -> UInt8[np.memmap, "..."]:
    """Open pixels (photos, size, size, 3) or concepts (photos, size, size) without loading them."""
    try:
        pixels = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise ValueError(f"pixels: no file {path}; notebook 01_photos writes it") from None
    except (ValueError, EOFError) as error:
        raise ValueError(f"pixels: {path} is no array file ({error})") from None
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4):
        raise ValueError(f"pixels: {path} holds {pixels.dtype} {pixels.shape}, not uint8 pictures")
    return pixels


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


def _is_made(path: Path, recipe: dict[str, object]) -> bool:
    try:
        return json.loads(path.with_suffix(".json").read_text()) == recipe
    except (OSError, ValueError):
        return False


def _finished_blocks(
    progress: Path, recipe: dict[str, object], targets: list[_Target]
) -> list[int] | None:
    """Blocks that an interrupted run of the same recipe finished; None where there was none."""
    if not progress.is_file() or not all(target.partial.is_file() for target in targets):
        return None
    first, *lines = progress.read_text().split("\n")
    if first != json.dumps(recipe):
        return None
    return [int(line) for line in lines[:-1]]  # what follows the last line break is half a line


def _start(
    progress: Path, recipe: dict[str, object], targets: list[_Target], n_photos: int
) -> list[int]:
    """Fresh hidden arrays of full length and a progress file without any block."""
    progress.unlink(missing_ok=True)
    for target in targets:
        shape = (n_photos, *target.photo_shape)
        np.lib.format.open_memmap(target.partial, mode="w+", dtype=np.uint8, shape=shape)
    progress.write_text(json.dumps(recipe) + "\n")
    return []


def _make_blocks(
    manifest: pd.DataFrame,
    targets: list[_Target],
    size: int,
    rendered: bool,
    workers: int,
    progress: Path,
    done: list[int],
) -> None:
    """Make the missing blocks in parallel; each is on disk before its line of progress is."""
    starts = sorted(set(range(0, len(manifest), BLOCK)) - set(done))
    bar = tqdm(
        desc="rendering photos" if rendered else "decoding photos",
        total=len(manifest),
        initial=len(manifest) - sum(min(BLOCK, len(manifest) - start) for start in starts),
        unit="photo",
        mininterval=1,
    )
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
                task.result()
                start, n_photos = tasks[task]
                log.write(f"{start}\n")
                log.flush()
                bar.update(n_photos)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _workers(rendered: bool, n: int) -> Executor:
    """Threads to decode (Pillow works outside the interpreter lock), processes to draw."""
    if not rendered:
        return ThreadPoolExecutor(n)
    # Forked workers need no import of their own; elsewhere than on Linux forking is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(n, mp_context=multiprocessing.get_context(method))


def _make_block(
    rows: pd.DataFrame, start: int, size: int, rendered: bool, targets: list[_Target]
) -> None:
    """Make some consecutive photos and put them into the hidden arrays.

    Written as bytes, not through a memory map: a full disk is then an error, not a crash.
    """
    arrays = _render(rows, size) if rendered else (pictures(rows, size),)
    for target, array in zip(targets, arrays, strict=True):
        offset = np.load(target.partial, mmap_mode="r").offset
        with open(target.partial, "r+b") as file:
            file.seek(offset + start * target.photo_bytes)
            file.write(np.ascontiguousarray(array, dtype=np.uint8))
            file.flush()
            os.fsync(file.fileno())


def _render(
    rows: pd.DataFrame, size: int
) -> tuple[UInt8[ndarray, "n s s 3"], UInt8[ndarray, "n s s"]]:
    # Imported here: a study of real photos never needs the renderer and the atlas behind it.
    from geoutils.photos.scenes import compose, render

    return render(compose(rows), size)
