"""What is skipped in CI, and what fails there instead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.mark.skipif(True, reason="{reason}")
def test_marked():
    pass

@pytest.fixture
def missing():
    pytest.skip("{reason}")

def test_fixture(missing):
    pass

def test_inside():
    pytest.skip("{reason}")

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    assert False
"""
MODULE = "import pytest\npytest.importorskip('no_such_package', reason='{reason}')\n"


@pytest.mark.parametrize(
    ("reason", "ci", "outcomes"),
    [
        ("bubblewrap is not installed", "true", "1 failed, 1 xfailed, 3 errors"),
        ("bubblewrap is not installed", "", "4 skipped, 1 xfailed"),
        ("KERAS_HOME names no folder of real weights", "true", "4 skipped, 1 xfailed"),
    ],
)
def test_a_skip_in_ci_is_a_failure_unless_ci_cannot_help_it(tmp_path, reason, ci, outcomes):
    hooks = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(hooks)
    (tmp_path / "test_some.py").write_text(TESTS.format(reason=reason))
    (tmp_path / "test_whole_module.py").write_text(MODULE.format(reason=reason))
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "--rootdir"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tmp_path, tmp_path],
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
    )
    assert outcomes in run.stdout, run.stdout
