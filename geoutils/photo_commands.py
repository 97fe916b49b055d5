"""The commands on photos of any number: `python -m geoutils photos COMMAND`, such as check."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoutils.study.settings import find_root
from geoutils.whole import checked_whole

STOPPED = 130  # exit status after Ctrl-C, as shells have it


def add_photo_commands(commands: Any) -> None:
    """Add `photos` with its commands to those of a parser."""
    photos = commands.add_parser("photos", help="work on photos, as many as there may be")
    on_photos = photos.add_subparsers(required=True, metavar="command")
    for add in (_add_check, _add_pack, _add_download, _add_scenes):
        add(on_photos)


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="read a source: its manifest, and what is set aside")
    check.set_defaults(command=check_command)
    check.add_argument("source", help="a folder of photos or of shards, a shard, or a list")
    check.add_argument("--list", default="", help="CSV or Parquet with the photos' positions")
    check.add_argument("--out-dir", default="", help="default: results/checked/ and its name")
    check.add_argument("--workers", type=int, default=0, help="processes; default: all cores")
    check.add_argument("--thorough", action="store_true", help="decode and hash every photo whole")


def _add_download(commands: Any) -> None:
    download = commands.add_parser("download", help="fetch photos that a list has addresses of")
    download.set_defaults(command=download_command)
    download.add_argument("list", help="CSV or Parquet with a column of addresses, such as url")
    download.add_argument("--out-dir", required=True, help="folder for the photos")
    download.add_argument("--workers", type=int, default=16, help="threads; default: %(default)s")
    download.add_argument(
        "--per-host", type=int, default=8, help="requests to one host at a time; default: 8"
    )
    download.add_argument(
        "--timeout", type=float, default=20, help="seconds of silence; default: %(default)s"
    )
    download.add_argument(
        "--attempts", type=int, default=5, help="for each photo; default: %(default)s"
    )
    download.add_argument(
        "--max-mb", type=float, default=50, help="of the largest photo; default: %(default)s"
    )


def _add_scenes(commands: Any) -> None:
    scenes = commands.add_parser("scenes", help="label checked photos by a network of Places365")
    scenes.set_defaults(command=scenes_command)
    scenes.add_argument("checked", help="a folder that photos check wrote")
    scenes.add_argument("--model", required=True, help="its weights: .pth.tar, .pth, .safetensors")
    scenes.add_argument("--arch", default="", help="its name, such as resnet18, if it does not say")
    scenes.add_argument("--hierarchy", default="", help="the published one as CSV, if not ours")
    scenes.add_argument("--batch", type=int, default=64, help="photos at once; default: 64")
    scenes.add_argument("--workers", type=int, default=0, help="processes; default: all cores")


def check_command(options: argparse.Namespace) -> int:
    """Check photos; the same command goes on after an interruption."""
    from geoutils.photos.sources import check_photos  # here, since this takes a while

    name = Path(options.source).resolve().stem
    out_dir = Path(options.out_dir or find_root() / "results" / "checked" / name)
    return resumable(
        lambda: check_photos(
            options.source, out_dir, options.list, options.workers or None, options.thorough
        )
    )


def _add_pack(commands: Any) -> None:
    pack = commands.add_parser("pack", help="make checked photos into tar shards (WebDataset)")
    pack.set_defaults(command=pack_command)
    pack.add_argument("source", help="a folder that check wrote, or what check takes")
    pack.add_argument("--out-dir", required=True, help="a new folder, for the shards")
    pack.add_argument("--list", default="", help="as for check, of photos not checked yet")
    pack.add_argument(
        "--size", type=int, default=0, help="pixels of the shorter side; default: as they are"
    )
    pack.add_argument("--shard-mb", type=int, default=500, help="most of a shard (%(default)s)")
    pack.add_argument("--workers", type=int, default=0, help="processes; default: all cores")


def pack_command(options: argparse.Namespace) -> int:
    """Pack photos; the same command goes on after an interruption."""
    from geoutils.photos.packing import pack_photos  # here, since this takes a while

    return resumable(
        lambda: pack_photos(
            options.source,
            options.out_dir,
            options.size,
            options.list,
            options.shard_mb,
            options.workers or None,
        )
    )


def download_command(options: argparse.Namespace) -> int:
    """Fetch photos; the same command goes on after an interruption."""
    from geoutils.photos.download import Limits, download_photos

    for name in ("workers", "per_host", "timeout", "attempts", "max_mb"):
        if not getattr(options, name) > 0:
            value, flag = getattr(options, name), name.replace("_", "-")
            raise ValueError(f"--{flag}: {value}; expected more than 0")
    limits = Limits(
        timeout_s=options.timeout,
        max_bytes=int(options.max_mb * 1e6),
        attempts=options.attempts,
        per_host=options.per_host,
    )
    return resumable(
        lambda: download_photos(options.list, options.out_dir, options.workers, limits)
    )


def scenes_command(options: argparse.Namespace) -> int:
    """Label the scenes of photos; the same command goes on after an interruption."""
    from geoutils.photos.scene_labels import label_scenes

    checked_whole(options.batch, "--batch")
    workers = options.workers or None
    return resumable(
        lambda: label_scenes(
            *(options.checked, options.model, options.arch, options.hierarchy),
            *(options.batch, workers),
        )
    )


def resumable(work: Callable[[], Any]) -> int:
    """Do work that a later call goes on with; the exit status, after Ctrl-C too."""
    try:
        work()
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return STOPPED
    return 0
