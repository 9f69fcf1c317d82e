"""Every picture file in folder trees, each once, whatever lies in between.

TensorFlow is not imported.
"""

import collections
import os
import re
import stat
import sys
from typing import NamedTuple

from course_utils.errors import PictureError
from course_utils.machine.printing import in_notebook, number_of, printable
from course_utils.pictures.reading import picture_endings, reason_of

_NO_DISKS = {"/proc", "/sys", "/dev"} if sys.platform == "linux" else set()
# Folders in which systems, servers and photo programs keep thumbnails, previews and what was
# deleted. Of a photo library, a folder to all but Macs, the originals alone are no leftovers.
_LEFTOVERS = re.compile(
    r"/(@eadir|#recycle|#snapshot|\.@__thumb|@recycle|@recently-snapshot"
    r"|\$recycle\.bin|recycler|system volume information"
    r"|\.trash(es|-\d+)?|\.local/share/trash|\.cache/thumbnails|\.thumbnails|__macosx"
    r"|[^/]*\.lrdata|appdata_\w+/preview"
    r"|iphoto library/(data(\.noindex)?|modified|previews|thumbnails)"
    r"|[^/]*\.(photos|photo|ap|migratedphoto|migratedap)library/(?!(originals|masters)$)[^/]*)$",
    re.IGNORECASE,
)
_KINDS = {
    f".{ending}": kind
    for kind, endings in {
        "RAW photos": "3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq kdc mef mos mrw nef nrw orf pef "
        "raf raw rw2 rwl sr2 srf srw x3f",
        "archives": "7z bz2 gz rar tar tbz tgz txz xz zip zst",
        "foreign pictures": "ai eps jxl psb psd svg xcf",
        "videos": "3gp avi insv m2ts m4v mkv mov mp4 mpeg mpg mts webm wmv",
    }.items()
    for ending in endings.split()
}
_ADVICE = {
    "RAW photos": "Export as JPEG, in the camera's program or in a photo program.",
    "archives": "What is in an archive is searched once it is unpacked.",
    "foreign pictures": "JPEG XL, Photoshop, SVG and their like are not read here. Save as JPEG or "
    "PNG.",
    "videos": "Only pictures are searched. Save a still picture from a video that matters.",
    "online pictures": "Not on this disk. Tell iCloud, OneDrive or whoever has them to keep them "
    "here.",
    "leftover folders": "Thumbnails, previews or deleted files. Name such a folder to search it.",
    "asked-for pictures": "What is looked for, or the same byte for byte. A copy in another size "
    "or form is ranked like any picture.",
    "unreadable folders": "Permission denied. Allow yourself to read it; on a Mac, give the "
    "terminal Full Disk Access in System Settings, Privacy & Security.",
}


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
        self._reasons = {}
        asked = "hidden=True" if in_notebook() else "--hidden"
        self._advice = _ADVICE | {
            "hidden names": f"A dot begins the name. {asked} searches such, too."
        }

    def __call__(self, kind, path, reason=None):
        self.counts[kind] += 1
        why = reason or self._advice.get(kind)
        if kind.startswith("unreadable"):
            self.unread.append((path, why))
        if why:
            to_do = why.rsplit(". ", 1)[-1]
            self._reasons.setdefault((kind, to_do), [0, path, why])[0] += 1
        if self._tell:
            self._tell(f"{kind}: {path}" + (f": {reason}" if reason else ""))

    def lines(self):
        """Return what was left out as lines, one for each thing that can be done about it."""
        lines = []
        for (kind, _), (count, path, why) in self._reasons.items():
            such_as = "" if count == 1 else "such as "
            lines.append(printable(f"{number_of(count, kind)}, {such_as}{path}: {why}"))
        rest = self.counts.copy()
        for (kind, _), (count, *_) in self._reasons.items():
            rest[kind] -= count
        rest = [number_of(count, kind) for kind, count in rest.items() if count]
        return [*lines, ", ".join(rest)] if rest else lines


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
        if folder.real not in roots and (kind := _kind_of_folder(folder.real)):
            skip(kind, folder.shown)
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
            closed = isinstance(error, PermissionError)
            skip("unreadable folders", folder.shown, None if closed else reason_of(error))
            continue
        below = []
        for entry in entries:
            if kind := _kind_of_name(entry.name, endings, hidden):
                skip(kind, entry.path)
                continue
            try:
                if entry.is_dir():
                    if entry.is_symlink():
                        linked_folders.append(Folder(entry.path, os.path.realpath(entry.path)))
                    else:
                        below.append(Folder(entry.path, os.path.join(folder.real, entry.name)))
                elif not entry.is_file():
                    skip("broken links" if entry.is_symlink() else "other files", entry.path)
                elif _ending(entry.name) not in endings:
                    skip(_KINDS.get(_ending(entry.name), "other files"), entry.path)
                elif entry.is_symlink():
                    linked_files.append(entry.path)
                elif is_online_only(status := entry.stat()):
                    skip("online pictures", entry.path)
                else:
                    yield File(folder, entry.name, status.st_size, status.st_mtime_ns)
            except OSError as error:  # a link to itself; gone since a moment ago
                kind = "broken links" if entry.is_symlink() else "unreadable pictures"
                skip(kind, entry.path, reason_of(error))
        walk += reversed(below)
    yield from _linked(linked_files, visited, endings, skip, hidden)


def _ending(name):
    return os.path.splitext(name)[1].lower()


def _kind_of_folder(path):
    """Return what a folder is where it is not searched unasked, or None."""
    if path in _NO_DISKS:
        return "system folders"
    return "leftover folders" if _LEFTOVERS.search(path.replace(os.sep, "/")) else None


def _kind_of_name(name, endings, hidden):
    """Return what a file or folder is where its name says enough to leave it out, or None."""
    if not name.startswith("."):
        return None
    if name.startswith("._"):  # what a Mac notes about a file, beside it on other systems' disks
        return "other files"
    if name.endswith(".icloud") and _ending(name.removesuffix(".icloud")) in endings:
        return "online pictures"
    return None if hidden else "hidden names"


def is_online_only(status):
    """Return whether a file's content lies elsewhere, so that reading would download it.

    Args:
        status: of `os.stat`; Windows and macOS note it there.
    """
    windows = 0x1000 | 0x40000 | 0x400000  # FILE_ATTRIBUTE_OFFLINE, …_RECALL_ON_OPEN, …_DATA_ACCESS
    mac = 0x40000000  # SF_DATALESS
    return bool(
        getattr(status, "st_file_attributes", 0) & windows or getattr(status, "st_flags", 0) & mac
    )


def _kind_of(path):
    """Return what a path that was asked for leads to, and the path as a text."""
    path = os.fsdecode(os.path.expanduser(path))
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        looked = "" if os.path.isabs(path) else f" It was looked for in {os.getcwd()}."
        raise PictureError(
            f"There is no file or folder {printable(path)}.{looked} Check the path."
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
            found &= _ending(name) in endings
            found &= not _kind_of_name(name, endings, hidden)
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
