"""Scripts that run with a small disk, or a read-only folder, which they alone see."""

import shutil
import subprocess
import sys

import pytest

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
SMALL = 'mount -t tmpfs -o size="$1" small "$2" && shift 2 && exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
BEGIN = """
import errno, os, sys
import numpy as np

def larger(disk):
    "More room on the small disk, as if somebody had tidied it up."
    assert os.system(f"mount -o remount,size=64m {disk}") == 0

def full(action):
    "What is said when an action fills the disk."
    try:
        action()
    except OSError as error:
        assert error.errno == errno.ENOSPC, repr(error)
        return str(error)
    raise AssertionError("there was room")
"""


def _may_mount():
    if shutil.which("unshare") is None:
        return False
    command = [*ALONE, "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="may not mount file systems of its own")


def on_small_disk(script, size, disk, *arguments):
    """Run Python with a new, empty disk of some size at `disk`, its first argument."""
    disk.mkdir(exist_ok=True)
    python = [sys.executable, "-c", BEGIN + script, str(disk), *map(str, arguments)]
    return _done([*ALONE, "sh", "-c", SMALL, "sh", size, str(disk), *python])


def with_read_only(folder, command, **options):
    """Run a command to which a folder and all below it are read-only."""
    return _done([*ALONE, "sh", "-c", READ_ONLY, "sh", str(folder), *command], **options)


def _done(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)
