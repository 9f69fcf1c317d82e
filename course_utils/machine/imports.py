"""What stops the import of a library on a machine where it is installed."""

import errno
import os
import sys
from importlib.machinery import PathFinder

from course_utils.errors import CourseError, SettingError

_FORBIDS = (errno.EMFILE, errno.ENFILE, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EIO)


def explain(error):
    """Raise a CourseError where files or settings of this machine have stopped an import.

    A file that has the name of a library does: a `random.py` beside the notebook, say.

    Args:
        error: what the import has raised.
    """
    if isinstance(error, CourseError):
        return
    says = " ".join(str(error).split())[:200] or type(error).__name__
    if hiding := sorted(_hiding(error)):
        raise CourseError(
            f"{hiding[0]} has the name of a library that the lessons import, and Python takes it "
            f"for that, since it looks there first ({says}). Rename it or move it to another "
            "folder, and restart the kernel."
        ) from None
    if says.startswith("Key backend:"):
        raise SettingError(
            f"MPLBACKEND={os.environ.get('MPLBACKEND')} is nothing that Matplotlib knows. Unset "
            "it, since the notebook shows its figures without, and restart the kernel."
        ) from None
    if isinstance(error, OSError) and (error.errno in _FORBIDS or "temporary directory" in says):
        raise CourseError(
            f"This machine stops the import of a library: {says}. It may lack a folder for "
            "temporary files (set TMPDIR to one), or allow too few open files (`ulimit -n`). Put "
            "that right, and restart the kernel."
        ) from None


def _hiding(error):
    """Return the paths of such files that an error names, or that it came through."""
    library = os.path.dirname(os.__file__)
    count = next((n for n, f in enumerate(sys.path) if f == library or f.endswith(".zip")), 0)
    first, later = sys.path[:count], sys.path[count:]
    places = sorted(map(os.path.abspath, sys.path), key=len, reverse=True)
    found = set()
    for file in filter(None, _named(error)):
        # An environment may lie in the folder of the notebooks: the deepest place has the file.
        folder = next((f for f in places if str(file).startswith(os.path.join(f, ""))), None)
        if folder not in map(os.path.abspath, first):
            continue
        inside = str(file).removeprefix(os.path.join(folder, "")).split(os.sep)[0]
        path, name = os.path.join(folder, inside), inside.removesuffix(".py")
        module = name != inside or os.path.exists(os.path.join(path, "__init__.py"))
        ours = name == __name__.split(".")[0]
        if name and module and not ours and PathFinder.find_spec(name, later):
            found.add(path)
    return found


def _named(error):
    """Yield the files that an error names, those that it came through, and None."""
    yield getattr(error, "path", None)
    yield getattr(error, "filename", None)  # where the syntax is wrong
    yield getattr(getattr(error, "obj", None), "__file__", None)  # what lacks an attribute
    whole = str(getattr(error, "name", "")).split(".")[0]
    yield getattr(sys.modules.get(whole), "__file__", None)
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame.f_code.co_filename
        trace = trace.tb_next
