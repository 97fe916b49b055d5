"""Names of photos and people go through a notebook into its tables and the report as texts."""

from pathlib import Path

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup
from PIL import Image

from geoutils.spreadsheets import STARTS
from geoutils.study.execute import execute_notebook
from geoutils.study.report import build_report
from geoutils.study.settings import find_root, read_study

ROOT = find_root(Path(__file__).parent)
IMAGE = "<img src=x onerror=alert(1)>"
PHOTOS = [f"{IMAGE}.jpg", f"=1{IMAGE}.jpg", "-2+3.jpg"]
AUTHORS = [f"@SUM(1) {IMAGE}", "<script>alert(2)</script>", "**a** [x](javascript:alert(3))"]


def test_names_run_neither_in_tables_nor_in_the_report(tmp_path):
    album = tmp_path / "album"
    album.mkdir()
    rows = [PHOTOS, [10, 20, 30], [10, 20, 30], AUTHORS]
    listed = pd.DataFrame(dict(zip(("file", "lat", "lon", "author"), rows, strict=True)))
    listed.to_csv(album / "photos.csv", index=False)
    for seed, name in enumerate(PHOTOS):
        noise = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(noise).save(album / name)
        (album / f"{name}.jpg").write_bytes(b"")  # set aside, and shown as an example
    own = {"source": "folder", "photos": str(album), "size": 8, "n_shown": 2, "tile": 8}
    section = read_study(ROOT, "own_photos")["01_photos"] | own
    execute_notebook(ROOT, "01_photos", "own_photos", section, str(tmp_path))
    tables = [*(tmp_path / "results" / "own_photos" / "tables").glob("*.csv")]
    texts = [entry for path in tables for entry in pd.read_csv(path, dtype="str").to_numpy().flat]
    assert "'-2+3.jpg.jpg" in texts
    assert not any(str(text).startswith(STARTS) for text in texts)
    pages = [*build_report(ROOT, "own_photos", str(tmp_path)).parent.glob("*.html")]
    shown = "".join(BeautifulSoup(page.read_text(), "html.parser").get_text() for page in pages)
    assert all(name in shown for name in PHOTOS + AUTHORS)
    for page in pages:
        for element in BeautifulSoup(page.read_text(), "html.parser").find_all():
            assert not any(name.startswith("on") for name in element.attrs), element
            assert element.get("src", "data:").startswith("data:"), element
            assert "javascript:" not in element.get("href", "")
            assert element.name != "script" or "alert" not in element.get_text()
