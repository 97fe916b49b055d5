"""One photo from its address into a file: a single try, and what came of it."""

import errno
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import urllib3

from geoutils.files import replace_synced
from geoutils.photos.download.addresses import address_problem
from geoutils.photos.download.limits import Limits
from geoutils.photos.download.names import file_of
from geoutils.photos.sources.look import ENDS
from geoutils.web import WORTH_RETRYING, Connections, retry_after_s, why_no_answer

PIECE = 2**16  # bytes read at a time
DRAINED = 2**16  # bytes of an answer that is no photo, read so that the connection can stay open
SLOWEST = 1_000  # bytes a second, after the time that silence is allowed
REDIRECTS = {301, 302, 303, 307, 308}
BEGINNINGS = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
TAKEN = ("image/jpeg", "image/jpg", "image/png", "image/webp")
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
TRUNCATED = "truncated: the connection ended before the photo did"
# Flickr sends who asks for a photo that was removed to a picture which says so.
STAND_IN = re.compile(r"/photo_unavailable\w*\.\w+$")


@dataclass(frozen=True)
class Outcome:
    """What came of one try.

    `kind` is "kept"; "gone" (asking again would not help); "again" (it may); "moved" (to `url`);
    "refused" (the host wants fewer requests, and a pause of `wait_s`); "silent" (no such host, or
    nobody there). `is_answer` is whether the host has said anything.
    """

    kind: str
    reason: str = ""
    url: str = ""
    wait_s: int | float = 0
    is_answer: bool = True


class _UnusableError(Exception):
    """Why an answer is no photo that can be kept."""


class _TooSlowError(Exception):
    """An answer that comes so slowly that it might never end."""


def fetch(
    connections: Connections, url: str, folder: Path, photo: str, scratch: Path, limits: Limits
) -> Outcome:
    """Ask for a photo once; under its own name there is a whole file afterwards, or none.

    Until it is whole it is `scratch`, on the same disk. Raises OSError where nothing can be
    written.
    """
    try:
        response = connections.get(
            url,
            timeout=urllib3.Timeout(connect=limits.timeout_s, read=limits.timeout_s),
            headers={"Accept": "image/*", "Accept-Encoding": "identity"},
            preload_content=False,
        )
    except urllib3.exceptions.HTTPError as error:
        met = not isinstance(
            error,
            urllib3.exceptions.NewConnectionError
            | urllib3.exceptions.ConnectTimeoutError
            | urllib3.exceptions.ProxyError,
        )
        kind = "again" if met else "silent"
        return Outcome(kind, why_no_answer(error, limits.timeout_s), is_answer=False)
    try:
        if response.status == 200:
            return _keep(response, folder, photo, scratch, limits)
        with suppress(urllib3.exceptions.HTTPError, _TooSlowError):
            _drain(response, limits)
        return _no_photo(response, url)
    except _UnusableError as error:
        return Outcome("gone", str(error))
    except _TooSlowError:
        return Outcome("again", f"slower than {SLOWEST:,} bytes a second")
    except urllib3.exceptions.TimeoutError as error:
        return Outcome("again", why_no_answer(error, limits.timeout_s))
    except urllib3.exceptions.HTTPError:
        return Outcome("again", TRUNCATED)
    finally:
        response.close()  # a connection whose answer was read to its end is kept nevertheless


def _no_photo(response: urllib3.BaseHTTPResponse, url: str) -> Outcome:
    """What an answer other than 200 means."""
    told, reason = response.headers.get("Retry-After", ""), _status(response.status)
    if response.status in REDIRECTS:
        return _moved(response.headers.get("Location", ""), url, reason)
    if response.status == 429 or (response.status == 503 and told):
        return Outcome("refused", reason, wait_s=retry_after_s(told))
    if response.status in WORTH_RETRYING:
        return Outcome("again", reason, wait_s=retry_after_s(told))
    return Outcome("gone", reason)


def _moved(location: str, url: str, reason: str) -> Outcome:
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    problem = address_problem(target) if location else "no address"
    if problem:
        return Outcome("gone", f"{reason} to {problem}")
    if STAND_IN.search(urlsplit(target).path):
        return Outcome("gone", "removed: the host shows a picture that says so")
    return Outcome("moved", url=target)


def _keep(
    response: urllib3.BaseHTTPResponse, folder: Path, photo: str, scratch: Path, limits: Limits
) -> Outcome:
    told = response.headers.get("Content-Length", "")
    too_large = f"larger than {limits.max_bytes:,} bytes"
    if told.isdecimal() and int(told) > limits.max_bytes:
        return Outcome("gone", too_large)
    try:
        size, begin, end = 0, b"", b""
        with open(scratch, "wb") as file:
            for piece in _pieces(response, limits):
                begin, end = (begin + piece[:32])[:32], (end + piece)[-4096:]
                size += len(piece)
                if size > limits.max_bytes:
                    return Outcome("gone", too_large)
                file.write(piece)
        kind = next((kind for kind, sign in BEGINNINGS.items() if sign.match(begin)), "")
        if size == 0:
            return Outcome("again", "an empty answer")
        if not kind:
            raise _UnusableError(_no_image(begin, response.headers.get("Content-Type", "")))
        is_framed = told.isdecimal() or "chunked" in response.headers.get("Transfer-Encoding", "")
        if not is_framed and kind in ENDS and not end.rstrip(b"\0").endswith(ENDS[kind]):
            return Outcome("again", TRUNCATED)
        _publish(scratch, file_of(folder, photo, SUFFIXES[kind]))
        return Outcome("kept")
    finally:
        scratch.unlink(missing_ok=True)


def _no_image(begin: bytes, content_type: str) -> str:
    """What an answer is instead of a photo, by how it begins and what it is said to be."""
    said = content_type.split(";")[0].strip()[:60]
    is_page = begin.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    found = "a page" if is_page else "gzip" if begin.startswith(b"\x1f\x8b") else ""
    if said.lower() in TAKEN:
        found = f"{found or 'something else'}, sent as {said}"
    else:
        found = said or found
    return f"no JPEG, PNG or WebP image{f' but {found}' if found else ''}"


def _publish(scratch: Path, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_synced(scratch, file)
    except OSError as error:
        if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
            raise _UnusableError("its name is that of a folder, or of a file above it") from None
        if error.errno in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL):
            raise _UnusableError(f"no name for a file here ({error.strerror})") from None
        raise


def _pieces(response: urllib3.BaseHTTPResponse, limits: Limits) -> Iterator[bytes]:
    """The body as it comes, as it was sent: nothing is decompressed, so that it cannot explode."""
    began, size = time.monotonic(), 0
    while piece := response.read1(PIECE, decode_content=False):
        size += len(piece)
        elapsed_s = time.monotonic() - began
        if elapsed_s > limits.timeout_s and size < SLOWEST * elapsed_s:
            raise _TooSlowError
        yield piece


def _drain(response: urllib3.BaseHTTPResponse, limits: Limits) -> None:
    size = 0
    for piece in _pieces(response, limits):
        size += len(piece)
        if size > DRAINED:
            return


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
