"""What all tests share: a network of their own, and skips that CI does not accept."""

import os
import re

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
def internet(tmp_path, monkeypatch):
    """A stand-in for every server there is, which this process and its children ask."""
    from tests.internet import Internet

    stand_in = Internet(tmp_path)
    for name, value in stand_in.variables.items():
        monkeypatch.setenv(name, value)
    yield stand_in
    stand_in.close()


@pytest.fixture
def offline(monkeypatch):
    """No server can be reached."""
    from tests.internet import proxies

    for name, value in proxies("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
