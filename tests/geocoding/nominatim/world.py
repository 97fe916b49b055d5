"""A small OpenStreetMap file: two made-up countries in the empty South Pacific.

Veldoria (XA) has two regions, which leave its south-east corner free, two cities, a street, a
landmark and a house with nothing but a number. Морвания (XB) has English names as well, one
region in its west, one town, and nothing at all in its east.
"""

from pathlib import Path
from xml.sax.saxutils import quoteattr

COUNTRY_SETTINGS = """
xa: {partition: 1, languages: en, names: {name: {default: Veldoria}}, postcode: no}
xb: {partition: 2, languages: ru, names: {name: {default: Морвания, en: Morvania}}, postcode: no}
"""

Box = tuple[float, float, float, float]  # south, west, north, east


class Map:
    """Nodes, ways and relations of an OSM file, numbered in the order of their making."""

    def __init__(self):
        self.elements = {"node": [], "way": [], "relation": []}

    def _add(self, kind: str, attributes: str, children: str, tags: dict[str, str]) -> int:
        number = len(self.elements[kind]) + 1
        for key, value in tags.items():
            children += f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
        element = f'<{kind} id="{number}" version="1"{attributes}>{children}</{kind}>'
        self.elements[kind].append(element)
        return number

    def node(self, latitude: float, longitude: float, **tags: str) -> int:
        return self._add("node", f' lat="{latitude}" lon="{longitude}"', "", tags)

    def way(self, points: list[tuple[float, float]], **tags: str) -> int:
        """One main tag a way: with two (attraction and historic, say) the import picks either."""
        refs = [self.node(*point) for point in points]
        if points[0] == points[-1]:
            refs[-1] = refs[0]  # an area ends at the very node where it began
        return self._add("way", "", "".join(f'<nd ref="{ref}"/>' for ref in refs), tags)

    def box(self, box: Box, **tags: str) -> int:
        south, west, north, east = box
        corners = [(south, west), (south, east), (north, east), (north, west), (south, west)]
        return self.way(corners, **tags)

    def boundary(self, level: int, box: Box, name: str, **tags: str) -> int:
        member = f'<member type="way" ref="{self.box(box)}" role="outer"/>'
        tags = {
            "type": "boundary",
            "boundary": "administrative",
            "admin_level": str(level),
            "name": name,
            **tags,
        }
        return self._add("relation", "", member, tags)

    def write(self, path: Path) -> None:
        lines = [element for elements in self.elements.values() for element in elements]
        text = "\n".join(['<osm version="0.6">', *lines, "</osm>"])
        path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + text, encoding="utf-8")


def write_world(osm_file: Path) -> None:
    """Write the two countries; the numbers of their relations follow the order below."""
    world = Map()
    world.boundary(2, (-40, -130, -38, -127), "Veldoria", **{"ISO3166-1": "XA"})  # R1
    world.boundary(4, (-39, -130, -38, -127), "North Veldoria")  # R2
    world.boundary(4, (-40, -130, -39, -127.5), "South Veldoria")  # R3
    world.boundary(8, (-38.6, -129, -38.4, -128.8), "Aldenburg", place="city")  # R4
    world.boundary(8, (-39.6, -129, -39.4, -128.8), "Port Selva", place="city")  # R5
    english = {"name:en": "Morvania", "ISO3166-1": "XB"}
    world.boundary(2, (-45, -125, -44, -123), "Морвания", **english)  # R6
    world.boundary(4, (-45, -125, -44, -124), "Запад", **{"name:en": "West Morvania"})  # R7
    karsk = {"name:en": "Karsk", "place": "town"}
    world.boundary(8, (-44.6, -124.7, -44.4, -124.5), "Карск", **karsk)  # R8
    street = [(-38.5, -128.95), (-38.5, -128.9), (-38.5, -128.85)]
    world.way(street, highway="residential", name="Harbour Street")
    lighthouse = (-38.4995, -128.9005, -38.499, -128.9)
    world.box(lighthouse, tourism="attraction", name="Lighthouse of Aldenburg")
    number = {"addr:housenumber": "7", "addr:street": "Harbour Street"}
    world.box((-38.5005, -128.8905, -38.5002, -128.8902), building="yes", **number)
    postal = {"addr:housenumber": "3", "addr:postcode": "12345"}
    world.node(-39.5, -128.9003, tourism="museum", name="Museum of Salt", **postal)
    world.write(osm_file)
