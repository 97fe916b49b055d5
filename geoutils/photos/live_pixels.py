"""Photos that are decoded whenever somebody asks for them, behind the face of an array.

For photos that do not fit on a disk as pixels (MP-16 at 256 pixels takes 0.9 TB): what `np.load`
gives for stored pixels, this gives for their files, and the pixels are the same. A photo that has
vanished or is damaged by the time that it is read is grey, its name and the reason go into a list
beside: training computes no loss for it, no score counts it, and no search finds it.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int, UInt8
from numpy import ndarray

from geoutils.photos.decoders import TASK, Decoders
from geoutils.photos.lost_list import add_lost, read_lost

FEW = 3  # photos that may be lost at once, whatever their share
IDENTITY = ("path", "sha256", "offset", "length")  # columns that say which file a photo is
WHOLE = slice(None)


class LivePixels:
    """Photos of a manifest as an array (photos, size, size, 3) of uint8, decoded when indexed.

    `pixels[rows]` (a number, a slice, numbers, or a mask) decodes photos into a numpy array;
    `pixels[:, top:bottom, left:right]` decodes nothing and is such an array of their windows.
    `manifest` has columns photo and path and, where photos lie in shards, offset and length. What
    cannot be read is listed in `lost_file`. `workers` processes decode, by default as many as this
    process has cores of its own. Raises ValueError for a manifest without files.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self,
        manifest: pd.DataFrame,
        size: int,
        lost_file: str | Path | None = None,
        workers: int | None = None,
    ):
        require_files(manifest.columns)
        self.identity = f"{identity_of(manifest)} at {size} pixels"
        self._album = _Album(manifest, size, lost_file, workers or own_cores())
        self._window = (slice(0, size), slice(0, size))

    def __repr__(self) -> str:
        return f"<LivePixels {' × '.join(f'{side:,}' for side in self.shape)}>"

    def __len__(self) -> int:
        return len(self._album)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Photos, height, width and colours."""
        height, width = (side.stop - side.start for side in self._window)
        return len(self), height, width, 3

    @property
    def nbytes(self) -> int:
        """Bytes that all photos would take if they were stored."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def lost(self) -> dict[str, str]:
        """Photos that could not be read when they were last asked for, and why."""
        return dict(self._album.lost)

    def names(self, rows: Int[ndarray, " chosen"]) -> list[str]:
        """Names of some photos, as in the manifest."""
        return self._album.names(rows)

    @property
    def listed(self) -> Bool[ndarray, " photos"]:
        """Which photos are on the list of those that could not be read, now or in a run before."""
        return self._album.listed()

    def list_lost(self, rows: Int[ndarray, " chosen"], reason: str) -> None:
        """Put photos that are lost for another reason on the list too."""
        self._album.list_lost(rows, reason)

    @property
    def fingerprint(self) -> list[str]:
        """What tells these photos and this window of them from others; nothing is decoded."""
        return [self.identity, str(self._window)]

    def __getitem__(self, key: Any) -> "LivePixels | UInt8[ndarray, '...']":
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is Ellipsis or first is None:
            raise IndexError(f"pixels: indexed by {key}; expected photos, then height and width")
        sides = rest[:2]
        is_window = all(isinstance(side, slice) and side.step in (None, 1) for side in sides)
        view, rest = (self._windowed(sides), rest[2:]) if is_window else (self, rest)
        if isinstance(first, slice) and first == WHOLE and not rest:
            return view
        rows = np.arange(len(self))[first if isinstance(first, slice) else np.asarray(first)]
        found = np.empty((rows.size, *view.shape[1:]), dtype=np.uint8)
        view.read(rows.ravel(), found)
        found = found.reshape(*rows.shape, *view.shape[1:])
        kept = (WHOLE,) * (rows.ndim + (len(sides) if is_window else 0))
        return found[(*kept, *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        return np.asarray(self[np.arange(len(self))], dtype=dtype)

    def read(
        self, rows: Int[ndarray, " chosen"], out: UInt8[ndarray, "chosen h w 3"]
    ) -> Bool[ndarray, " chosen"]:
        """Decode photos into `out`; return which of them could not be read, and are grey.

        Raises ValueError where these are more than half of them and more than three.
        """
        return self._album.read(rows, out, *(side.start for side in self._window))

    def _windowed(self, sides: Sequence[slice]) -> "LivePixels":
        window = list(self._window)
        for axis, side in enumerate(sides):
            own = range(window[axis].start, window[axis].stop)[side]
            window[axis] = slice(own.start, own.start + len(own))
        view = object.__new__(LivePixels)
        view.identity, view._album, view._window = self.identity, self._album, tuple(window)
        return view


Pixels = ndarray | LivePixels  # photos that are stored, or decoded when they are indexed


class _Album:
    """Where all photos lie, and the processes that decode them; all windows of them share it."""

    def __init__(self, manifest: pd.DataFrame, size: int, lost_file: Any, workers: int):
        # As one block of text: millions of Python's strings would take several times the room.
        self._names, self._paths = (_block_of(manifest[name]) for name in ("photo", "path"))
        parts = manifest.reindex(columns=["offset", "length"], fill_value=0)
        self._parts = parts.to_numpy(np.int64)
        self._size, self._workers, self._lost_file = size, workers, lost_file
        self.lost: dict[str, str] = {}
        self._listed = {} if lost_file is None else read_lost(lost_file)
        self._decoders: Decoders | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._parts)

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_decoders": None, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state | {"_lock": Lock()})

    def read(
        self, rows: Int[ndarray, " chosen"], out: ndarray, top: int, left: int
    ) -> Bool[ndarray, " chosen"]:
        decoders, chosen = self._ready(), pa.array(rows)
        paths, parts = self._paths.take(chosen).to_pylist(), self._parts[rows].tolist()
        places = [(path, *part) for path, part in zip(paths, parts, strict=True)]
        step = min(TASK, max(1, len(rows) // (2 * decoders.n_processes)))
        tasks = [
            decoders.submit(places[start : start + step], out[start : start + step], top, left)
            for start in range(0, len(rows), step)
        ]
        try:
            wrong = [reason for task in tasks for reason in task.result()]
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
        is_lost = np.array([bool(reason) for reason in wrong], dtype=bool)
        if is_lost.sum() > max(FEW, len(rows) / 2):
            first = is_lost.argmax()
            raise ValueError(
                f"photos: {is_lost.sum()} of {len(rows)} cannot be read, such as "
                f"{paths[first]}: {wrong[first]}; is their disk there?"
            )
        if self.lost or any(wrong):
            self._note(self.names(rows), wrong)
        return is_lost

    def _ready(self) -> Decoders:
        """The processes, started when they are needed first, and anew in a fork of this one."""
        with self._lock:
            if self._decoders is None or self._decoders.owner != os.getpid():
                self._decoders = Decoders(self._size, self._workers)
            return self._decoders

    def names(self, rows: Int[ndarray, " chosen"]) -> list[str]:
        return self._names.take(pa.array(rows)).to_pylist()

    def listed(self) -> Bool[ndarray, " photos"]:
        names = pa.array(list(self._listed), pa.large_string())
        return pc.is_in(self._names, names).to_numpy(zero_copy_only=False)

    def list_lost(self, rows: Int[ndarray, " chosen"], reason: str) -> None:
        with self._lock:
            self._list(dict.fromkeys(self.names(rows), reason))

    def _note(self, names: list[str], wrong: list[str]) -> None:
        """Remember what was lost just now, and list a photo the first time that it is."""
        with self._lock:
            reasons = dict(zip(names, wrong, strict=True))
            self.lost = {name: why for name, why in self.lost.items() if name not in reasons}
            lost = {name: reason for name, reason in reasons.items() if reason}
            self.lost |= lost
            self._list(lost)

    def _list(self, lost: dict[str, str]) -> None:
        new = {name: reason for name, reason in lost.items() if name not in self._listed}
        self._listed |= new
        if new and self._lost_file is not None:
            add_lost(self._lost_file, new.items())


def identity_of(manifest: pd.DataFrame, names: Sequence[str] = IDENTITY) -> str:
    """Fingerprint of these columns of a manifest, by default of which files its photos are."""
    columns = manifest[[name for name in names if name in manifest]]
    rows = pd.util.hash_pandas_object(columns, index=False).to_numpy()
    return hashlib.sha256(rows).hexdigest()


def own_cores() -> int:
    """Cores for each of the processes that were started together on this machine."""
    everybody = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return max(1, len(everybody) // int(os.environ.get("LOCAL_WORLD_SIZE", 1)))


def require_files(columns: Iterable[str]) -> None:
    """Raise ValueError for a manifest whose photos are no files."""
    if "path" not in columns:
        raise ValueError("manifest: no column path; only photos that are files are decoded live")


def _block_of(texts: pd.Series) -> pa.Array:
    block = pa.array(texts, pa.large_string())
    return block.combine_chunks() if isinstance(block, pa.ChunkedArray) else block
