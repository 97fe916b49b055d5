"""What a notebook's results depend on besides its parameters and the files before it."""

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
REPORT = PACKAGE / "study" / "report"


@cache
def code_version(report: bool) -> str:
    """Hash of the package's code and data: of the report's part, or of all the rest."""
    digest = hashlib.sha256()
    for path in sorted(_files_below(PACKAGE)):
        if path.is_relative_to(REPORT) == report and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(PACKAGE)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def notebook_version(path: Path) -> str:
    """Hash of a notebook and of the code behind it: their contents tell, and not their times."""
    told = code_version(report=False).encode() + path.read_bytes()
    return hashlib.sha256(told).hexdigest()[:16]


def tables_version(paths: Iterable[str | Path]) -> str:
    """Hash of what some files hold."""
    sums = [hashlib.sha256(Path(path).read_bytes()).digest() for path in paths]
    return hashlib.sha256(b"".join(sums)).hexdigest()[:16]


def photos_version(section: dict[str, Any]) -> str:
    """Hash of the names, sizes and times of a user's photos; "" where photos are rendered."""
    if section["source"] == "rendered":
        return ""
    digest = hashlib.sha256()
    for root in filter(None, (section["photos"], section["photos_dir"])):
        files = [Path(root)] if os.path.isfile(root) else sorted(_files_below(root))
        for path in files:
            seen = path.stat()
            digest.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _files_below(folder: str | Path) -> list[Path]:
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]
