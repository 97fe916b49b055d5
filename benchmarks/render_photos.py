"""Photos per second and core that the renderer paints, with concept maps, at 64 and 256 pixels."""

import time

from geoutils.photos.positions import rendered_manifest
from geoutils.photos.scenes import compose, render


def main() -> None:
    manifest = rendered_manifest(2000, 0, 0, 0, seed=0, test_seed=1)
    start = time.perf_counter()
    scenes = compose(manifest)
    print(f"compose        {len(scenes) / (time.perf_counter() - start):8,.0f} photos/s")
    render(scenes[:64], 64)  # loads what is loaded once
    for size, n in ((64, 2000), (256, 128)):
        wall, core = time.perf_counter(), time.process_time()
        render(scenes[:n], size)
        wall, core = time.perf_counter() - wall, time.process_time() - core
        print(f"render {size:3d} px  {n / wall:8,.0f} photos/s  {n / core:8,.0f} per core-second")


if __name__ == "__main__":
    main()
