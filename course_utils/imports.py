"""What stops the import of a library on a machine where it is installed."""

import os
import sys
from importlib.machinery import PathFinder

from course_utils.errors import CourseError, SettingError


def explain(error):
    """Raise a CourseError where files or settings of the user's have stopped an import.

    A file stops it that has the name of a library: a `random.py` beside the notebook, say.

    Args:
        error: what the import has raised.
    """
    if str(error).startswith("Key backend:"):
        raise SettingError(
            f"MPLBACKEND={os.environ.get('MPLBACKEND')} is nothing that Matplotlib knows. Unset "
            "it, since the notebook shows its figures without, and restart the kernel."
        ) from None
    hiding = sorted(_hiding(error))
    if hiding:
        says = " ".join(str(error).split())[:200] or type(error).__name__
        raise CourseError(
            f"{' and '.join(hiding)} {'have names' if hiding[1:] else 'has the name'} of what the "
            "lessons import, and Python takes it for that, since it looks there first "
            f"({says}). Rename it or move it to another folder, and restart the kernel."
        ) from None


def _hiding(error):
    """Return the paths of such files."""
    library = os.path.dirname(os.__file__)
    count = next((n for n, f in enumerate(sys.path) if f == library or f.endswith(".zip")), 0)
    first, later = sys.path[:count], sys.path[count:]
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    files.append(getattr(error, "filename", None))  # where the syntax is wrong
    trace = error.__traceback__
    while trace:
        files.append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    found = set()
    for file in filter(None, files):
        for folder in map(os.path.abspath, first):
            inside = str(file).removeprefix(os.path.join(folder, ""))
            name = inside.split(os.sep)[0].split(".")[0]
            ours = name == __name__.split(".")[0]
            if inside != str(file) and not ours and PathFinder.find_spec(name, later):
                found.add(os.path.join(folder, inside.split(os.sep)[0]))
    return found
