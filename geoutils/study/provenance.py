"""Where the numbers of a report come from: commit, machine, versions of packages."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

PACKAGES = (
    "geoutils",
    "torch",
    "torchvision",
    "timm",
    "captum",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "shapely",
    "pillow",
    "matplotlib",
    "cartopy",
    "papermill",
    "nbconvert",
)
RECORDED = "geoutils"  # where an executed notebook's metadata hold the facts of its run


def facts_of_now(root: Path) -> dict[str, str]:
    """What to say of numbers made here and now: the commit, the machine, the versions."""
    facts = {
        "Commit": commit_of(root),
        "Machine": machine(),
        "Versions": ", ".join(f"{name} {number}" for name, number in package_versions().items()),
    }
    return {name: fact for name, fact in facts.items() if fact}


def record_facts(path: Path, facts: Mapping[str, str]) -> None:
    """Write the facts of its run into an executed notebook."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata[RECORDED] = dict(facts)
    nbformat.write(notebook, path)


def recorded_facts(notebook: "NotebookNode") -> dict[str, str]:
    """`facts_of_now` as they were when a notebook was executed; empty if it does not tell."""
    recorded: Any = notebook.metadata.get(RECORDED, {})
    if not isinstance(recorded, Mapping):
        return {}
    return {str(name): str(fact) for name, fact in recorded.items()}


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
