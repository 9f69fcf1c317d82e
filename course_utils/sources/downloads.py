"""Files from the network: whole and checked, or a plain reason why not, within a set time."""

import contextlib
import dataclasses
import hashlib
import queue
import re
import sys
import threading
from urllib.parse import urlsplit

from course_utils.machine import imports
from course_utils.machine.language import say
from course_utils.machine.printing import printable
from course_utils.store import locked, whole_file

_BLOCK = 1 << 16
"""Bytes that arrive in one piece: a server that takes longer for them than it may has stalled."""
_PAGE = "sent a web page in place of the file, as the sign-in page of a hotel or a train does"


class NotFetchedError(Exception):
    """A file could not be fetched; the text says why, in words that fit into a sentence."""


class _Page(Exception):
    """A server sent a web page."""


@dataclasses.dataclass(frozen=True)
class Patience:
    """How many seconds a server may take for its first answer, and for each next piece."""

    answer: float
    piece: float


UNASKED = Patience(answer=2, piece=4)
"""For a download that nobody asked for: there is a sample to go on with."""
ASKED = Patience(answer=60, piece=60)


def probe(url):
    """Return None where a server begins to send the file, else why it does not, in words."""
    try:
        with contextlib.closing(_pieces(url, UNASKED)) as pieces:
            next(pieces)
    except NotFetchedError as problem:
        return str(problem)
    return None


def fetch(url, path, damage, most, patience=ASKED):
    """Download a file to `path`, with a progress bar, unless it is there; return the path.

    It gets its name when all of it is there and has been checked. Another process that fetches the
    same waits. What breaks off begins anew the next time.

    Args:
        url: its address.
        path: where it is to lie, a `Path`; the folder is made.
        damage: function of a path that returns in words what is wrong with a file, or None.
        most: how many bytes it has at most: where more arrives, it is another file.
        patience: the `Patience` to have with the server.

    Raises:
        NotFetchedError: it cannot be had, or what arrives is not it.
        OSError: it cannot be written.
    """
    from tqdm import tqdm

    with locked(path, f"downloading {path.name}"):
        if path.exists() and not damage(path):
            return path
        with contextlib.closing(_pieces(url, patience)) as pieces:
            size = next(pieces)
            bar = {"unit": "B", "unit_scale": True, "leave": False, "file": sys.stdout}
            with whole_file(path) as aside:
                with open(aside, "wb") as file, tqdm(total=size, **bar) as progress:
                    for piece in pieces:
                        progress.update(file.write(piece))
                        if progress.n > most:
                            raise NotFetchedError(
                                f"{_host(url)} sent more than the {most:,} bytes of the file"
                            )
                arrived = aside.stat().st_size
                if size and arrived != size:
                    raise NotFetchedError(
                        f"{_host(url)} broke off after {arrived:,} of {size:,} bytes"
                    )
                if problem := damage(aside):
                    with open(aside, "rb") as file:
                        is_page = file.read(200).lstrip()[:1] == b"<"
                    said = f"{_host(url)} {_PAGE}"
                    raise NotFetchedError(said if is_page else f"what {_host(url)} sent {problem}")
        return path


def checksum(algorithm, wanted):
    """Return a `damage` function for `fetch`: whether a file has the checksum `wanted`, in hex."""

    def damage(path):
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False))
        if found.hexdigest() != wanted:
            return "is damaged or cut off: its checksum is not the published one"
        return None

    return damage


def _requests():
    """Return the package, which other things may hide."""
    try:
        import requests

        requests.utils  # noqa: B018
        return requests
    except Exception as error:
        imports.explain(error)
        raise NotFetchedError(f"the package requests does not work here ({error})") from None


def _pieces(url, patience):
    """Yield the size in bytes or None when the server begins to send, then the bytes in pieces.

    A thread does the waiting, since the look-up of a name has no time limit, and the time limits of
    sockets do not see a server that sends a byte now and then.

    Raises:
        NotFetchedError: at any time.
    """
    requests = _requests()
    arriving, given_up = queue.Queue(maxsize=16), threading.Event()
    reader = threading.Thread(
        target=_read, args=(requests, url, patience, arriving, given_up), daemon=True
    )
    reader.start()
    seconds, failing = patience.answer, "did not answer within"
    try:
        while True:
            try:
                piece = arriving.get(timeout=seconds)
            except queue.Empty:
                raise NotFetchedError(f"{_host(url)} {failing} {seconds:g} seconds") from None
            if isinstance(piece, Exception):
                raise NotFetchedError(_reason(url, piece))
            if piece == b"":
                return
            yield piece
            seconds, failing = patience.piece, "stopped sending, or sent next to nothing, for"
    finally:
        given_up.set()


def _read(requests, url, patience, arriving, given_up):
    """Put the size, the pieces, and b"" into a queue, or the exception that stops it."""

    def put(what):
        while not given_up.is_set():
            with contextlib.suppress(queue.Full):
                return arriving.put(what, timeout=1)

    try:
        # As it is: a file that ends in .gz is wanted as a file that ends in .gz.
        options = {"stream": True, "headers": {"Accept-Encoding": "identity"}}
        limits = (patience.answer, max(patience.answer, patience.piece))
        with requests.get(url, timeout=limits, **options) as answer:
            answer.raise_for_status()
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                raise _Page
            size = "" if answer.headers.get("Content-Encoding") else "Content-Length"
            put(int(answer.headers.get(size) or 0) or None)
            for piece in answer.iter_content(_BLOCK):
                if given_up.is_set():
                    return
                put(piece)
            put(b"")
    except Exception as error:
        put(error)


def _host(url):
    return urlsplit(url).hostname


def _reason(url, error):
    """Return in words why a server gave no file."""
    requests = _requests()
    host, cause = _host(url), _cause(error)
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    through = ""
    if proxy:  # without a name and a password, which may stand in it
        through = f", asked through the proxy {re.sub('(?<=//)[^/]*@', '', proxy)}"
    if isinstance(error, requests.HTTPError):
        answer = error.response
        said = f"{host} answered {answer.status_code} {answer.reason or ''}".strip()
    elif isinstance(error, requests.exceptions.SSLError):
        said = f"the certificate of {host} is not accepted here ({cause})"
    elif isinstance(error, requests.Timeout):
        said = say("{host} did not answer in time", host=host)
    elif isinstance(error, requests.ConnectionError | requests.exceptions.InvalidProxyURL):
        said = say("no connection to {host}", host=host)
        said += "" if "resolve" in cause else f" ({cause})"
    elif isinstance(error, requests.exceptions.ChunkedEncodingError):
        said = f"{host} broke off in the middle"
    elif isinstance(error, _Page):
        said = f"{host} {_PAGE}"
    else:
        said = f"{host} cannot be asked ({cause})"
    return said + through


def _cause(error):
    """Return the innermost reason of an error of requests, in one line."""
    while True:
        inner = getattr(error, "reason", None) or next(
            (part for part in error.args if isinstance(part, Exception)), None
        )
        if not isinstance(inner, Exception):
            break
        error = inner
    text = str(error).rsplit(": ", 1)[-1].split(" (_ssl.c")[0]
    return printable(" ".join(text.split()))[:120] or type(error).__name__
