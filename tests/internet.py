"""A stand-in for all servers: a proxy on loopback that answers for them, or misbehaves.

A process that has `Internet.variables` in its environment asks nobody else.
"""

import functools
import gzip
import http.server
import ssl
import threading
from urllib.parse import urlsplit

import trustme


@functools.cache
def authority():
    return trustme.CA()


class Internet:
    """What every server answers: `answer(handler)`, one of the functions below.

    Attributes:
        files: the content of files by the last part of their address.
        answer: what is done with a request for one of them.
        asked: the addresses that were asked for.
    """

    def __init__(self, folder):
        self.files, self.asked = {}, []
        self.answer = send
        self.ended = threading.Event()
        certificate = folder / "authority.pem"
        authority().cert_pem.write_to_path(certificate)
        handler = type("Bound", (Handler,), {"internet": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.handle_error = lambda *_: None  # who asked has gone away
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.variables = proxies(f"http://127.0.0.1:{self.server.server_port}")
        self.variables |= {
            "REQUESTS_CA_BUNDLE": str(certificate),
            "SSL_CERT_FILE": str(certificate),
        }

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


def proxies(address):
    """Return variables that send every request to a proxy."""
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    return dict.fromkeys(names, address) | {"no_proxy": "", "NO_PROXY": ""}


class Handler(http.server.BaseHTTPRequestHandler):
    internet = None
    host = ""

    def do_CONNECT(self):
        self.host = self.path.split(":")[0]
        self.send_response(200)
        self.end_headers()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority().issue_cert(self.host).configure_cert(context)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.handle_one_request()
        self.close_connection = True

    def do_HEAD(self):
        self.send_response(405)
        self.end_headers()

    def do_GET(self):
        self.internet.asked.append(f"https://{self.host}{self.path}" if self.host else self.path)
        self.internet.answer(self)
        self.close_connection = True

    def body(self):
        return self.internet.files.get(urlsplit(self.path).path.rsplit("/", 1)[-1], b"")

    def begin(self, status=200, size=None, **headers):
        self.send_response(status)
        if size is not None:
            self.send_header("Content-Length", str(size))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_):
        pass


def send(handler):
    body = handler.body()
    handler.begin(200 if body else 404, len(body))
    handler.wfile.write(body)


def send_without_size(handler):
    handler.begin()
    handler.wfile.write(handler.body())


def refuse(status):
    return lambda handler: handler.begin(status, 0)


def later(seconds):
    def answer(handler):
        handler.internet.ended.wait(seconds)
        send(handler)

    return answer


def break_off(handler):
    body = handler.body()
    handler.begin(size=len(body))
    handler.wfile.write(body[: len(body) // 2])


def stall(handler):
    body = handler.body()
    handler.begin(size=len(body) + 10_000)
    handler.wfile.write(body[:10_000])
    handler.internet.ended.wait()


def endless(handler):
    handler.begin()
    while not handler.internet.ended.is_set():
        handler.wfile.write(bytes(1 << 16))


def packed(handler):
    body = gzip.compress(handler.body())
    handler.begin(size=len(body), Content_Encoding="gzip")
    handler.wfile.write(body)


def drip(handler):
    handler.begin(size=1_000_000)
    while not handler.internet.ended.wait(0.5):
        handler.wfile.write(b"x")


def other_file(handler):
    size = len(handler.body())
    handler.begin(size=size)
    handler.wfile.write(bytes(size))


def sign_in(headers):
    page = b"<!DOCTYPE html><html><title>Welcome to the train</title><form>...</form></html>"

    def answer(handler):
        handler.begin(200, len(page), **headers)
        handler.wfile.write(page)

    return answer


def redirect(handler):
    handler.begin(302, 0, Location="http://portal.example/" + "x" * (len(handler.path) + 1))


def hang_up(handler):
    handler.connection.close()


def say_nothing(handler):
    handler.internet.ended.wait()
