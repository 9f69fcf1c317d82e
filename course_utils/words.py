"""How messages are put: how many, where they are shown, and what a terminal can show."""

import re
import sys


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
