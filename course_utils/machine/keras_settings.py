"""Keras as the lessons need it, on a machine where somebody has set it up for other work."""

import contextlib
import importlib
import json
import os
from pathlib import Path

from course_utils.errors import DataError, SettingError
from course_utils.machine import imports
from course_utils.machine.settings import folder_in, keras_home

_WANTED = {
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
_READ_BY = (("backend", "config.py"), ("backend", "__init__.py"), ("keras", "backend.py"))
"""The modules that read settings: two of Keras's, and one of the old Keras in TensorFlow."""

_put_right = {}
"""What somebody has set otherwise: in words, with the place where it stands."""


def choose_backend():
    """Let Keras take TensorFlow, and the `KERAS_HOME` that is meant; call it before its import."""
    with contextlib.suppress(DataError):
        if folder := folder_in("KERAS_HOME"):  # Keras takes `~` and quotes for parts of a name
            os.environ["KERAS_HOME"] = str(folder)
    asked = os.environ.get("KERAS_BACKEND") or _written().get("backend") or "tensorflow"
    if asked != "tensorflow":
        _put_right["backend"] = _where("backend", asked)
        os.environ["KERAS_BACKEND"] = "tensorflow"


def _where(name, value):
    """Return a setting of Keras's in words, and where it stands unless the notebook has set it."""
    variable = f"KERAS_{name.upper()}"
    if os.environ.get(variable) == str(value):
        return f"{variable}={value}"
    return f"{name} {value}" + (f" in {_file()}" if _written().get(name) == value else "")


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


def settle():
    """Give Keras the settings that the lessons rely on.

    Returns:
        in words, what it had instead, and where that is set; "" where there was nothing.

    Raises:
        CourseError: Keras cannot be imported, or is at work with another backend already.
    """
    try:
        keras = importlib.import_module("keras")
        backend = keras.config.backend()
    except Exception as error:
        imports.explain(error)
        explain(error)
        raise
    if backend != "tensorflow":
        raise SettingError(
            f"Keras is at work with {backend} here, and the lessons need TensorFlow. Restart the "
            "kernel and begin with the first cell, which sees to that."
        )
    for name, wanted in _WANTED.items():
        found = getattr(keras.config, name, lambda wanted=wanted: wanted)()
        if found != wanted:
            _put_right[name] = _where(name, found)
            getattr(keras.config, f"set_{name}")(wanted)
    return ", ".join(_put_right.values())


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
