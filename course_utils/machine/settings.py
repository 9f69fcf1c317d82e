"""The environment variables that the course reads, and the folders that they name.

| variable           | values                      | meaning                                      |
| ------------------ | --------------------------- | -------------------------------------------- |
| `COURSE_PROFILE`   | full, quick, ci             | how much of the published training is run    |
| `COURSE_DATA`      | auto, real, sample          | which pictures `load_dataset` may give       |
| `COURSE_PRECISION` | float32, bfloat16, auto     | what the layers compute in                   |
| `COURSE_BASE`      | a key of `weights.NETWORKS` | the pretrained base of lessons 06 to 09      |
| `COURSE_START_SEED` | 0 to 4294967295            | what `start` seeds with; 1 if it is not set  |
| `COURSE_CACHE`     | a folder                    | drawn samples and saved models               |
| `COURSE_OUTPUT`    | a folder                    | set by `make lesson`: results and models     |

Spaces, line ends and quotes around a value are no part of it: `%env COURSE_DATA="real"` keeps the
quotes, and a file written on Windows ends its lines in its own way.
"""

import os
import sys
import tempfile
from pathlib import Path

from course_utils.errors import DataError, SettingError

CHOICES = {
    "COURSE_PROFILE": ("full", "quick", "ci"),
    "COURSE_DATA": ("auto", "real", "sample"),
    "COURSE_PRECISION": ("float32", "bfloat16", "auto"),
}


def setting(variable, choices=None):
    """Return the value of a course variable with fixed values, or None where it is not set.

    Capital and small letters are the same.

    Args:
        variable: its name.
        choices: the values allowed; those in `CHOICES` if not given.

    Raises:
        SettingError: the value is none of those allowed.
    """
    value = _value(variable)
    if not value:
        return None
    known = {choice.lower(): choice for choice in choices or CHOICES[variable]}
    if value.lower() not in known:
        raise SettingError(
            f"{variable}={value} means nothing here. "
            f"Use one of: {', '.join(known.values())}; or leave {variable} unset."
        )
    return known[value.lower()]


def start_seed():
    """Return what a lesson seeds its random numbers with: `COURSE_START_SEED`, else 1.

    Raises:
        SettingError: it is no whole number that NumPy takes for a seed.
    """
    value = _value("COURSE_START_SEED") or "1"
    if not (value.isascii() and value.isdigit() and int(value) < 2**32):
        raise SettingError(
            f"COURSE_START_SEED={value} means nothing here. Use a whole number from 0 to "
            f"{2**32 - 1}; or leave COURSE_START_SEED unset."
        )
    return int(value)


def _value(variable):
    return os.environ.get(variable, "").strip().strip("\"'").strip()


def folder_in(variable):
    """Return the folder that an environment variable names, absolute, or None where it is not set.

    Raises:
        DataError: it begins with a home folder, such as `~`, and nothing says where that is.
    """
    value = _value(variable)
    try:
        return Path(value).expanduser().absolute() if value else None
    except RuntimeError:
        raise DataError(
            f"{variable}={value} begins with a home folder that is not known here. Set {variable} "
            f"to a whole path, such as {_example()}."
        ) from None


def home(instead):
    """Return the user's home folder as a `Path`.

    Args:
        instead: the variable that names what is looked for in the home folder.

    Raises:
        DataError: nothing says where it is, as for a user id that the system has no entry for.
    """
    try:
        return Path.home()
    except RuntimeError:
        raise DataError(
            "No home folder is known here: HOME is not set, and the system has no entry for the "
            f"user that runs this. Set {instead} to a folder, such as {_example()}; or set HOME."
        ) from None


def _example():
    """Return a folder that most machines let everybody write to."""
    try:
        return Path(tempfile.gettempdir()) / "course"
    except OSError:
        return "/tmp/course"


def keras_home():
    """Return where Keras keeps weights and settings, as a `Path`: `KERAS_HOME`, else `~/.keras`.

    Raises:
        DataError: `KERAS_HOME` is not set, and no home folder is known.
    """
    return folder_in("KERAS_HOME") or (home("KERAS_HOME") / ".keras").absolute()


def profile(device_kind):
    """Return the profile that a lesson runs with: `COURSE_PROFILE`, else what the device implies.

    Args:
        device_kind: "TPU", "GPU" or "CPU".
    """
    return setting("COURSE_PROFILE") or ("quick" if device_kind == "CPU" else "full")


def cache_folder():
    """Return the course's own cache folder as a `Path`, made if it is missing.

    `COURSE_CACHE`, else the platform's place for caches. TFDS and Keras never look here.

    Raises:
        DataError: the folder cannot be made or written.
    """
    folder = folder_in("COURSE_CACHE") or _caches().absolute() / "image-classification-course"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(
            f"The course cannot write to its cache folder {folder} ({error.strerror or error}). "
            "Set COURSE_CACHE to a folder that you can write to, "
            f"for example COURSE_CACHE={_example()}."
        ) from None
    return folder


def _caches():
    """Return the platform's place for caches."""
    if sys.platform == "darwin":
        return home("COURSE_CACHE") / "Library" / "Caches"
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    ending = "" if sys.platform == "win32" else ".cache"
    return folder_in(variable) or home("COURSE_CACHE") / ending
