"""What is known of the lessons: what people write down, and what recorded runs have measured."""

import json
from pathlib import Path

ALL_LESSONS = json.loads((Path(__file__).parent / "lessons.json").read_text(encoding="utf-8"))
"""Each lesson's title, expected minutes, share of the epochs, figures and published values."""

LESSONS = {name: lesson for name, lesson in ALL_LESSONS.items() if "figures" in lesson}
"""The lessons that can be started; those in preparation have no figures yet."""

RECORDED = [name for name, lesson in LESSONS.items() if lesson["figures"]]
"""The names of those whose runs are recorded. An appendix may have nothing to report."""


def is_appendix(name):
    """Return whether a name, such as "A1_find_my_cat", is that of an appendix."""
    return name.startswith("A")


def called(name):
    """Return what a lesson is called in a text: "Lesson 06", or "Appendix 1"."""
    return f"Appendix {name[1]}" if is_appendix(name) else f"Lesson {name[:2]}"


def recorded(name, profile="*", data="*"):
    """Return the recorded runs of a lesson, dicts as `tools.record` describes them, in fixed order.

    Args:
        name: the lesson's name.
        profile: "full" or "quick"; all if not given.
        data: "real" or "sample"; all if not given.
    """
    package = Path(__file__).resolve().parent.parent
    folders = [home / "results" for home in (package / "data", package.parent)]
    folder = next((folder for folder in folders if folder.is_dir()), folders[-1])
    paths = sorted((folder / name).glob(f"{profile}-{data}-*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]
