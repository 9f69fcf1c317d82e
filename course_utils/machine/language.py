"""The language that the course speaks: what helpers say goes through `say`, and gettext.

English stands in the code. The catalogues in `locale/`, below this file, are made of those in the
repository's `locale/` by `make catalogues`; what they lack is said in English. `COURSE_LANGUAGE`
chooses: the first cell of a translated notebook sets it.
"""

import functools
import gettext
import os
import re
from pathlib import Path

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "course_utils"
ENGLISH = "en"
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u200c"
_RUN = re.compile(rf"[^{_RTL}\s][^{_RTL}\n]*")
_OPEN, _CLOSED = "([{", ")]}"


def language():
    """Return the language that is set: "fa", say; "en" where none is, or none that we have."""
    asked = os.environ.get("COURSE_LANGUAGE", "").strip().strip("\"'").lower()
    return asked if asked and (CATALOGUES / asked).is_dir() else ENGLISH


def has_lesson(name):
    """Return whether a lesson has a page in the language that is set."""
    lessons = CATALOGUES / language() / "lessons.txt"
    return language() == ENGLISH or name in lessons.read_text(encoding="utf-8").split()


@functools.cache
def _catalogue(name):
    return gettext.translation(DOMAIN, CATALOGUES, [name], fallback=True)


def say(text, /, **values):
    """Return a text in the reader's language, with values in place of its `{names}`."""
    said = _catalogue(language()).gettext(text) if text else text
    return said.format(**values) if values else said


def say_count(count, one, many, /, **values):
    """Return what is said of one thing or of many, in the reader's language; see `{count}`."""
    said = _catalogue(language()).ngettext(one, many, count)
    return said.format(count=count, **values)


def later(text):
    """Return a text as it is: whoever shows it says it in the reader's language."""
    return text


def attributes():
    """Return what an HTML element says of its language: ' lang="fa" dir="rtl"'; "" in English."""
    name = language()
    if name == ENGLISH:
        return ""
    return f' lang="{name}" dir="{"rtl" if name in RIGHT_TO_LEFT else "ltr"}"'


def in_order(text):
    """Return a text whose sums and code are read from left to right where its language is not.

    Right-to-left prose turns `3 − 1 = 2` round. Two characters that nobody sees keep it as it is.
    """
    return isolated(text) if language() in RIGHT_TO_LEFT else text


def isolated(text):
    """Return right-to-left text with U+2066 and U+2069 around what is read from left to right."""
    return _RUN.sub(lambda run: "".join(map(_isolate, _sentences(run[0]))), text)


def _sentences(run):
    """Part what stands between two words of the language where a sentence ends."""
    return re.split(r"(?<=[.:;!?])(?= )", run)


def _isolate(run):
    begin, end = 0, len(run)
    while begin < end and (run[begin] in " «»\"'·|" or _lonely(run, begin, begin, end)):
        begin += 1
    while begin < end and (
        run[end - 1] in " «»\"'.,:;!?·|"
        or (run[end - 1] == "…" and not run[end - 2].isdigit())
        or _lonely(run, end - 1, begin, end)
    ):
        end -= 1
    inner = run[begin:end]
    if not re.search(r"[^\W_]", inner) or not re.search(r"[^\w\s()]|\d\s|\s\d", inner):
        return run  # plain words, and single numbers, are in order by themselves
    return f"{run[:begin]}\u2066{inner}\u2069{run[end:]}"


def _lonely(run, place, begin, end):
    """Return whether the bracket at a place has its other half outside of what is isolated."""
    depth, letter = 0, run[place]
    if letter in _OPEN:
        for other in run[place:end]:
            depth += (other in _OPEN) - (other in _CLOSED)
            if not depth:
                return False
        return True
    if letter in _CLOSED:
        for other in reversed(run[begin : place + 1]):
            depth += (other in _CLOSED) - (other in _OPEN)
            if not depth:
                return False
        return True
    return False


class Spoken:
    """The language as the first cell of a translated notebook shows it; see `speak`."""

    def __repr__(self):
        return say("This notebook speaks English.")

    def _repr_html_(self):
        rtl = language() in RIGHT_TO_LEFT
        return f"{_STYLE if rtl else ''}<p{attributes()}>{self!r}</p>"


_STYLE = (
    "<style>[dir=rtl]{text-align:right!important}"
    "[dir=rtl] :is(p,li,h1,h2,h3,th,td,table){text-align:right!important}"
    "[dir=rtl] blockquote{border-left:0!important;border-right:5px solid #ccc}"
    "[dir=rtl] table{margin-left:auto;margin-right:0}"
    "[dir=rtl] :is(ul,ol){padding-right:2em;padding-left:0}"
    "[dir=rtl] :is(code,pre){direction:ltr;unicode-bidi:isolate;text-align:left}"
    ".jp-OutputArea-output pre{unicode-bidi:plaintext}</style>"
)
"""Notebooks put all paragraphs at the left, whatever their language."""


def speak(name):
    """Have the helpers speak a language in this notebook, and say so.

    Args:
        name: "fa", for example; one that the course does not have is English.
    """
    os.environ["COURSE_LANGUAGE"] = name
    return Spoken()
