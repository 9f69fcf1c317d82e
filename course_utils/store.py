"""Files and folders that are whole or not there at all, written by one process at a time."""

import contextlib
import errno
import glob
import json
import os
import platform
import secrets
import shutil
import tempfile
import time
import zlib
from pathlib import Path

from course_utils.errors import CourseError, DataError
from course_utils.machine import imports

_READ_BY_OTHERS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tfrecord")
"""Files that programs take for pictures or records wherever they lie: Keras, for one."""
_FORM = 2
_LEFT_BY_SYSTEMS = (".ds_store", ".directory", ".localized", "desktop.ini", "thumbs.db")


@contextlib.contextmanager
def whole_file(path):
    """Give a path to write to; when the block ends well, what was written there becomes `path`.

    The path given lies in the same folder, which is made, and has the same ending. Whatever
    happens, nothing is left there, and `path` holds what it held before or the whole of the new.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path)
    aside = _aside(path)
    try:
        yield aside
        aside.replace(path)
    finally:
        if os.path.exists(aside):
            aside.unlink()


@contextlib.contextmanager
def whole_folder(folder, inner="."):
    """Give a path where a folder can be made; when the block ends well, it becomes `folder`.

    What stood at `folder` is replaced. Whatever happens, nothing is left beside it.

    Args:
        folder: the path that the folder gets.
        inner: the part of what was made that becomes the folder, a relative path.
    """
    folder = Path(os.path.realpath(folder)) if os.path.islink(folder) else Path(folder)
    if os.path.lexists(folder) and not folder.is_dir():
        raise FileExistsError(errno.EEXIST, "there is a file of that name", str(folder))
    with contextlib.suppress(FileNotFoundError):  # where this program works may be gone
        if Path(os.path.realpath(folder)) in (here := Path.cwd(), *here.parents):
            raise DataError(f"{folder} is the current folder, or around it. Name one in it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder)
    aside, old = _aside(folder), _aside(folder)
    try:
        yield aside
        if os.path.lexists(folder):
            folder.rename(old)
        (aside / inner).rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        for leftover in (aside, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _aside(path):
    """Return a name beside `path` that nobody else takes."""
    token = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    return path.with_name(f".aside-{token}-{path.name}")


def _remove_abandoned(path):
    """Remove what dead processes have left beside `path`; of other machines, after an hour."""
    for abandoned in path.parent.glob(f".aside-*-{glob.escape(path.name)}"):
        with contextlib.suppress(OSError, ValueError):
            machine, process = abandoned.name.split("-")[1:3]
            here = machine == _machine() and os.name == "posix"
            old = time.time() - abandoned.lstat().st_mtime > 3600
            if not _lives(int(process)) if here else old:
                shutil.rmtree(abandoned) if abandoned.is_dir() else abandoned.unlink()


def _machine():
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _lives(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@contextlib.contextmanager
def locked(path, doing):
    """Let one process of this machine at a time into the block; another one waits, and says so.

    Args:
        path: the file or folder that the block writes.
        doing: what the other process is about, such as "drawing the mnist sample".
    """
    from filelock import FileLock, Timeout

    user = getattr(os, "getuid", lambda: "")()
    locks = Path(tempfile.gettempdir()) / f"image-classification-course{user}"
    lock = FileLock(locks / f"{zlib.crc32(os.fsencode(os.path.abspath(path))):08x}.lock")
    try:
        locks.mkdir(exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print(f"Another process is {doing}; this one waits for it.")
            lock.acquire()
    except (OSError, NotImplementedError, RuntimeError):
        pass  # where no lock can be had, what is written aside is still whole or not there
    try:
        _remove_abandoned(Path(path))
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def made_once(folder, asked, marker, by, other=lambda: None):
    """Give a path where a folder can be made, or None where it is there and serves again.

    A note in the folder tells what it was asked to hold, and which files it holds. Where it is
    made anew, a printed line says why.

    Args:
        folder: the path that the folder gets.
        asked: what tells whether it serves again, a dict as JSON has it.
        marker: the name of the note, a file in the folder.
        by: the function that makes such folders, for messages.
        other: returns another reason why it cannot serve, in words, or None.

    Raises:
        DataError: the folder holds what `by` has not written, or cannot be checked.
    """
    with locked(folder, f"writing {folder}"):
        reason = why_not(folder, asked, marker, by)
        reason = other() if reason is None else reason
        if reason is None:
            yield None
            return
        if reason:
            print(f"{folder.name}: written anew, since {reason}.")
        with whole_folder(folder) as aside:
            yield aside
            _note(aside, asked, marker)


def _note(folder, asked, marker):
    made = [path for path in _below(folder) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in made}
    text = json.dumps({"form": _FORM, "asked": asked, "files": files}, indent=1) + "\n"
    (folder / marker).write_text(text, encoding="utf-8")


def noted(folder, marker, by):
    """Return the note that `made_once` has left in a folder: a dict with "asked" and "files".

    Raises:
        DataError: there is no such note, or it cannot be read; `by` is what should have written it.
    """
    remedy = f"Delete {folder} and run this again to write it anew, or name another folder."
    try:
        written = json.loads((folder / marker).read_text(encoding="utf-8"))
        sizes = written["files"].values()
        if written.get("form") != _FORM:
            raise ValueError("another version of the course wrote it")
        if not all(isinstance(size, int) for size in sizes):
            raise ValueError("it holds no sizes")
        if any(not Path(name).parts or ".." in Path(name).parts for name in written["files"]):
            raise ValueError("it names no files")
        written["asked"].items()
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(
            f"{folder} is there already and holds no {marker}: it was not written by {by}. "
            "Name a folder that does not exist yet."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{folder / marker} cannot be read ({reason}). {remedy}") from None
    return written


def why_not(folder, asked, marker, by):
    """Return why a folder cannot serve as it is: None where it can, "" where there is nothing.

    The reason is a clause in plain words, such as "…/cat/00000.jpg is missing". The folder may
    then be written anew: nothing in it is anybody else's.

    Args:
        folder, asked, marker, by: see `made_once`.

    Raises:
        DataError: the folder holds what `by` has not written, or cannot be checked.
    """
    if not os.path.lexists(folder):
        return ""
    try:
        found = _below(folder) if folder.is_dir() else []
        if folder.is_dir() and all(_left_by_system(path) for path in found):
            return ""
    except OSError as error:
        raise DataError(f"{folder} cannot be checked ({error.strerror}).") from None
    written = noted(folder, marker, by)
    files = written["files"]
    reason = _difference(folder, written["asked"], asked, files)
    folders = {parent for name in files for parent in (Path(name), *Path(name).parents)}
    for path in sorted(found):
        name = path.relative_to(folder)
        if name == Path(marker) or name.as_posix() in files or name in folders:
            continue
        if _matters(path) or (reason and not _left_by_system(path)):
            raise DataError(
                f"{path} was not written with the others by {by}. Move it elsewhere, or delete it, "
                "and run this again."
            )
    return reason


def _difference(folder, was_asked, asked, files):
    """Return in which way a folder is not what is asked for, or None."""
    for key, value in asked.items():
        if was_asked.get(key) != value:
            was, now = _short(was_asked.get(key)), _short(value)
            return f"it was made otherwise ({key}: {was} then, {now} now)"
    for name, size in files.items():
        try:
            found = (folder / name).stat().st_size
        except OSError:
            return f"{folder / name} is missing"
        if found != size:
            return f"{folder / name} has {found:,} bytes, not {size:,}"
    return None


def _short(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else "other"


def _below(folder):
    """Return the paths of all files, folders and links below a folder.

    Raises:
        OSError: a folder cannot be read.
    """

    def stop(error):
        raise error

    walk = os.walk(folder, onerror=stop)
    return [Path(at, name) for at, folders, files in walk for name in (*folders, *files)]


def _left_by_system(path):
    """Return whether a file is of those that systems leave behind, and nobody misses."""
    name = path.name.lower()
    return name in _LEFT_BY_SYSTEMS or name.startswith("._")


def _matters(path):
    """Return whether others read a file wherever it lies, or take a folder for a class."""
    if path.is_dir():
        return not path.name.startswith(".")
    return path.name.lower().endswith(_READ_BY_OTHERS)


def explain_failed_writing(
    error,
    what,
    folder,
    otherwise,
    elsewhere="Set TFDS_DATA_DIR and COURSE_CACHE to folders that you can write to",
):
    """Return the `DataError` to raise when `what` stopped with `error` while filling `folder`.

    Args:
        error: the exception of whatever library.
        what: the subject of the message, such as "The download of mnist".
        folder: where the result should have come to lie.
        otherwise: what else can be done, in words that follow "run this again".
        elsewhere: how to choose another folder, the start of a sentence that `otherwise` ends.
    """
    if isinstance(error, CourseError):
        return error
    if isinstance(error, ImportError | AttributeError):
        imports.explain(error)
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
        return DataError(
            f"{what} stopped: no space is left on the disk of {folder}. "
            f"Free some space and run this again, {otherwise}."
        )
    unwritable = (PermissionError, NotADirectoryError, FileExistsError)
    if (
        isinstance(error, unwritable)
        or getattr(error, "errno", None) == errno.EROFS
        or "Permission denied" in str(error)
    ):
        return DataError(f"{what} stopped: {folder} cannot be written. {elsewhere}, {otherwise}.")
    return DataError(
        f"{what} stopped ({reason}). Nothing of it will be taken for whole: "
        f"run this again to start afresh, {otherwise}."
    )
