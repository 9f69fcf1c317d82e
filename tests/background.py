"""Programs as a script starts them in the background: with SIGINT ignored."""

import os
import signal
import subprocess
import time


def start(command, **options):
    """Start a command as a script does with `&`, its output and its errors piped."""
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    return subprocess.Popen(ignoring, **options)


def await_file(path, process):
    """Wait until a process has written a file; fail when it ends without."""
    while not (path.exists() and path.stat().st_size):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def stop(process, sign):
    """Send a process a signal; return its output and errors, and fail where it goes on."""
    process.send_signal(sign)
    try:
        return process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        raise AssertionError(f"it goes on after {sign.name}: {output} {errors}") from None
