"""The first cell of a notebook: a question as the title, then its answer, needs and makes."""

from bs4 import BeautifulSoup

from geoutils.study.report.prose import plain_text

_PARTS = ("Question", "Answer", "Needs", "Makes")


def take_title(soup: BeautifulSoup) -> tuple[str, str]:
    """Take the title out of an opening; return it as plain text and as HTML."""
    title = soup.h1.extract()
    return plain_text(title), title.decode_contents()


def set_parts(soup: BeautifulSoup) -> None:
    """Give each part of the opening a paragraph of its own: `<p class="part needs">` and so on.

    A part begins with its name in bold, wherever that stands, and ends where its block ends or
    the next part begins.
    """
    names = [tag for tag in soup.find_all("strong") if plain_text(tag).rstrip(".:") in _PARTS]
    for name in names:
        block = name.find_parent(["p", "li"])
        if block is None:
            continue
        text = soup.new_tag("span")
        for sibling in list(name.next_siblings):
            if any(sibling is other for other in names):
                break
            text.append(sibling.extract())
        name.string = plain_text(name).rstrip(".:")
        part = soup.new_tag("p", attrs={"class": ["part", name.string.lower()]})
        (block.find_parent(["ul", "ol"]) or block).insert_before(part)
        part.extend([name.extract(), " ", text])
    for block in soup.find_all(["li", "p", "ul", "ol"]):
        if not plain_text(block):
            block.decompose()
