"""What is known of the lessons: what people write down, and what recorded runs have measured."""

import json
from pathlib import Path

from course_utils.errors import DataError

ALL_LESSONS = json.loads((Path(__file__).parent / "lessons.json").read_text(encoding="utf-8"))
"""Each lesson's title, expected minutes, share of the epochs, figures and published values."""

LESSONS = {name: lesson for name, lesson in ALL_LESSONS.items() if "figures" in lesson}
"""The lessons that can be started; those in preparation have no figures yet."""


def recorded(name, profile="*", data="*"):
    """Return the recorded runs of a lesson, dicts as `tools.record` describes them, in fixed order.

    Args:
        name: the lesson's name.
        profile: "full" or "quick"; all if not given.
        data: "real" or "sample"; all if not given.

    Raises:
        DataError: a file holds no run.
    """
    package = Path(__file__).resolve().parent.parent
    folders = [home / "results" for home in (package / "data", package.parent)]
    folder = next((folder for folder in folders if folder.is_dir()), folders[-1])
    runs = []
    for path in sorted((folder / name).glob(f"{profile}-{data}-*.json")):
        try:
            runs.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path} holds no run ({error}). In a clone of the course, `git checkout -- "
                "results` restores it; elsewhere, install the course's helpers again."
            ) from None
    return runs
