"""The commands on photos of any number: `python -m geoutils photos COMMAND`, such as check."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoutils.command_options import add_command
from geoutils.study.settings import find_root
from geoutils.whole import checked_whole

STOPPED = 130  # exit status after Ctrl-C, as shells have it


def add_photo_commands(commands: Any) -> None:
    """Add `photos` with its commands to those of a parser."""
    photos = commands.add_parser(
        "photos",
        help="check, pack, download or label photos on disk",
        description="Work on photos on disk, millions if need be. Each command shows how far it "
        "is, and goes on after an interruption when it is given again.",
    )
    on_photos = photos.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for add in (_add_check, _add_download, _add_pack, _add_scenes):
        add(on_photos)


def _add_check(commands: Any) -> None:
    check = add_command(
        *(commands, "check", check_command, "look at all photos of a source and list those to use"),
        "It writes manifest.parquet and, with reasons, rejected.csv of photos that are set aside. "
        "A study takes the folder with both: run --photos FOLDER.",
    )
    check.add_argument(
        "source", help="folder of photos, tar or MessagePack shards, one such shard, or a list"
    )
    check.add_argument(
        "--list",
        default="",
        metavar="FILE",
        help="CSV or Parquet with positions by the photos' names; default: EXIF, or a photos.csv",
    )
    check.add_argument(
        "--out-dir",
        default="",
        metavar="FOLDER",
        help="default: results/checked/SOURCE, or SOURCE-LIST where the list is called otherwise",
    )
    _add_workers(check)
    check.add_argument(
        "--thorough",
        action="store_true",
        help="decode every photo whole, and take the SHA-256 of all its bytes; slow",
    )


def _add_pack(commands: Any) -> None:
    pack = add_command(
        *(commands, "pack", pack_command, "copy photos into tar shards (WebDataset)"),
        "A study reads them as it does single files: run --photos FOLDER. With --size photos are "
        "made smaller, for training whose disk or processor is slow.",
    )
    pack.add_argument(
        "source", help="folder that photos check wrote, or what it takes, which is then checked"
    )
    pack.add_argument(
        "--out-dir", required=True, metavar="FOLDER", help="folder for the shards, a new one"
    )
    pack.add_argument(
        "--list", default="", metavar="FILE", help="as for check, of photos not checked yet"
    )
    pack.add_argument(
        "--size",
        type=int,
        default=0,
        metavar="PIXELS",
        help="make the shorter side so long; default: files as they are, byte for byte",
    )
    pack.add_argument(
        "--shard-mb",
        type=int,
        default=500,
        metavar="MB",
        help="most that a shard holds; default: %(default)s",
    )
    _add_workers(pack)


def _add_download(commands: Any) -> None:
    download = add_command(
        *(commands, "download", download_command, "fetch the photos whose addresses you list"),
        "Photos that are gone are listed in rejected.csv of the folder, with the reason.",
    )
    download.add_argument("list", help="CSV or Parquet with a column such as url, or .txt")
    download.add_argument(
        "--out-dir", required=True, metavar="FOLDER", help="folder for the photos"
    )
    for name, kind, default, text in (
        ("workers", int, 16, "photos fetched at a time"),
        ("per-host", int, 8, "of those, from one host at most"),
        ("timeout", float, 20, "seconds without an answer after which a try has failed"),
        ("attempts", int, 5, "tries for each photo"),
        ("max-mb", float, 50, "megabytes of the largest photo to take"),
    ):
        download.add_argument(
            f"--{name}", type=kind, default=default, metavar="N", help=f"{text}; default: {default}"
        )


def _add_scenes(commands: Any) -> None:
    scenes = add_command(
        *(commands, "scenes", scenes_command, "label scenes of photos by a network that you have"),
        "Photos of a checked folder get labels of Places365 (3, 16 and 365 scenes) where their "
        "list had none. A GPU is used where there is one.",
    )
    scenes.add_argument("checked", help="folder that photos check wrote; labels go to its manifest")
    scenes.add_argument(
        "--model",
        required=True,
        metavar="FILE",
        help="weights of a Places365 network: .pth.tar, .pth or .safetensors",
    )
    scenes.add_argument(
        "--arch",
        default="",
        metavar="NAME",
        help="kind of network, such as resnet18; default: as the file says",
    )
    scenes.add_argument(
        "--hierarchy",
        default="",
        metavar="FILE",
        help="CSV of scenes and their groups as Places365 publishes it; default: ours, estimated",
    )
    scenes.add_argument(
        "--batch", type=int, default=64, metavar="N", help="photos at once; default: %(default)s"
    )
    _add_workers(scenes)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes; default: one for each core"
    )


def check_command(options: argparse.Namespace) -> int:
    """Check photos; the same command goes on after an interruption."""
    from geoutils.photos.sources import check_photos  # here, since this takes a while

    name = name_of_check(Path(options.source).resolve(), Path(options.list).stem)
    out_dir = Path(options.out_dir or find_root() / "results" / "checked" / name)

    def check() -> bool:
        n_kept, _ = check_photos(
            options.source, out_dir, options.list, options.workers or None, options.thorough
        )
        return n_kept > 0

    return resumable(check)


def pack_command(options: argparse.Namespace) -> int:
    """Pack photos; the same command goes on after an interruption."""
    from geoutils.photos.packing import pack_photos  # here, since this takes a while

    def pack() -> bool:
        n_packed, _ = pack_photos(
            *(options.source, options.out_dir, options.size, options.list),
            *(options.shard_mb, options.workers or None),
        )
        return n_packed > 0

    return resumable(pack)


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
        patience=min(Limits.patience, 3 * options.attempts),
    )

    def download() -> bool:
        n_kept, _, n_failed = download_photos(
            options.list, options.out_dir, options.workers, limits
        )
        return n_kept > 0 and n_failed == 0

    return resumable(download)


def scenes_command(options: argparse.Namespace) -> int:
    """Label the scenes of photos; the same command goes on after an interruption."""
    from geoutils.photos.scene_labels import label_scenes

    checked_whole(options.batch, "--batch")
    workers = options.workers or None

    def label() -> bool:
        label_scenes(
            *(options.checked, options.model, options.arch, options.hierarchy),
            *(options.batch, workers),
        )
        return True

    return resumable(label)


def name_of_check(source: Path, listing: str) -> str:
    """What the folder of a check is called: after its source, and after a list of another name.

    >>> name_of_check(Path("images/mp16.tar"), "mp16_places365")
    'mp16'
    >>> name_of_check(Path("images.tar"), "yfcc4k_places365")
    'images-yfcc4k_places365'
    """
    name = source.name if source.is_dir() else source.stem
    return name if not listing or listing.startswith(name) else f"{name}-{listing}"


def resumable(work: Callable[[], bool]) -> int:
    """Do work that a later call goes on with; the exit status, after Ctrl-C too.

    It is 1 where the work ends and is not good: nothing can be used, or some of it may come yet.
    """
    try:
        return 0 if work() else 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return STOPPED
