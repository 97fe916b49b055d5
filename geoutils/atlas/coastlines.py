"""Coasts and borders for maps, where cartopy looks for them."""

import cartopy

from geoutils.atlas.storage import DATA


def use_coastlines() -> None:
    """Make cartopy take its Natural Earth features from the atlas; nothing is downloaded.

    There are, at scales 110m and 50m: physical land and coastline, cultural
    admin_0_boundary_lines_land; and at 110m also physical ocean and cultural admin_0_countries
    (with ISO_A2, NAME, CONTINENT, POP_EST). cartopy asks the network for anything else: name the
    scale (`feature.with_scale("50m")`), since its automatic one goes to 10m on small maps.
    """
    cartopy.config["pre_existing_data_dir"] = DATA
