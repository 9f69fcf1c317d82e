"""How a program is stopped: with Ctrl-C or `kill`, wherever it was started."""

import signal


def stop_when_asked():
    """Let SIGINT and SIGTERM end this program by a `KeyboardInterrupt`; call it first of all.

    What a script puts into the background with `&` begins with SIGINT ignored, and Python leaves it
    so; SIGTERM would end it at once, and leave half of its work behind.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
