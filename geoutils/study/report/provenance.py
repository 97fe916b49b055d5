"""Where the numbers of a report come from: machine, versions, commit."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "geoutils",
    "torch",
    "timm",
    "captum",
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "cartopy",
    "papermill",
    "nbconvert",
)


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on, as far as installed."""
    versions = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def commit_of(root: Path) -> str:
    """The checked-out git commit, marked where files differ from it; empty outside a repository."""
    describe = ("describe", "--always", "--abbrev=12", "--dirty=, changed")
    try:
        answer = subprocess.run(
            ("git", "-C", str(root), *describe),
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def machine() -> str:
    """Processor architecture, cores, memory and system, in words."""
    parts = [_processor(), f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        parts.append(f"{memory / 2**30:.0f} GiB of memory")
    return ", ".join([*parts, f"{platform.system()} {platform.machine()}"])


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or "processor unknown"
