"""Lines that can be written wherever standard output goes: in ASCII, too, or in cp932."""

import codecs
import sys

_PLAIN = {"·": "-", "–": "-", "…": "...", "×": "x", "✓": "+", "✗": "x", "█": "#", "’": "'"}


def _plain(error):
    """Return what stands for the letters that an encoding lacks, and where to go on."""
    letters = error.object[error.start : error.end]
    plain = [_PLAIN.get(letter) or ascii(letter)[1:-1] for letter in letters]
    return "".join(plain), error.end


def write_everywhere():
    """Let this process print what its encoding lacks in plainer letters, in place of stopping.

    A terminal of Windows in Japan or a server without a locale knows no "✓"; a file name may hold
    bytes that are no text at all.
    """
    codecs.register_error("course", _plain)
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) in ("strict", "surrogateescape", "backslashreplace"):
            stream.reconfigure(errors="course")
