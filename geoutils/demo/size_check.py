"""What the page itself checks of a file, before it is sent."""

from pathlib import Path

from geoutils.demo.upload import MAX_BYTES


def size_check() -> str:
    """JavaScript that refuses files above `MAX_BYTES` with a sentence."""
    script = Path(__file__).with_name("size_check.js").read_text(encoding="utf-8")
    return script.replace("MAX_BYTES", str(MAX_BYTES))
