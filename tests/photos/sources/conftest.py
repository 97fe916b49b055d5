"""Shards made on the spot."""

import io
import json
import tarfile

import msgpack
import pytest


@pytest.fixture
def tar_shard(tmp_path):
    """A function (name, {member: bytes, dict for JSON, or TarInfo}) -> path of a tar."""

    def make(name, members):
        path = tmp_path / "shards" / name
        path.parent.mkdir(exist_ok=True)
        with tarfile.open(path, "w") as tar:
            for member, content in members.items():
                if isinstance(content, tarfile.TarInfo):
                    tar.addfile(content)
                    continue
                data = json.dumps(content).encode() if isinstance(content, dict) else content
                info = tarfile.TarInfo(member)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return path

    return make


@pytest.fixture
def msgpack_shard(tmp_path):
    """A function (name, records, use_bin_type) -> path of a MessagePack shard."""

    def make(name, records, use_bin_type=True):
        path = tmp_path / "shards" / name
        path.parent.mkdir(exist_ok=True)
        packed = [msgpack.packb(record, use_bin_type=use_bin_type) for record in records]
        path.write_bytes(b"".join(packed))
        return path

    return make
