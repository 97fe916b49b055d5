"""The scripts that a page may run: ours, each known to the page's policy by its hash."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from geoutils.study.report.body import TEMPLATES


@dataclass(frozen=True)
class Script:
    """A script as a page holds it, and what the page's policy has to say to let it run."""

    code: str
    source: str


@cache
def page_script() -> Script:
    """The script of every page, which lets readers sort tables and reach all that scrolls."""
    code = (TEMPLATES / "page.js").read_text(encoding="utf-8").strip()
    digest = hashlib.sha256(f"\n{code}\n".encode()).digest()
    return Script(code, f"'sha256-{base64.b64encode(digest).decode()}'")


def page_scripts(maps: dict[str, str]) -> list[Script]:
    """The scripts of a page; `maps` are its `map_parts`."""
    return [page_script(), *([Script(maps["script"], maps["source"])] if maps else [])]
