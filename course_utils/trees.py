"""Every picture file in folder trees, each once, whatever lies in between.

TensorFlow is not imported.
"""

import collections
import os
import stat
import sys
from typing import NamedTuple

from course_utils.errors import PictureError
from course_utils.pictures import picture_endings, reason_of

_NO_DISKS = {"/proc", "/sys", "/dev"} if sys.platform == "linux" else set()


class Folder(NamedTuple):
    """A folder: its path as it was reached, and its absolute one without links."""

    shown: str
    real: str


class File(NamedTuple):
    """A file whose name is that of a picture. Size and time of change are those of its target."""

    folder: Folder
    name: str
    size: int
    mtime_ns: int

    @property
    def shown(self):
        return os.path.join(self.folder.shown, self.name)

    @property
    def real(self):
        return os.path.join(self.folder.real, self.name)


class Skipped:
    """Counts what a search leaves out, and remembers why where that may surprise.

    counts: `collections.Counter` by kind, such as "hidden names".
    unread: list of (path, reason) of the pictures and folders that cannot be read.
    """

    def __init__(self, tell=None):
        self.counts, self.unread, self._tell = collections.Counter(), [], tell

    def __call__(self, kind, path, reason=None):
        self.counts[kind] += 1
        if kind.startswith("unreadable"):
            self.unread.append((path, reason))
        if self._tell:
            self._tell(f"{kind}: {path}" + (f": {reason}" if reason else ""))

    def __str__(self):
        return ", ".join(f"{count:,} {kind}" for kind, count in self.counts.items()) or "nothing"


def printable(text):
    """Return a text with what cannot be encoded, as in an undecodable file name, as `\\udc…`."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def picture_files(paths, skip, hidden=False):
    """Yield a `File` for every picture file in folder trees, told by the ending of its name.

    Each folder is visited once, whatever links lead to it, and by a link last. A link to a file
    counts where the file itself is not found.

    Args:
        paths: folders, and files of any name, as paths; `~` is your home.
        skip: a `Skipped`; it is told what is left out.
        hidden: whether names that begin with a dot count.

    Raises:
        PictureError: one of the paths does not exist. A folder that may not be opened is skipped.
    """
    endings = picture_endings()
    walk, linked_folders, linked_files, visited = [], collections.deque(), [], set()
    for path in paths:
        kind, path = _kind_of(path)
        if kind == "folder":
            walk.append(Folder(path, os.path.realpath(path)))
        elif kind == "file":
            linked_files.append(path)
        else:
            skip(kind, path)
    roots = {folder.real for folder in walk}
    walk.reverse()
    while walk or linked_folders:
        folder = walk.pop() if walk else linked_folders.popleft()
        if folder.real in _NO_DISKS - roots:
            skip("system folders", folder.shown)
            continue
        try:
            identity = _identity(folder.real)
            if identity in visited:
                skip("seen already", folder.shown)
                continue
            visited.add(identity)
            with os.scandir(folder.shown) as entries:
                entries = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            skip("unreadable folders", folder.shown, reason_of(error))
            continue
        below = []
        for entry in entries:
            if entry.name.startswith(".") and not hidden:
                skip("hidden names", entry.path)
                continue
            try:
                if entry.is_dir():
                    if entry.is_symlink():
                        linked_folders.append(Folder(entry.path, os.path.realpath(entry.path)))
                    else:
                        below.append(Folder(entry.path, os.path.join(folder.real, entry.name)))
                elif not entry.is_file():
                    skip("broken links" if entry.is_symlink() else "other files", entry.path)
                elif os.path.splitext(entry.name)[1].lower() not in endings:
                    skip("other files", entry.path)
                elif entry.is_symlink():
                    linked_files.append(entry.path)
                else:
                    status = entry.stat()
                    yield File(folder, entry.name, status.st_size, status.st_mtime_ns)
            except OSError as error:  # a link to itself; gone since a moment ago
                kind = "broken links" if entry.is_symlink() else "unreadable pictures"
                skip(kind, entry.path, reason_of(error))
        walk += reversed(below)
    yield from _linked(linked_files, visited, endings, skip, hidden)


def _kind_of(path):
    """Return what a path that was asked for leads to, and the path as a text."""
    path = os.fsdecode(os.path.expanduser(path))
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        looked = "" if os.path.isabs(path) else f" It was looked for in {os.getcwd()}."
        raise PictureError(
            f"There is no folder {printable(path)}.{looked} Check the path."
        ) from None
    except PermissionError:
        return "unreadable folders", path
    except (OSError, ValueError) as error:
        raise PictureError(
            f"{printable(path)} cannot be opened ({reason_of(error)}). Check the path."
        ) from None
    if stat.S_ISDIR(mode):
        return "folder", path
    return ("file" if stat.S_ISREG(mode) else "other files"), path


def _identity(path):
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _linked(paths, visited, endings, skip, hidden):
    """Yield a `File` for each path whose target was not found in the folders already visited.

    `visited` holds the identities of those folders.
    """
    known = set()
    for path in paths:
        try:
            target = os.path.realpath(path)
            parent, name = os.path.split(target)
            found = _identity(parent) in visited
            found &= os.path.splitext(name)[1].lower() in endings
            found &= hidden or not name.startswith(".")
            if found or target in known:
                skip("seen already", path)
                continue
            known.add(target)
            status = os.stat(target)
        except OSError as error:
            skip("unreadable pictures", path, reason_of(error))
            continue
        parent, name = os.path.split(path)
        folder = Folder(parent, os.path.realpath(parent or os.curdir))
        yield File(folder, name, status.st_size, status.st_mtime_ns)
