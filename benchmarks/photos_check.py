"""Checking a folder of photos, beside a bare loop that opens each of them and its EXIF with Pillow.

Run `python benchmarks/photos_check.py` (a minute on two cores, 100 MB). The photos are links
to some hundreds of JPEGs of 640 by 480 pixels with a camera's tags and a position, in folders of a
thousand. The loop runs in as many processes as the check, in blocks of the same size, reads all
tags of the camera and of the position, and keeps nothing; the check also looks at each photo's end,
hashes it, and writes journal and manifest. Both take turns. The memory that the check takes is
measured at this size and at half of it (caches fill up over the first 20,000). Leaves with an error
where the check takes more than 1.5 times as long, or its memory grows by more than a tenth. A line
follows on photos of other kinds, each looked at in one process beside the same loop.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import PIL
from comparison import compared, report
from PIL import ExifTags, Image

from geoutils.photos.sources.look import look_at
from geoutils.photos.sources.looking import BLOCK

VIDEO = 3_000_001  # bytes
AIM, GROWTH, ROUNDS, N_DIFFERENT = 1.5, 1.1, 3, 300
MEMORY = "growth of memory when photos double"
CHECK = """
import sys
from pathlib import Path
from geoutils.photos.sources import check_photos
if __name__ == "__main__":
    import time
    start = time.perf_counter()
    check_photos(sys.argv[1], sys.argv[2])
    print(time.perf_counter() - start)
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(line for line in lines if line.startswith("VmHWM")).split()[1])
"""


def made_photo(rng: np.random.Generator) -> bytes:
    colours = rng.integers(0, 256, (12, 16, 3)).astype(np.uint8)
    picture = Image.fromarray(colours).resize((640, 480), Image.Resampling.BICUBIC)
    noisy = np.asarray(picture) + rng.normal(0, 8, (480, 640, 1))
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Camera maker", "Model 7"
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.Artist] = 1, "Somebody"
    exif[ExifTags.Base.DateTime] = "2024:05:06 07:08:09"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (float(rng.integers(60)), 30.0, 15.25),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (float(rng.integers(90)), 10.0, 5.5),
        }
    )
    buffer = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def make_folder(folder: Path, n_photos: int) -> None:
    rng = np.random.default_rng(0)
    originals = folder.parent / "originals"
    if not originals.is_dir():
        originals.mkdir()
        for i in range(N_DIFFERENT):
            (originals / f"{i}.jpg").write_bytes(made_photo(rng))
    for i in range(n_photos):
        inside = folder / f"{i // 1000:03d}"
        inside.mkdir(parents=True, exist_ok=True)
        os.link(originals / f"{i % N_DIFFERENT}.jpg", inside / f"{i % 1000:03d}.jpg")


def open_all(paths: list[str]) -> int:
    placed = 0
    for path in paths:
        with Image.open(path) as image:
            exif = image.getexif()
            tags, gps = dict(exif), dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
            placed += ExifTags.Base.Make in tags and ExifTags.GPS.GPSLatitude in gps
    return placed


def other_kinds(rng: np.random.Generator) -> dict[str, bytes]:
    """A photo of each kind that phones make and that ends otherwise, or is scanned otherwise."""
    data = made_photo(rng)
    picture = Image.open(io.BytesIO(data))
    pair, progressive, video = io.BytesIO(), io.BytesIO(), io.BytesIO()
    picture.save(pair, "MPO", save_all=True, append_images=[picture], exif=picture.getexif())
    picture.save(progressive, "JPEG", progressive=True, exif=picture.getexif())
    xmp = b'<x:xmpmeta GCamera:MicroVideoOffset="%d"/>' % VIDEO
    picture.save(video, "JPEG", xmp=xmp, exif=picture.getexif())
    index = b"SEFH" + bytes.fromhex("65000000 01000000 0000010a 0a000000 0a000000 18000000")
    return {
        "two pictures (MPO)": pair.getvalue(),
        "Samsung's trailer": data + b"maker data" + index + b"SEFT",
        "a video behind": video.getvalue() + bytes(VIDEO),
        "2 MB of unknown kind behind": data + bytes(range(256)) * 8_000,
        "progressive": progressive.getvalue(),
    }


def times_the_loop(path: str, repeats: int = 200) -> float:
    """The median time of a look at one photo over that of the loop."""
    seconds = []
    for look in (look_at, lambda path: open_all([path])):
        ends = [time.perf_counter() for _ in range(repeats) if look(path)]
        seconds.append(np.median(np.diff(ends)))
    return seconds[0] / seconds[1]


def bare_loop(folder: Path) -> float:
    start = time.perf_counter()
    paths = [entry.path for inside in os.scandir(folder) for entry in os.scandir(inside)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        blocks = (paths[i : i + BLOCK] for i in range(0, len(paths), BLOCK))
        placed = sum(pool.map(open_all, blocks))
    assert placed == len(paths)
    return time.perf_counter() - start


def check(folder: Path, out: Path) -> tuple[float, float]:
    """Seconds, without starting Python and its libraries, and the peak of memory in MB."""
    command = [sys.executable, "-c", CHECK, str(folder), str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ChildProcessError(done.stderr[-2000:])
    told = done.stdout.split("\n")
    return float(told[-3]), float(told[-2]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    n_photos = parser.parse_args().photos
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as below:
        small, large, out = Path(below, "small"), Path(below, "large"), Path(below, "out")
        make_folder(small, n_photos // 2)
        make_folder(large, n_photos)
        loops, checks = [], []
        for _ in range(ROUNDS):
            loops.append(bare_loop(large))
            checks.append(check(large, out))
        _, small_mb = check(small, Path(below, "out of small"))
        kinds = {}
        for kind, data in other_kinds(np.random.default_rng(1)).items():
            path = Path(below, "kind.jpg")
            path.write_bytes(data)
            kinds[kind] = times_the_loop(str(path))
    seconds, memory_mb = np.transpose(checks)
    print(f"{n_photos:,} photos, {os.cpu_count()} processes, {ROUNDS} rounds in turn")
    told = ", ".join(f"{kind} {times:.1f}" for kind, times in kinds.items())
    print(f"a look at one photo, in times of the loop: {told}")
    task, pillow = f"{n_photos:,} photos", f"pillow {PIL.__version__}"
    half = [small_mb] * ROUNDS
    return report(
        [
            compared(task, seconds, loops, "bare loop", pillow, aim=1 / AIM),
            compared(MEMORY, memory_mb, half, "itself, on half of them", "", "MB", aim=1 / GROWTH),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
