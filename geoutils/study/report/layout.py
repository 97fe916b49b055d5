"""The frame around every page: templates, style sheet, and what a browser may load (nothing)."""

from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geoutils.study.report.body import TEMPLATES
from geoutils.study.report.scripts import page_scripts


def render(template: str, **contents) -> str:
    """A whole HTML document from one of our templates, which escape what they do not call safe.

    `maps` are `map_parts`, for a page that has interactive maps.
    """
    environment = _environment()
    style = (TEMPLATES / "style.css").read_text()
    contents = {"style": style, "maps": {}} | contents
    contents["scripts"] = page_scripts(contents["maps"])
    return environment.get_template(template).render(**contents)


def duration(seconds: float | int | None) -> str:
    """Seconds in words.

    >>> duration(3.2), duration(74), duration(4020), duration(None)
    ('3 s', '1 min 14 s', '1 h 7 min', '')
    """
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def day(moment: datetime) -> str:
    """A moment in words, in universal time.

    >>> from datetime import timedelta, timezone
    >>> day(datetime(2026, 11, 3, 10, 5, tzinfo=timezone(timedelta(hours=1))))
    '3 November 2026, 09:05 UTC'
    """
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def data_size(n_bytes: int) -> str:
    """Bytes in words.

    >>> data_size(812), data_size(64_709), data_size(319_488_128)
    ('812 bytes', '65 kB', '319 MB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if n_bytes >= unit:
            number = n_bytes / unit
            return f"{number:.1f} {name}" if number < 10 else f"{number:.0f} {name}"
    return f"{n_bytes} bytes"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "day": day, "data_size": data_size}
    return environment
