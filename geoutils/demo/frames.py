"""Pieces of HTML with a script of their own, inside the page: frames that are as high as needed."""

from html import escape

_FIT = (
    "<script>new ResizeObserver(() => { window.frameElement.style.height = "
    "document.documentElement.offsetHeight + 'px'; }).observe(document.documentElement);</script>"
)
_HEAD = (
    '<!doctype html><meta charset="utf-8">'
    '<body data-jp-theme-light="true">'
    "<style>*{box-sizing:border-box} html,body{margin:0;overflow:hidden;"
    "font:14px/1.5 system-ui,sans-serif;"
    "color:#22303a;background:white}</style>"
)


def framed(html: str, title: str) -> str:
    """A frame that shows `html`; scripts in widgets would not run, in a frame they do."""
    inner = escape(f"{_HEAD}{html}{_FIT}")
    return f'<iframe class="demo-frame" title="{escape(title)}" srcdoc="{inner}"></iframe>'
