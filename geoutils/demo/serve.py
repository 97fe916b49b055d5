"""Serving the demo: Voilà on its notebook, on this computer alone unless told otherwise."""

import os
from pathlib import Path

from traitlets.config import Config

from geoutils.demo.finished import check_finished

NOTEBOOK = "demo.ipynb"
MESSAGE_BYTES = 64 * 2**20  # tornado stops at 10 MiB; a file of 20 MB and what goes with it fits
REFILL_S = 60.0
# The page may ask nobody but this server for anything, whatever a template or a package links to.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: wss: "
    "data:; frame-ancestors 'self'"
)


def serve(
    root: Path,
    study: str,
    out_dir: str = "",
    ip: str = "localhost",
    port: int = 8866,
    segmenter: str = "",
    browser: bool = False,
) -> int:
    """Serve the demo of a finished study until interrupted.

    Raises ValueError, saying what to run first, where there is no finished study, and where Voilà
    is not installed.
    """
    check_finished(study, root, Path(out_dir).resolve() if out_dir else root)
    try:
        from voila.app import Voila
    except ImportError:
        raise ValueError("demo: needs Voilà; pip install 'geoutils[demo]'") from None
    os.environ |= {  # for the notebook's kernel
        "GEOUTILS_STUDY": study,
        "GEOUTILS_OUT_DIR": str(Path(out_dir).resolve()) if out_dir else "",
        "GEOUTILS_SEGMENTER": segmenter,
        "TQDM_DISABLE": "1",
    }
    print(f"The demo: http://{ip}:{port}/ (its first page takes some seconds; stop with Ctrl-C)")
    Voila.launch_instance([str(root / "notebooks" / NOTEBOOK)], config=_config(ip, port, browser))
    return 0


def _config(ip: str, port: int, browser: bool) -> Config:
    return Config(
        Voila={
            "ip": ip,
            "port": port,
            "open_browser": browser,
            "log_level": "ERROR",
            "tornado_settings": {
                "websocket_max_message_size": MESSAGE_BYTES,
                "headers": {"Content-Security-Policy": POLICY},
            },
        },
        VoilaConfiguration={"show_tracebacks": False, "preheat_kernel": True},
        # A page is made in advance: whoever opens it does not wait for its models. The next one
        # follows when the first answers, which it would slow down, have been given.
        VoilaKernelManager={
            "kernel_pools_config": {"default": {"pool_size": 1}},
            "fill_delay": REFILL_S,
        },
    )
