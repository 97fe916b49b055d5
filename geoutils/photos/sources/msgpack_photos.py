"""Photos in MessagePack shards, as the training data of earlier work are stored.

A shard `shard_0.msg` is a row of maps, each with the photo's bytes under `image` and its name under
`id`; some have the position too (`latitude`, `longitude`). Only plain data are read: MessagePack
has no objects to bring to life, and sizes are bounded before memory is asked for.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geoutils.photos.sources.candidate import Candidate, told_by

# Capitals do not matter; the bytes may also lie in a map of their own, under one of these.
IMAGE_NAMES = (
    *("image", "img", "jpg", "jpeg", "png", "webp", "bytes"),
    *("image_bytes", "img_bytes", "image_data", "data"),
)
IMAGE_BEGINS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")
NO_TEXT = "\ufffd"  # stands for bytes that are none
STRANGE = 100  # records that are no maps; noise is read as numbers, one for each byte
LIMITS = {
    "max_buffer_size": 2**28,  # bytes of one record
    "max_bin_len": 2**28,
    "max_str_len": 2**28,  # old writers store bytes as text
    "max_array_len": 2**16,
    "max_map_len": 2**10,
    "max_ext_len": 2**20,
}


def msgpack_photos(shard: Path) -> Iterator[Candidate]:
    """The photos of one shard with what their records say, named by their ids.

    Where the shard is damaged its remaining photos are lost, which comes as one more candidate,
    with that problem.
    """
    import msgpack  # here, since only such shards need it

    where, n_records, n_strange, end, problem = str(shard), 0, 0, 0, ""
    with open(shard, "rb") as file, open(shard, "rb") as again:
        unpacker = msgpack.Unpacker(file, raw=True, strict_map_key=False, **LIMITS)
        while True:
            begin = end
            try:
                record = unpacker.unpack()
            except msgpack.OutOfData:
                break
            except Exception as error:  # whatever damaged bytes lead the unpacker to
                problem = " ".join(str(error).split()) or type(error).__name__
                break
            end = unpacker.tell()
            n_records += 1
            if record is None:  # some writers leave these where a photo could not be read
                continue
            again.seek(begin)
            yield _candidate(record, shard, begin, again.read(end - begin), n_records)
            n_strange += not isinstance(record, Mapping)
            if n_strange == STRANGE:
                problem = f"{STRANGE} records that are no maps"
                break
        if not problem and end < again.seek(0, 2):
            problem = "it ends within a record"
    if problem:
        yield Candidate("", where, problem=f"shard damaged after {n_records:,} records ({problem})")


def _candidate(record: Any, shard: Path, begin: int, raw: bytes, number: int) -> Candidate:
    """One record, which lies at `begin` of the shard as the bytes `raw`."""
    name, where = str(number - 1), str(shard)
    if not isinstance(record, Mapping):
        return Candidate(name, where, problem=f"no map in the shard, but {type(record).__name__}")
    named = {str(_text(key)): value for key, value in record.items()}
    image = _image_of(named)
    if image:
        found = Candidate(name, where, begin + raw.index(image), len(image))
    else:
        keys = " ".join(", ".join(named)[:100].split()) or "nothing"
        found = Candidate(name, where, problem=f"no image in this record, which has {keys}")
    facts = {key: _text(value) for key, value in named.items() if not _is_image(value, image)}
    own = next((value for key, value in facts.items() if key.lower() == "id"), "")
    if isinstance(own, str | int) and own != "":  # surer than other names that may be a photo's
        facts = {"photo": own} | {key: facts[key] for key in facts if key.lower() != "photo"}
    found = told_by(found, facts)
    photo = found.facts.get("photo", "")
    return found._replace(photo=name if photo == "" or NO_TEXT in photo else photo)


def _image_of(record: Mapping[str, Any]) -> bytes:
    """The bytes of a record's photo, b"" for none; best those that begin like one."""
    inside = _by_key(record)
    found = [inside[key] for key in IMAGE_NAMES if isinstance(inside.get(key), bytes | Mapping)]
    maps = [_by_key(value) for value in found if isinstance(value, Mapping)]
    found += [each.get(key) for each in maps for key in IMAGE_NAMES]
    found = [value for value in found if isinstance(value, bytes) and value]
    return next((value for value in found if value.startswith(IMAGE_BEGINS)), (found or [b""])[0])


def _by_key(record: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(_text(key)).lower(): value for key, value in record.items()}


def _is_image(value: Any, image: bytes) -> bool:
    return isinstance(value, bytes) and (value is image or value.startswith(IMAGE_BEGINS))


def _text(value: Any) -> Any:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
