"""The one decision: real, download, or the course's own, and why.

Whatever the course gets from elsewhere, a dataset or a network's weights, is looked for in the same
order: where it lies already, in a download, in what the course has drawn or trained itself. The
start page shows a plan; `load_dataset`, `pretrained_base` and `find_photos` carry it out.
"""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

from course_utils.errors import DataError
from course_utils.machine.language import say
from course_utils.machine.settings import setting
from course_utils.sources import downloads

UNASKED_MEGABYTES = 100
"""The largest download that starts without `COURSE_DATA=real`."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What can be had from elsewhere: a dataset, a file of weights.

    Attributes:
        name: the name in the printed line; `what`, in a sentence, such as "the real mnist".
        megabytes, url: the size of the download, and an address on the server that it comes from.
        folder: where a download puts it.
        otherwise: how else it can be had, the end of a sentence.
        find: returns `(place or None, reasons)`: where it lies already, or why not. Raises a
            DataError where it lies there damaged.
        download: function of a `downloads.Patience` that returns the place where it then lies.
            Raises a NotFetchedError where no server gives it, a DataError where it cannot be
            written.
        instead: returns the place of something that serves nearly as well, or None.
    """

    name: str
    what: str
    megabytes: float
    url: str
    folder: Path
    otherwise: str
    find: Callable
    download: Callable
    instead: Callable = lambda: None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Where something is to come from.

    Attributes:
        kind: "real", it lies at `place`; "download"; or "own", what the course made itself.
        place: its `Path`, None with any other kind than "real".
        reasons: why it is not real, or not the first choice, in words.
    """

    kind: str
    place: Path | None
    reasons: tuple[str, ...]

    @property
    def why_not_real(self):
        return "; ".join(self.reasons)


def mode():
    """Return "auto", "real" or "sample": `COURSE_DATA`, and without it what the profile implies."""
    return setting("COURSE_DATA") or ("sample" if setting("COURSE_PROFILE") == "ci" else "auto")


def plan(wanted, too_slow=None):
    """Return the `Plan` for a `Wanted`: nothing is downloaded, the network is asked for 2 seconds.

    Args:
        wanted: what is asked for.
        too_slow: why the real one does not fit this machine, in words; None where it does.

    Raises:
        DataError: it lies there damaged.
    """
    if mode() == "sample":
        asked = "COURSE_DATA" if setting("COURSE_DATA") else "COURSE_PROFILE"
        return Plan(
            "own", None, (say("as {setting} asks", setting=f"{asked}={os.environ[asked]}"),)
        )
    if too_slow:
        return Plan("own", None, (too_slow,))
    place, reasons = wanted.find()
    if place:
        return Plan("real", place, ())
    if mode() == "real":
        return Plan("download", None, tuple(reasons))
    if wanted.megabytes > UNASKED_MEGABYTES:
        reason = f"COURSE_DATA=real downloads {wanted.what}, {wanted.megabytes:g} MB"
    else:
        reason = downloads.probe(wanted.url)
    return _second_best(wanted, [*reasons, reason]) if reason else Plan("download", None, ())


def _second_best(wanted, reasons):
    place = wanted.instead()
    return Plan("real" if place else "own", place, tuple(reasons))


def obtain(wanted, too_slow=None):
    """Carry out the `plan` and return it, its kind "real" or "own".

    Args:
        wanted, too_slow: see `plan`.

    Raises:
        DataError: it lies there damaged, or `COURSE_DATA=real` and it cannot be had.
    """
    made = plan(wanted, too_slow)
    asked = mode() == "real"
    if made.kind == "download":
        print(
            say(
                "{name}: downloading {size:g} MB to {folder}",
                name=wanted.name,
                size=wanted.megabytes,
                folder=wanted.folder,
            )
        )
        try:
            patience = downloads.ASKED if asked else downloads.UNASKED
            return Plan("real", wanted.download(patience), ())
        except downloads.NotFetchedError as problem:
            made = _second_best(wanted, [*made.reasons, str(problem)])
        except DataError as problem:
            if asked:
                raise
            made = _second_best(wanted, [*made.reasons, str(problem).rstrip(".")])
    if made.kind == "own" and asked:
        raise DataError(
            f"COURSE_DATA=real, but {wanted.what} cannot be had: {made.why_not_real}. "
            f"Connect to a network, or {wanted.otherwise}."
        )
    return made
