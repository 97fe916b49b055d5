"""Install what a real Nominatim needs: Debian packages, and a Python environment of its own.

The packages are installed only if something is missing, as root, with apt-get; otherwise they are
named and the script ends with an error. The environment is build/nominatim, of Debian's own
Python, for which Debian has PyICU ready.
"""

import os
import shutil
import subprocess
from pathlib import Path

from server import NOMINATIM, missing_programs

SYSTEM_PYTHON = "/usr/bin/python3"
PACKAGES = [
    "postgresql",
    "postgresql-postgis",
    "postgresql-postgis-scripts",
    "osm2pgsql",
    "python3-icu",
    "python3-venv",
]


def missing() -> list[str]:
    """What of the system is not there."""
    modules = {"icu": "PyICU", "ensurepip": "the venv module"}
    absent = [
        name
        for module, name in modules.items()
        if not Path(SYSTEM_PYTHON).exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", f"import {module}"], capture_output=True).returncode
    ]
    return missing_programs() + absent


def install_packages() -> None:
    """Install the Debian packages, or say that someone has to."""
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(
            f"a real Nominatim needs {', '.join(missing())}; as root on Debian or Ubuntu:\n"
            f"    {' '.join(install)}"
        )
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(install, env=quiet).returncode:  # perhaps its lists are old
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=True)
        subprocess.run(install, env=quiet, check=True)
    if still := missing():
        raise SystemExit(f"{', '.join(still)} still missing after {' '.join(install)}")


def main() -> None:
    if missing():
        install_packages()
    folder = NOMINATIM.parents[1]
    requirements = Path(__file__).with_name("requirements.txt")
    copy = folder / requirements.name  # what the environment was made from
    if not copy.exists() or copy.read_text() != requirements.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--system-site-packages", folder], check=True)
        pip = [folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        shutil.copy(requirements, copy)


if __name__ == "__main__":
    main()
