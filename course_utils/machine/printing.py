"""Lines that can be written wherever standard output goes: in ASCII, too, or in cp932."""

import codecs
import re
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


def number_of(count, things):
    """Return a number with what it counts, as "1 picture" for 1 and "pictures"."""
    return f"{count:,} {things.removesuffix('s') if count == 1 else things}"


def in_notebook():
    """Return whether what is printed is shown in a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def printable(text):
    """Return a text as one line that any output takes.

    What would steer a terminal, and what cannot be encoded, as in an undecodable file name, is
    written as `\\n`, `\\x1b`, `\\udc…`.
    """
    escaped = re.sub(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]",
        lambda match: match[0].encode("unicode_escape").decode(),
        str(text),
    )
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return escaped.encode(encoding, "backslashreplace").decode(encoding)
