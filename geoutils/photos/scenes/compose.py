"""From a manifest to scenes: which picture is taken where, by the facts of the atlas."""

import numpy as np
import pandas as pd
from numpy import ndarray

from geoutils import atlas
from geoutils.photos import visibility
from geoutils.photos.scenes import biomes, camera, light
from geoutils.photos.scenes.cultures import LEFT, YELLOW, culture_of
from geoutils.photos.scenes.kind_choice import choose_kind
from geoutils.photos.scenes.kinds import CAN_SHOW, CUES, HORIZONS, KINDS
from geoutils.photos.scenes.random_numbers import between, choice, key_of, uniform
from geoutils.photos.scenes.relief import FIELD_OF_VIEW_DEG
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.spots import spot_of
from geoutils.sphere import destination

_AZIMUTHS = 33  # directions in which the true skyline is looked up
_COMPASS = np.arange(8) * 45.0


def compose(manifest: pd.DataFrame) -> Scenes:
    """Scenes of a manifest; only the columns latitude, longitude, author and seed are read.

    A row's scene depends on that row alone. Raises ValueError when a column is missing or a
    coordinate is out of range.
    """
    latlon_deg, seed = _read(manifest)
    facts = place_facts(latlon_deg)
    author = key_of(manifest["author"].to_numpy(dtype=object).astype(str))
    trip = key_of(author.astype(np.int64), facts["metro"].astype(np.int64))
    kind = choose_kind(seed, facts)
    day = between(trip, "day", 0, 365.25)
    hour = 6.5 + 14.5 * (uniform(seed, "hour") + uniform(trip, "hour")) / 2
    sun = light.sun_elevation_deg(latlon_deg[:, 0], day, hour).astype(np.float32)
    winter = light.winterness(latlon_deg[:, 0], day)
    clouds = 0.55 * uniform(trip, "weather") + 0.45 * uniform(seed, "clouds")
    dusty = np.isin(facts["biome"], [biomes.BIOMES.index(b) for b in ("desert", "savanna")])
    zenith, haze, lamp = light.sky_colours(sun, clouds, dusty)
    heading = _heading(facts, seed, kind)
    azimuths = heading[:, None] + np.linspace(-0.5, 0.5, _AZIMUTHS) * FIELD_OF_VIEW_DEG
    skyline = atlas.horizon_deg(latlon_deg, azimuths % 360)
    snow, bare = _season(facts, winter, trip)
    view_km = np.where(uniform(facts["place"], "far peak") < 0.5, 18.0, 32.0)
    peak = np.maximum.reduce(
        [
            atlas.elevation_m(destination(latlon_deg, (heading + turn) % 360, view_km))
            for turn in (-15.0, 0.0, 15.0)
        ]
    )
    shown = np.stack(
        [(uniform(seed, f"show {c}") < visibility.SHOWN[c]) & CAN_SHOW[c][kind] for c in CUES], 1
    )
    shown[:, CUES.index("landmark")] &= facts["spot"] >= 0
    shown[:, CUES.index("sea")] &= facts["coast"]
    forced = np.isin(kind, [KINDS.index(k) for k in ("beach", "harbour")])
    shown[:, CUES.index("sea")] |= forced
    shown[:, CUES.index("vegetation")] |= kind == KINDS.index("forest")
    lined = uniform(np.where(shown[:, CUES.index("city")], facts["metro"], seed), "avenue") < 0.75
    street = kind == KINDS.index("street")
    shown[:, CUES.index("vegetation")] &= lined | ~street
    tilt, tint, height = camera.camera_of(author, seed)
    return Scenes(
        seed=seed,
        author=author,
        trip=trip,
        place=facts["place"],
        metro=facts["metro"],
        admin=facts["admin"],
        country=facts["country"],
        spot=facts["spot"],
        kind=kind,
        biome=facts["biome"],
        culture=facts["culture"],
        americas=latlon_deg[:, 1] < -30,
        drives_left=np.isin(facts["code"], sorted(LEFT)),
        yellow_line=np.isin(facts["code"], sorted(YELLOW)),
        density=facts["density"],
        latitude=latlon_deg[:, 0].astype(np.float32),
        winter=winter.astype(np.float32),
        heading_deg=heading.astype(np.float32),
        skyline_deg=(skyline + facts["valley"][:, None]).astype(np.float32),
        altitude_m=facts["altitude"],
        peak_m=peak.astype(np.float32),
        ground=facts["ground"],
        leaves=_leaves(facts, winter, trip),
        snow=snow,
        bare=bare,
        sun_deg=sun,
        sun_x=((uniform(seed, "sun x") - 0.5) * 1.1 + 0.5).astype(np.float32),
        clouds=clouds.astype(np.float32),
        zenith=zenith,
        haze=haze,
        light=lamp,
        horizon=HORIZONS[kind] + height,
        tilt=tilt,
        tint=tint,
        shown=shown,
    )


def _read(manifest: pd.DataFrame) -> tuple[ndarray, ndarray]:
    missing = [c for c in ("latitude", "longitude", "author", "seed") if c not in manifest]
    if missing:
        raise ValueError(f"manifest: no column {missing[0]!r}; expected latitude, longitude, …")
    latlon_deg = manifest[["latitude", "longitude"]].to_numpy(np.float64)
    bad = ~((np.abs(latlon_deg[:, 0]) <= 90) & (np.abs(latlon_deg[:, 1]) <= 180))
    if bad.any():
        raise ValueError(f"manifest: {bad.sum()} bad positions, e.g. {latlon_deg[bad][0]}")
    return latlon_deg, manifest["seed"].to_numpy(np.int64).astype(np.uint64)


def place_facts(latlon_deg: ndarray) -> dict[str, ndarray]:
    """What the atlas knows about each position, with the keys of place, metro, admin-1, country."""
    places = atlas.places()
    town, town_km = atlas.nearest_place(latlon_deg)
    code = places["country"].to_numpy(dtype=object)[town].astype(str)
    admin = places["admin1"].to_numpy(dtype=object)[town].astype(str)
    people = places["population"].to_numpy(np.float64)[town]
    lat, lon = latlon_deg.T
    metro = key_of(*(np.floor(v / visibility.METRO_DEG) for v in (lat, lon)))
    place = key_of(*(np.floor(v / visibility.PLACE_DEG) for v in (lat, lon)))
    biome = biomes.biome_of(tuple(atlas.CLIMATES))[atlas.climate(latlon_deg)]
    blue_marble = atlas.ground_rgb(latlon_deg).astype(np.float32) / np.float32(255)
    bright = np.clip(blue_marble * 1.5 + 0.08, 0, 1)
    spot = spot_of(latlon_deg)
    urban = np.clip(np.log10(np.maximum(people, 1)) / 3 - 0.9, 0, 1) * np.exp(-town_km / 12)
    sea = np.stack(
        [
            [
                ~np.asarray(
                    atlas.is_land(
                        destination(latlon_deg, np.full(len(lat), a), np.full(len(lat), km))
                    )
                )
                for km in (2.0, 5.0)
            ]
            for a in _COMPASS
        ]
    )
    around = np.stack(
        [
            atlas.elevation_m(destination(latlon_deg, np.full(len(lat), a), np.full(len(lat), km)))
            for km in (22.0, 11.0)
            for a in _COMPASS
        ]
    )
    altitude = atlas.elevation_m(latlon_deg).astype(np.float32)
    base = biomes.GROUND[biome]
    sea_near = sea[:, 0].any(axis=0)
    return {
        "code": code,
        "culture": culture_of(code),
        "admin": key_of(code, admin),
        "country": key_of(code),
        "metro": metro,
        "place": place,
        "biome": biome,
        "spot": spot,
        "density": np.where(spot >= 0, np.maximum(urban, 0.75), urban).astype(np.float32),
        "ground": (base + 0.65 * (bright - base)).astype(np.float32),
        "altitude": altitude,
        "rise": (around[: len(_COMPASS)] - altitude + around.std(axis=0)).astype(np.float32),
        # People stand in valleys narrower than the 9 km between the relief's nodes: they look up
        # by about the roughness of the surroundings, which the bilinear surface leaves out.
        "valley": np.degrees(np.arctan(around.std(axis=0) / 9000)).astype(np.float32),
        "coast": (sea_near | (sea[:, 1].sum(axis=0) > 1)) & (altitude < 300),
        "sea": sea.any(axis=1),
        "latitude": lat,
        "longitude": lon,
    }


def _heading(facts: dict[str, ndarray], seed: ndarray, kind: ndarray) -> ndarray:
    """View direction: one of a few fixed ones per place; to the sea, or to the highest peak."""
    turn = choice(seed, "heading", visibility.HEADINGS) * (360 / visibility.HEADINGS)
    heading = between(facts["place"], "heading", 0, 360) + turn
    toward = np.radians(_COMPASS)[:, None]
    east, north = ((facts["sea"] * f(toward)).sum(axis=0) for f in (np.sin, np.cos))
    seaward = np.degrees(np.arctan2(east, north))
    to_sea = np.isin(kind, [KINDS.index(k) for k in ("beach", "harbour")]) & facts["coast"]
    to_peak = np.isin(kind, [KINDS.index(k) for k in ("mountain", "village", "terraces")])
    peakward = _COMPASS[np.argmax(facts["rise"], axis=0)]
    heading = np.where(to_sea, seaward, np.where(to_peak, peakward, heading))
    return heading % 360


def _season(facts: dict[str, ndarray], winter: ndarray, trip: ndarray) -> tuple[ndarray, ndarray]:
    """Snow on the ground and leafless trees, by biome, height and time of year."""
    depth = np.full(len(biomes.BIOMES), -0.85)  # no snow but in the mountains
    names = ("steppe", "cold desert", "oceanic", "continental", "boreal", "tundra", "ice")
    snowy = [biomes.BIOMES.index(b) for b in names]
    depth[snowy] = [-0.45, -0.35, -0.5, 0.12, 0.45, 0.7, 1.6]
    cold = depth[facts["biome"]] + np.clip(facts["altitude"] - 900, 0, 2500) / 4000
    odds = uniform(trip, "snow") * 0.5
    snow = winter + cold > 0.55 + odds
    snow &= np.abs(facts["latitude"]) > 28
    cool = np.isin(facts["biome"], [biomes.BIOMES.index(b) for b in names[2:5]])
    return snow, cool & (winter > 0.5)


def _leaves(facts: dict[str, ndarray], winter: ndarray, trip: ndarray) -> ndarray:
    """Leaf colours: the biome's, turning gold and red in the autumn of cool climates."""
    colour = biomes.LEAVES[facts["biome"]].copy()
    cool = np.isin(facts["biome"], [biomes.BIOMES.index(b) for b in ("oceanic", "continental")])
    autumn = cool & (winter > 0.05) & (winter < 0.55) & (uniform(trip, "autumn") < 0.6)
    gold = np.array([[0.80, 0.55, 0.16], [0.76, 0.36, 0.16]], np.float32)
    colour[autumn] = gold[choice(trip, "gold", 2)][autumn]
    return colour.astype(np.float32)
