"""What all tests share: a network that is too slow, and skips that CI does not accept."""

import http.server
import os
import re
import threading

import pytest

NOT_FOR_CI_TO_PROVIDE = (
    "KERAS_HOME",  # real weights and photographs
    "TFDS_DATA_DIR",
    "can only be mounted by root",  # a container may forbid it even then
    "other systems",
)
"""Parts of the reasons for which a test may be skipped in CI, too."""


def _refuse_skip(report):
    """Turn a skip into a failure where `CI` is set, unless CI cannot provide what is missing."""
    if not report.skipped or hasattr(report, "wasxfail") or not os.environ.get("CI"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not any(re.search(part, reason) for part in NOT_FOR_CI_TO_PROVIDE):
        report.outcome = "failed"
        report.longrepr = f"CI provides what its tests need, and this one was skipped: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _refuse_skip((yield))


@pytest.fixture
def slow_server():
    """The URL of a server that answers after a minute, or when the test has ended."""
    ended = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            ended.wait(60)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # who asked has long gone away
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    ended.set()
    server.shutdown()
    server.server_close()
