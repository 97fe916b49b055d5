"""Web servers: connections to them, through the user's proxy, and what it means if none answers."""

import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}


class Connections:
    """Open connections to web servers, kept for later requests, safe to use from many threads.

    Requests go through the proxies that the environment names (`http_proxy`, `https_proxy`, but for
    the hosts of `no_proxy`). `per_host` connections to one host are kept open.
    """

    def __init__(self, user_agent: str, per_host: int, n_hosts: int = 1, block: bool = False):
        settings = {"maxsize": per_host, "num_pools": n_hosts, "block": block}
        settings["headers"] = {"User-Agent": user_agent}
        self._direct = urllib3.PoolManager(**settings)
        self._proxied = {
            scheme: urllib3.ProxyManager(proxy, **settings)
            for scheme, proxy in getproxies().items()
            if scheme in ("http", "https")
        }

    def get(self, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """The server's answer to one request, whatever it is: nothing is repeated or followed."""
        parts = urlsplit(url)
        proxied = self._proxied.get(parts.scheme)
        use = self._direct if proxied is None or proxy_bypass(parts.netloc) else proxied
        return use.request("GET", url, retries=False, **options)

    def close(self) -> None:
        """Close the connections."""
        for connections in (self._direct, *self._proxied.values()):
            connections.clear()


def retry_after_s(header: str) -> float:
    """Seconds that a Retry-After header asks for: a number or a date; 0 if it is neither.

    >>> retry_after_s("120"), retry_after_s("soon"), retry_after_s("")
    (120.0, 0.0, 0.0)
    """
    if header.isascii() and header.isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def why_no_answer(error: Exception, timeout_s: int | float) -> str:
    """In a few words, why a request got no answer, or only the beginning of one."""
    match error:
        case urllib3.exceptions.NameResolutionError():
            return "no computer has that name"
        case urllib3.exceptions.NewConnectionError():
            why = getattr(error.__cause__, "strerror", None) or "no connection"
            return f"no server answers there ({why})"
        case urllib3.exceptions.TimeoutError():
            return f"no answer within {timeout_s:g} s"
        case urllib3.exceptions.SSLError() | urllib3.exceptions.ProxyError():
            return f"{type(error).__name__}: {' '.join(str(error).split())}"
        case _:
            return "the connection was lost"
