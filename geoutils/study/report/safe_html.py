"""What notebooks show may hold names of photos and people: nothing in it may run or load."""

import re

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup

from geoutils.study.report.tables import dress_tables

_TAGS = frozenset(
    """a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre q s samp small span strong sub summary
    sup table tbody td tfoot th thead tr u ul var""".split()
)
# No property among these can hold a url(...).
_STYLES = CSSSanitizer(
    allowed_css_properties=frozenset(
        """align-items background-color border-bottom border-collapse border-left border-radius
        border-right border-top color display flex-wrap font-family font-size font-style font-weight
        gap grid-template-columns height justify-content line-height margin margin-bottom
        margin-left margin-right margin-top max-width min-width object-fit opacity padding
        padding-left padding-right text-align text-decoration vertical-align white-space
        width""".split()
    )
)
_ATTRIBUTES = {
    "*": ["class", "style", "title", "lang"],
    "a": ["href", "id"],
    "abbr": ["title"],
    "col": ["span"],
    "details": ["open"],
    "img": ["src", "alt", "width", "height"],
    "ol": ["start"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
_CLEANER = bleach.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    protocols=frozenset({"http", "https", "mailto", "data"}),
    css_sanitizer=_STYLES,
)
_STYLE_SHEET = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)


def safe_soup(html: str, pages: frozenset[str] = frozenset()) -> BeautifulSoup:
    """Parse HTML from a notebook: known elements only, the others shown as text; tables dressed.

    Links to other notebooks lead to their `pages` (names without suffix); a link to any other
    local file is dropped, its text stays. A picture that is not embedded becomes a link.
    """
    cleaned = _CLEANER.clean(_STYLE_SHEET.sub("", html))
    soup = BeautifulSoup(cleaned, "html.parser")
    for link in soup.find_all("a"):
        _mend_link(link, pages)
    for image in soup.find_all("img"):
        if not re.match(r"data:image/(png|jpeg|gif|webp)[;,]", image.get("src", "")):
            address, image.name = image.get("src", ""), "a"
            image.string = image.get("alt") or address
            image.attrs = {"href": address}
            _mend_link(image, pages)
        elif not image.get("alt"):
            image["alt"] = ""
    dress_tables(soup)
    return soup


def _mend_link(link, pages: frozenset[str]) -> None:
    address = link.get("href")
    if address is None or address.startswith("#"):
        return
    notebook = re.fullmatch(r"(?:\./)?([\w.-]+)\.ipynb(#.*)?", address)
    if notebook and notebook[1] in pages:
        link["href"] = f"{notebook[1]}.html{notebook[2] or ''}"
    elif re.match(r"(https?|mailto):", address):
        link["rel"] = "noreferrer"
    else:
        link.unwrap()
