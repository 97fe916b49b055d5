"""A small client of Chromium's remote debugging protocol: just what the tests of the demo need."""

import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path():
    """Where a Chromium is, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page of a running browser."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.numbers = count(1)
        self.events = []

    def ask(self, method, **parameters):
        """Call a method of the protocol; its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def value(self, expression):
        """What a JavaScript expression gives."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait(self, expression, seconds=60):
        """Wait until an expression is true; the seconds that took."""
        started = time.monotonic()
        while not self.value(expression):
            assert time.monotonic() - started < seconds, f"waited in vain for {expression}"
            time.sleep(0.05)
        return time.monotonic() - started

    def event(self, method):
        """The next event of a kind, waited for."""
        while True:
            for place, message in enumerate(self.events):
                if message.get("method") == method:
                    return self.events.pop(place)["params"]
            self.events.append(json.loads(self.socket.recv()))

    def click(self, selector):
        """Click where an element is, as a mouse would."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        self.value(f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
        x, y = (self.value(f"{box}.{side}") + 5 for side in ("x", "y"))
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def choose_file(self, selector, path):
        """Click a button and give a file to the dialog that it opens."""
        self.ask("Page.setInterceptFileChooserDialog", enabled=True)
        self.click(selector)
        node = self.event("Page.fileChooserOpened")["backendNodeId"]
        self.ask("DOM.setFileInputFiles", files=[str(path)], backendNodeId=node)

    def resize(self, width, height=900):
        """Show the page at another width, as on a telephone below 500 pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def screenshot(self, path):
        """Write all of the page as a PNG."""
        everything = "[...document.querySelectorAll('*')].map(one => one.scrollHeight)"
        height = self.value(f"Math.max(...{everything})")
        width = self.value("window.innerWidth")
        self.resize(width, max(900, height))
        time.sleep(0.3)
        shot = self.ask("Page.captureScreenshot", format="png")
        Path(path).write_bytes(base64.b64decode(shot["data"]))
        self.resize(width)


@contextmanager
def open_tab(url, folder, width=1280):
    """A page in a headless browser, whose profile lies in a folder."""
    command = [
        *(chromium_path(), "--headless=new", "--no-sandbox", "--disable-gpu"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run"),
        *("--disable-background-networking", "--disable-dev-shm-usage", "about:blank"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        port = _port(Path(folder) / "DevToolsActivePort")
        request = Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        with urlopen(request, timeout=30) as answer:
            tab = Tab(json.load(answer)["webSocketDebuggerUrl"])
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.ask(f"{domain}.enable")
        tab.resize(width)
        tab.ask("Page.navigate", url=url)
        yield tab
        tab.socket.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def _port(path, seconds=30):
    started = time.monotonic()
    while not path.is_file() or not path.read_text().strip():
        assert time.monotonic() - started < seconds, "Chromium did not start"
        time.sleep(0.05)
    return int(path.read_text().split()[0])
