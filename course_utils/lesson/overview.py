"""What the start page shows: the lessons, this machine, and what is kept on its disk."""

import contextlib
import datetime
import importlib.metadata
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from course_utils.errors import DataError, unknown_name
from course_utils.lesson.known import ALL_LESSONS, is_appendix, recorded
from course_utils.lesson.models import output_folder
from course_utils.lesson.tables import Link, Table
from course_utils.machine.device import find_device
from course_utils.machine.language import ENGLISH, has_lesson, language, later, say
from course_utils.machine.settings import CHOICES, cache_folder, profile
from course_utils.sources.catalogue import DATASETS
from course_utils.sources.datasets import plan_dataset
from course_utils.sources.prepared import tfds_folders
from course_utils.sources.weights import keras_models_folder

_CACHED = {
    "samples": later("pictures that the course has drawn"),
    "models": later("models that lessons have saved"),
    "lessons": later("pictures that lessons have written to folders"),
    "photo-embeddings": later("paths and embeddings of your own pictures, by find_photos"),
}


def show_lessons():
    """Return a table of the lessons: minutes, download, memory, and when each ran here last.

    Minutes are those of the quick profile on two CPU cores and of the full one; memory is the
    highest that was measured with the full profile on real data. A lesson ran here where the
    network that it saves lies on this machine; an appendix may save none. Titles lead to the
    notebooks: in Colab to those of the repository, elsewhere to those in the same folder.
    """
    head = [say("lesson"), "", say("minutes (quick / full)"), say("download")]
    rows = [[*head, say("memory (full)"), say("run here")]]
    for name, lesson in ALL_LESSONS.items():
        needs = [say("in preparation"), "", "", ""]
        if "figures" in lesson:
            size = sum(DATASETS[data].megabytes for data in lesson["datasets"])
            runs = recorded(name, "full", "real")
            memory = max((run.get("memory_mb", 0) for run in runs), default=0)
            model = output_folder("models") / f"{name}.keras"
            ran = model.exists() and datetime.date.fromtimestamp(model.stat().st_mtime)
            needs = [
                f"{lesson['minutes']['quick']} / {lesson['minutes']['full']}",
                f"{size} MB",
                f"{memory / 1000:.1f} GB" if memory else say("not measured"),
                ran or ("" if is_appendix(name) else "–"),
            ]
        title = say(lesson["title"])
        title = title if has_lesson(name) else say("{title} (in English)", title=title)
        rows.append([name[:2], Link(title, _address(name)), *needs])
    return Table(rows)


def _address(name):
    """Return where a lesson opens: in Colab, which has no files beside the notebook, on the web.

    A notebook in another language than English lies in a folder of its own.
    """
    if "google.colab" not in sys.modules:
        return f"{'' if has_lesson(name) else '../'}{name}.ipynb"
    about = importlib.metadata.metadata("image-classification-course")
    links = dict(link.split(", ", 1) for link in about.get_all("Project-URL"))
    place = links["Repository"].removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{place}/blob/v{about['Version']}"
    folder = f"/{language()}" if language() != ENGLISH and has_lesson(name) else ""
    return f"{colab}/notebooks{folder}/{name}.ipynb"


def show_machine():
    """Return a table of what a lesson would use here: profile, device, and data for each set.

    Nothing is downloaded or drawn; the network is asked for two seconds at most.
    """
    kind, device = find_device()
    others = say(
        "{profile} (COURSE_PROFILE sets it: {choices})",
        profile=profile(kind),
        choices=", ".join(CHOICES["COURSE_PROFILE"]),
    )
    rows = [["", say("here")], [say("profile"), others], [say("device"), device]]
    with ThreadPoolExecutor() as pool:  # every server gets its two seconds at the same time
        rows += zip(DATASETS, pool.map(_where, DATASETS), strict=True)
    return Table(rows)


def _where(name):
    """Return in words where `load_dataset(name)` would find the data, without getting it."""
    try:
        made = plan_dataset(name)
    except DataError as error:
        return say("damaged: {error}", error=error)
    if made.kind == "real":
        return say("real data, in {place}", place=made.place)
    if made.kind == "download":
        return say("real data, a download of {size} MB", size=DATASETS[name].megabytes)
    return say("a drawn sample ({reason})", reason=made.why_not_real)


def show_cache():
    """Return a table of the folders that fill up on this machine: what is in them, how big."""
    rows = [[say("folder"), say("what"), say("size")]]
    folders = [(cache_folder() / name, what) for name, what in _CACHED.items()]
    with contextlib.suppress(DataError):  # without a home folder, TFDS keeps nothing in it
        folders += [(folder, later("datasets prepared by TFDS")) for folder in tfds_folders()]
    with contextlib.suppress(DataError):
        folders.append((keras_models_folder(), later("pretrained weights, kept by Keras")))
    for folder, what in folders:
        files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
        size = sum(path.stat().st_size for path in files) / 1e6
        rows.append([folder, say(what), f"{size:,.0f} MB" if files else say("empty")])
    return Table(rows)


def clear_cache(what):
    """Delete one part of the course's own cache and return its folder.

    What TFDS and Keras keep belongs to your other projects too, and is never touched.

    Args:
        what: "samples", "models", "lessons" or "photo-embeddings".

    Raises:
        UnknownNameError: the cache has no such part.
        DataError: the folder cannot be deleted.
    """
    if what not in _CACHED:
        raise unknown_name("part of the cache", what, _CACHED)
    folder = cache_folder() / what
    try:
        if folder.exists():
            shutil.rmtree(folder.resolve())
        if folder.is_symlink():
            folder.unlink()
    except OSError as error:
        raise DataError(f"{folder} cannot be deleted ({error.strerror or error}).") from None
    return folder
