"""A toy study: photos of five towns, told by their brightness, in files as a study has them."""

import numpy as np
import pandas as pd

from geoutils.partitions import (
    Hierarchy,
    adaptive_partitions,
    adaptive_tree,
    base_graph,
    geoclass_set,
)
from geoutils.partitions.geoclass import GEOCLASS_SETS
from geoutils.photos import manifest as manifests

TOWNS = np.array([[48.85, 2.35], [51.5, -0.12], [40.7, -74.0], [35.7, 139.7], [-33.9, 18.4]])
PRESET = {"epochs": 1, "batch_size": 16, "warmup_epochs": 0}
SECTION = {  # of a study file, on training; nothing is trained yet
    "image_size": 32,
    "backbone": "test_resnet",
    "pretrained": "",
    "pooling": "avg",
    "drop_path": 0.0,
    "processes": 1,
    "threads": 1,
    "precision": "fp32",
    "seed": 0,
    "stages": {},
    "heads": {},
    "ablation": {},
}
COUNTRIES = {"head": "classes", "partition": "countries", "preset": PRESET}


def town_photos(folder, splits, side_px=32):
    """Manifest and pixels of as many photos as there are splits, and their positions."""
    rng = np.random.default_rng(0)
    n = len(splits)
    town = np.arange(n) % 5
    positions = TOWNS[town] + rng.normal(0, 0.2, (n, 2))
    table = pd.DataFrame(
        {
            "photo": [f"p{number}" for number in range(n)],
            "latitude": positions[:, 0],
            "longitude": positions[:, 1],
            "author": [f"a{number % 7}" for number in range(n)],
            "scene": np.array(manifests.SCENES)[town % 3],
            "split": splits,
            "width": side_px,
            "height": side_px,
        }
    )
    (folder / "photos").mkdir(parents=True)
    table.to_parquet(folder / "manifest.parquet")
    pixels = rng.integers(0, 60, (n, side_px, side_px, 3)) + 40 * town[:, None, None, None]
    np.save(folder / "photos" / f"{side_px}px.npy", pixels.astype(np.uint8))
    return positions


def s2_cells(folder, train_deg):
    """Two S2 levels and a tree of cells of these training photos, where notebook 02 puts them."""
    levels = adaptive_partitions(train_deg, 1, {"coarse": 20, "fine": 5})
    Hierarchy.of(levels).save(folder / "partitions")
    adaptive_tree(train_deg, 1, 12).save(folder / "partitions" / "tree")


def geoclass_sets(folder, train_deg):
    """Two sets of geoclasses of these training photos, beside the S2 levels."""
    graph = base_graph(train_deg, 14)
    for number, n_cells in ((1, 6), (2, 9)):
        cells = geoclass_set(graph, n_cells, GEOCLASS_SETS[1], name=f"set_{number}")
        cells.save(folder / "partitions" / "cplanet" / f"{cells.name}.parquet")
