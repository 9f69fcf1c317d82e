"""A program in the background of a script can be stopped, and leaves nothing half-written."""

import os
import signal
import sys

import pytest

from tests import background
from tools.build_notebooks import ROOT

SIGNS = pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
# Written by the process that works for the program, which then never comes to an end.
WAIT = """
import os, pathlib, time
def wait(*_):
    pathlib.Path({path!r}).write_text(str(os.getpid()))
    time.sleep(1_000_000)
"""


def started_and_stopped(command, sign, at_work, environment):
    """Start a program, stop it when its worker is at work; return `(status, output, errors)`."""
    options = {"cwd": ROOT, "env": os.environ | environment, "text": True}
    with background.start([sys.executable, *command], **options) as process:
        background.await_file(at_work, process)
        output, errors = background.stop(process, sign)
    with pytest.raises(ProcessLookupError):
        os.kill(int(at_work.read_text()), 0)
    return process.returncode, output, errors


@SIGNS
def test_a_lesson(tmp_path, sign):
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "wait.py"
    startup.parent.mkdir(parents=True)
    code = WAIT.format(path=str(tmp_path / "at_work"))
    startup.write_text(code + "get_ipython().events.register('pre_run_cell', wait)\n")
    (tmp_path / "temporary").mkdir()
    environment = {"IPYTHONDIR": str(startup.parents[2]), "TMPDIR": str(tmp_path / "temporary")}
    command = ["-m", "tools.run_lesson", "01", "--build", str(tmp_path / "build")]
    status, _, errors = started_and_stopped(command, sign, tmp_path / "at_work", environment)
    assert (status, errors) == (130, "\nInterrupted; nothing was left behind.\n")
    assert os.listdir(tmp_path / "build") == os.listdir(tmp_path / "temporary") == []
