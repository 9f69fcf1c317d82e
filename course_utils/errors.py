"""Errors that a person can act on: what was wrong, with which file, and what to do."""

import difflib


class CourseError(Exception):
    """Something the user can put right. A notebook shows its message without a traceback."""

    def _render_traceback_(self):  # the hook that IPython asks before it formats a traceback
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(CourseError, ValueError):
    """A name that the course does not know."""


class SettingError(CourseError, ValueError):
    """An environment variable of the course with a value that means nothing."""


class MissingPackageError(CourseError, ImportError):
    """A package the course needs is absent or too old."""


class DataError(CourseError, OSError):
    """Data that cannot be read, downloaded or written."""


class PictureError(CourseError, OSError):
    """A file that is no picture, or a picture that cannot be read."""


def unknown_name(kind, name, known):
    """Return the error for a name that is not in ``known``, nearest names first.

    Args:
        kind: what the name should have named, in words ("dataset", "lesson").
        name: what was given.
        known: iterable of the names that exist.
    """
    known = sorted(known)
    nearest = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
    did_you_mean = f" Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
    return UnknownNameError(
        f"There is no {kind} {name!r}.{did_you_mean} Known: {', '.join(known)}."
    )
