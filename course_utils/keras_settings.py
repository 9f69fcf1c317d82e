"""Keras as the lessons need it, on a machine where somebody has set it up for other work."""

import contextlib
import functools
import importlib
import json
import os
from pathlib import Path

from course_utils.errors import DataError, SettingError
from course_utils.settings import folder_in, keras_home

_WANTED = {
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
_READ_BY = (("backend", "config.py"), ("backend", "__init__.py"), ("keras", "backend.py"))
"""The modules that read settings: two of Keras's, and one of the old Keras in TensorFlow."""

_put_right = []
"""What somebody has set otherwise, and where, in words."""


def choose_backend():
    """Let Keras take TensorFlow, and the `KERAS_HOME` that is meant; call it before its import."""
    with contextlib.suppress(DataError):
        if folder := folder_in("KERAS_HOME"):  # Keras takes `~` and quotes for parts of a name
            os.environ["KERAS_HOME"] = str(folder)
    asked = os.environ.get("KERAS_BACKEND") or _written().get("backend") or "tensorflow"
    if asked != "tensorflow":
        _put_right.append(_where("backend", asked))
        os.environ["KERAS_BACKEND"] = "tensorflow"


def _where(name, value):
    """Return a setting of Keras's and the place where it stands, in words."""
    variable = f"KERAS_{name.upper()}"
    return f"{variable}={value}" if os.environ.get(variable) else f"{name} {value} in {_file()}"


def _file():
    """Return the path of Keras's settings, in words where no home folder is known."""
    try:
        return keras_home() / "keras.json"
    except DataError:
        return Path("keras.json")


def _written():
    """Return what stands in `keras.json`; nothing where it is absent or unreadable."""
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@functools.cache
def settle():
    """Give Keras the settings that the lessons rely on, once in a process.

    Returns:
        in words, what it had instead, and where that is set; "" where there was nothing.

    Raises:
        SettingError: Keras is at work with another backend already.
    """
    keras = importlib.import_module("keras")
    if keras.config.backend() != "tensorflow":
        raise SettingError(
            f"Keras is at work with {keras.config.backend()} here, and the lessons need "
            "TensorFlow. Restart the kernel and begin with the first cell, which sees to that."
        )
    for name, wanted in _WANTED.items():
        found = getattr(keras.config, name, lambda wanted=wanted: wanted)()
        if found != wanted:
            _put_right.append(_where(name, found))
            getattr(keras.config, f"set_{name}")(wanted)
    return ", ".join(_put_right)


def explain(error):
    """Raise a SettingError where a setting of this machine has stopped the import of Keras."""
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    stopped_in = Path(trace.tb_frame.f_code.co_filename).parts
    if isinstance(error, ImportError) or stopped_in[-2:] not in _READ_BY:
        return
    says = str(error).split("\n")[0] or "a value that it does not know"
    limits = [name for name in os.environ if name.startswith("KERAS_MAX")]
    places = " or in ".join([f"the file {_file()}", *limits])
    raise SettingError(
        f"Keras stops at a setting of this machine ({says}). It stands in {places}. Correct it or "
        "take it away: without it, Keras does what the lessons need. Then restart the kernel."
    ) from None
