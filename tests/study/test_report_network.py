import re
import shutil
import socket
import subprocess
import threading

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
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


def browse(page, profile):
    """Open a page in headless Chromium; what it asked the network for, and the document it made."""
    with CountingProxy() as proxy:
        command = [CHROMIUM, *(f"--{flag}" for flag in QUIET)]
        command += [f"--proxy-server={proxy.address}", f"--user-data-dir={profile}", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [line for line in proxy.asked if not HOME.search(line)], done.stdout


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed to count requests with")
def test_a_browser_asks_the_network_for_nothing_and_runs_nothing(report, tmp_path):
    for name, html in report.pages.items():
        page = tmp_path / f"{name}.html"
        # Without the policy, so that the page itself is judged and not the browser's refusal.
        page.write_text(html.replace("Content-Security-Policy", "x-nothing"))
        asked, document = browse(page, tmp_path / "profile")
        assert asked == [], f"{name}: {asked}"
        assert "<h1>" in document and "data-ran" not in document


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed to count requests with")
def test_the_counter_counts_and_the_policy_holds(report, tmp_path):
    leak = '<img src="http://pictures.example/a.png">' + report.evil.split("<img")[0] + "<main"
    page = tmp_path / "leaky.html"
    page.write_text(report.pages["index"].replace("<main", leak, 1))
    assert browse(page, tmp_path / "profile")[0] == []
    page.write_text(page.read_text().replace("Content-Security-Policy", "x-nothing"))
    asked, document = browse(page, tmp_path / "profile")
    assert any(b"http://pictures.example/a.png" in line for line in asked)
    assert 'data-ran="1"' in document
