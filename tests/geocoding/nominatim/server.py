"""Run a real Nominatim server of the made-up countries, until standard input ends.

Sets up a throw-away PostgreSQL cluster in a temporary folder, imports the OSM file into it and
serves it on a free port of this computer. Once it answers, a line of JSON on standard output
tells its address, its process and the file it logs requests to; each line on standard input
starts it again. With `--check` only says what is missing, if anything. Nominatim is GPL-3: it
runs here as a program of its own and is imported nowhere.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from world import COUNTRY_SETTINGS, write_world

NOMINATIM = Path(__file__).parents[3] / "build" / "nominatim" / "bin" / "nominatim"
PATIENCE_S = 60
# A point outside every region belongs to a country by this grid, of the real world when imported.
COUNTRY_GRID = """
TRUNCATE country_osm_grid;
INSERT INTO country_osm_grid SELECT country_code, ST_Area(geometry), geometry FROM placex
WHERE osm_type = 'R' AND rank_search = 4 AND rank_address = 4
"""


def postgresql_folder() -> Path | None:
    """Programs of the newest PostgreSQL that has PostGIS; None if there is none."""
    for programs in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        extensions = Path("/usr/share/postgresql") / programs.parent.name / "extension"
        if (programs / "initdb").exists() and (extensions / "postgis.control").exists():
            return programs
    return None


def missing_programs() -> list[str]:
    """What of the system is not there."""
    missing = []
    if postgresql_folder() is None:
        missing.append("PostgreSQL with PostGIS")
    if shutil.which("osm2pgsql") is None:
        missing.append("osm2pgsql")
    return missing


def account() -> dict[str, str]:
    """PostgreSQL refuses to run as root: then it runs as the user that Debian made for it."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def run(*command: str | Path, log: Path, **settings) -> None:
    """Run a program; on failure show the end of what it said."""
    with open(log, "ab") as output:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **settings
        )
    if result.returncode:
        said = log.read_text(errors="replace")[-3000:]
        raise SystemExit(f"{' '.join(map(str, command))}: exit {result.returncode}\n{said}")


@contextmanager
def process(command: list[str | Path], log: Path, **settings) -> Iterator[subprocess.Popen]:
    """A program that runs within the block."""
    with open(log, "ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **settings
        )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown; harmless to one that ended
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_for(child: subprocess.Popen, log: Path, is_ready) -> None:
    """Wait until a program that was started is ready."""
    end = time.monotonic() + PATIENCE_S
    while not is_ready():
        if child.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"{child.args[0]} does not start\n{log.read_text()[-3000:]}")
        time.sleep(0.05)


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """A PostgreSQL cluster in `folder`, reached through a socket there and by nothing else."""
    programs, log = postgresql_folder(), folder / "postgresql.log"
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account():
        shutil.chown(data, **account())
        shutil.chown(folder, **account())
    initdb = [programs / "initdb", "-D", data, "-U", "nominatim", "--auth=trust", "-N"]
    run(*initdb, "-E", "UTF8", "--locale=C.UTF-8", log=log, cwd=folder, **account())
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data, *options]
    with process(command, log, cwd=folder, **account()) as child:
        ready = [programs / "pg_isready", "-q", "-h", folder]
        wait_for(child, log, lambda: subprocess.run(ready).returncode == 0)
        yield


def import_world(folder: Path, environment: dict[str, str]) -> None:
    """Fill the database with the made-up countries."""
    osm_file, log = folder / "world.osm", folder / "import.log"
    write_world(osm_file)
    (folder / "country_settings.yaml").write_text(COUNTRY_SETTINGS, encoding="utf-8")
    options = ["--project-dir", folder, "--osm-file", osm_file, "--no-updates", "--offline"]
    settings = {"log": log, "env": environment, "cwd": folder}
    run(NOMINATIM, "import", "-q", *options, "-j", "1", **settings)
    psql = [postgresql_folder() / "psql", "-h", folder, "-U", "nominatim", "-q"]
    run(*psql, "-v", "ON_ERROR_STOP=1", "-c", COUNTRY_GRID, "nominatim", **settings)


@contextmanager
def serving(folder: Path, port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    """The HTTP server on the database."""
    log = folder / "serve.log"
    address = f"127.0.0.1:{port}"
    command = [NOMINATIM, "serve", "--project-dir", folder, "--server", address]
    with process(command, log, env=environment, cwd=folder) as child:
        wait_for(child, log, lambda: answers(f"http://{address}/status"))
        yield child


def answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return direct.open(url, timeout=5).read() == b"OK"
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    missing = missing_programs() + ([] if NOMINATIM.exists() else ["Nominatim"])
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}; `make test-nominatim` installs it")
    if parser.parse_args().check:
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nominatim-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o711)  # the database's user must be able to reach its own folder in it
        requests = folder / "requests.log"
        environment = os.environ | {
            "NOMINATIM_DATABASE_DSN": f"pgsql:host={folder};user=nominatim;dbname=nominatim",
            "NOMINATIM_DATABASE_WEBUSER": "nominatim",
            "NOMINATIM_LOG_FILE": str(requests),
            "PATH": f"{NOMINATIM.parent}:{os.environ['PATH']}",
        }
        with database(folder):
            import_world(folder, environment)
            print(f"imported after {time.monotonic() - started_s:.1f} s", file=sys.stderr)
            while True:
                with serving(folder, port, environment) as child:
                    url = f"http://127.0.0.1:{port}"
                    told = {"url": url, "pid": child.pid, "requests": str(requests)}
                    print(json.dumps(told), flush=True)
                    print(f"served after {time.monotonic() - started_s:.1f} s", file=sys.stderr)
                    if not sys.stdin.readline():
                        return


if __name__ == "__main__":
    main()
