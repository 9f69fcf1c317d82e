"""Texts that others have written, made harmless: in tables, on pages, on a terminal, as names."""

import hashlib
import re
import unicodedata

HASHED = re.compile(r"-[0-9a-f]{16}$")
"""What ends a name that stands for another one."""
NAME_BYTES = 80
SHOWN = 20_000
FORMULA = re.compile(r"(^|[;,\t|]) *(?=[=+\-@%])")
"""Where a spreadsheet may begin a formula: at the start of a cell, and behind what parts cells."""
PLAIN = re.compile(r"-?[\d.]*")
"""Numbers, and the hyphen by which Moodle says that there is nothing."""


def inert(text, longest=None):
    """Return a text on one line, without control characters and without marks that turn it round.

    Args:
        longest: characters that are kept; None for all.
    """
    text = str(text)[: None if longest is None else 10 * longest]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if longest is None or len(text) <= longest else text[:longest] + "…"


def cell(text):
    """Return a text that no spreadsheet takes for a formula, nor parts into two cells."""
    text = inert(text)
    return text if PLAIN.fullmatch(text) else FORMULA.sub(lambda found: f"{found[0]}'", text)


def shown(source):
    """Return an answer as it is shown: not millions of characters."""
    more = len(source) - SHOWN
    return source if more <= 0 else f"{source[:SHOWN]}\n# … and {more} characters more"


def utf8(name):
    """Return a text that can be written as UTF-8, whatever bytes or half characters are in it."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def safe_name(student):
    """Return a name that a folder may have, another one for every student, whatever the text."""
    name = unicodedata.normalize("NFC", student)
    name = re.sub(r"[^\w.@-]+", "_", name).strip("._") or "student"
    name = name.encode("utf-8", "replace")[:NAME_BYTES].decode("utf-8", "ignore")
    if name == student and not HASHED.search(name):
        return name
    return f"{name}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:16]}"
