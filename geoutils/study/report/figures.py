"""Pictures of the report: embedded, with a text for those who do not see them."""

import base64
import io
import struct
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Picture:
    """A saved figure, ready to be embedded: `source` is a data URI, sizes are in pixels."""

    notebook: str
    caption: str
    source: str
    width: int
    height: int


def caption_of(path: Path) -> str:
    """The caption that a saved figure carries as its PNG description; empty if it has none."""
    with Image.open(path) as image:
        return " ".join(str(image.info.get("Description", "")).split())


def read_picture(path: Path, notebook: str, max_width: int = 1400, quality: int = 90) -> Picture:
    """A saved PNG for embedding, made smaller where it is wider than `max_width` pixels."""
    with Image.open(path) as image:
        picture = on_white(image)
    if picture.width > max_width:
        size = max_width, round(picture.height * max_width / picture.width)
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    return Picture(notebook, caption_of(path), webp(picture, quality), *picture.size)


def webp(picture: Image.Image, quality: int = 90) -> str:
    """A picture as a WebP data URI: a third of the PNG's size, and not told apart from it."""
    buffer = io.BytesIO()
    on_white(picture).save(buffer, "WEBP", quality=quality, method=2)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def on_white(picture: Image.Image) -> Image.Image:
    """A picture without transparency: as it is where it has none, else laid on white."""
    if not picture.has_transparency_data or _is_opaque(picture):
        return picture.convert("RGB")
    opaque = Image.new("RGBA", picture.size, "white")
    opaque.alpha_composite(picture.convert("RGBA"))
    return opaque.convert("RGB")


def _is_opaque(picture: Image.Image) -> bool:
    return picture.mode == "RGBA" and picture.getextrema()[3] == (255, 255)


def image_tag(data: str, mime: str, alt: str, metadata: dict) -> str:
    """An `<img>` for the base64 `data` of an output, as wide as the notebook showed it.

    A PNG with more pixels than that, drawn for fine screens, is packed tighter.
    """
    data = "".join(data.split())
    source = f"data:{mime};base64,{escape(data)}"
    width, height = metadata.get("width"), metadata.get("height")
    if mime == "image/png":
        pixels = png_size(base64.b64decode(data[:64]))
        if width and height and width < pixels[0]:
            with Image.open(io.BytesIO(base64.b64decode(data))) as image:
                source = webp(image)
        elif not (width and height):
            width, height = pixels
    size = f' width="{int(width)}" height="{int(height)}"' if width and height else ""
    return f'<img src="{source}" alt="{escape(alt)}"{size}>'


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, from a PNG's header; ValueError if it is none."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise ValueError(f"data: not a PNG, it begins with {data[:8]!r}")
    return struct.unpack(">II", data[16:24])
