"""The manifest of packed photos: the one they came with, and where each lies in its shard."""

import shutil
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from geoutils.files import replacing
from geoutils.photos.packing.originals import ROWS, pieces
from geoutils.photos.packing.pack_journal import PackJournal
from geoutils.photos.packing.shards import PackedRow, shard_name
from geoutils.photos.sources.checked import MANIFEST, REJECTED, append_rejected


def write_packed(journal: PackJournal, checked: Path, out_dir: Path) -> None:
    """Write manifest.parquet and rejected.csv beside the shards, in the form that a check has.

    Paths are those in the folder, which can so be moved. `rejected.csv` goes on where the check's
    ended. Raises ValueError where the manifest has other rows than were packed.
    """
    rows = chain.from_iterable(journal.rows(ROWS))
    with (
        replacing(out_dir / MANIFEST) as manifest_file,
        replacing(out_dir / REJECTED) as rejected_file,
    ):
        shutil.copyfile(checked / REJECTED, rejected_file)
        with ExitStack() as stack:
            writer = None
            for piece in pieces(checked / MANIFEST):
                packed = list(islice(rows, len(piece)))
                if len(packed) < len(piece):
                    raise ValueError(f"{checked}: its manifest has changed during the pack")
                kept, rejected = _parted(piece, packed)
                schema = writer.schema if writer else None
                table = pa.Table.from_pandas(kept, schema=schema, preserve_index=False)
                if writer is None:
                    writer = stack.enter_context(parquet.ParquetWriter(manifest_file, table.schema))
                writer.write_table(table)
                append_rejected(rejected, rejected_file)


def _parted(piece: pd.DataFrame, packed: list[PackedRow]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One piece of the new manifest, and of the photos that could not be packed."""
    found = pd.DataFrame(packed, columns=list(PackedRow._fields))
    piece = piece.reset_index(drop=True).assign(
        path=found["shard"].map(shard_name).astype("str"),
        offset=found["offset"].astype("int64"),
        length=found["length"].astype("int64"),
        width=found["width"].astype("int32"),
        height=found["height"].astype("int32"),
        sha256=found["sha256"].astype("str"),
    )
    is_lost = (found["problem"] != "").to_numpy(dtype=np.bool_)
    rejected = pd.DataFrame({"photo": piece["photo"], "reason": found["problem"]})
    return piece[~is_lost], rejected[is_lost]
