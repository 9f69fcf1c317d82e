"""The environment variables that the course reads, and the folder where it keeps what it makes.

| variable           | values                      | meaning                                      |
| ------------------ | --------------------------- | -------------------------------------------- |
| `COURSE_PROFILE`   | full, quick, ci             | how much of the published training is run    |
| `COURSE_DATA`      | auto, real, sample          | which pictures `load_dataset` may give       |
| `COURSE_PRECISION` | float32, bfloat16, auto     | what the layers compute in                   |
| `COURSE_BASE`      | MobileNetV2, VGG16          | the pretrained base of lessons 06 to 09      |
| `COURSE_CACHE`     | a folder                    | drawn samples and saved models               |
| `COURSE_OUTPUT`    | a folder                    | set by `make lesson`: results and models     |
"""

import os
import sys
import tempfile
from pathlib import Path

from course_utils.errors import DataError, SettingError

_CHOICES = {
    "COURSE_PROFILE": ("full", "quick", "ci"),
    "COURSE_DATA": ("auto", "real", "sample"),
    "COURSE_PRECISION": ("float32", "bfloat16", "auto"),
    "COURSE_BASE": ("MobileNetV2", "VGG16"),
}


def setting(variable):
    """Return the value of a course variable with fixed values, or None where it is not set.

    Capital and small letters are the same.

    Raises:
        SettingError: the value is none of those allowed.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        return None
    choices = {choice.lower(): choice for choice in _CHOICES[variable]}
    if value.lower() not in choices:
        raise SettingError(
            f"{variable}={value} means nothing here. "
            f"Use one of: {', '.join(_CHOICES[variable])}; or leave {variable} unset."
        )
    return choices[value.lower()]


def home():
    """Return the user's home folder as a `Path`.

    Raises:
        SettingError: there is none.
    """
    return Path.home()


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
    if os.environ.get("COURSE_CACHE"):
        folder = Path(os.environ["COURSE_CACHE"]).expanduser()
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches" / "image-classification-course"
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "image-classification-course"
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(caches) / "image-classification-course"
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(
            f"The course cannot write to its cache folder {folder} ({error.strerror or error}). "
            "Set COURSE_CACHE to a folder that you can write to, "
            f"for example COURSE_CACHE={Path(tempfile.gettempdir()) / 'course'}."
        ) from None
    return folder
