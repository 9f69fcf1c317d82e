"""How a program is stopped: with Ctrl-C or `kill`, or because it takes too long."""

import contextlib
import signal
import threading


def stop_when_asked():
    """Let SIGINT and SIGTERM end this program by a `KeyboardInterrupt`; call it first of all.

    What a script puts into the background with `&` begins with SIGINT ignored, and Python leaves it
    so; SIGTERM would end it at once, and leave half of its work behind.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)


class OutOfTime(BaseException):
    """Ends what runs in `processor_time`; no `except Exception` holds it up."""


@contextlib.contextmanager
def processor_time(seconds):
    """Raise `OutOfTime` in what runs inside once the process has used so much processor time.

    It is raised again every further second, in case that something has caught it. Where the system
    has no such clock (Windows), and in threads but the main one, there is no limit.

    Args:
        seconds: of all cores together.

    Yields:
        a list, empty as long as there is time left.
    """
    over = []
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield over
        return

    def stop(*_):
        over.append(True)
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield over
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before or signal.SIG_DFL)
