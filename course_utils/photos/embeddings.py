"""What the search for photos remembers: embeddings of picture files, in an SQLite file.

The file lies in the course's cache, readable by its owner alone. A row goes by the picture's path,
size and time of change, and by a key that names the network which computed it. A process that is
killed leaves a whole file with all that was committed; several may use it at the same time.
"""

import contextlib
import os
import shutil
import sqlite3

from course_utils.errors import CourseError, DataError
from course_utils.machine.settings import cache_folder

_VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS pictures (
    folder BLOB, name BLOB, key TEXT, size INTEGER, mtime_ns INTEGER, vector BLOB,
    PRIMARY KEY (folder, name, key)
)"""
_DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class StoreDamaged(CourseError):
    """The file is no store of this version: forget it, and the embeddings are computed anew."""


def store_folder():
    """Return the folder of the store, a `Path`; it may not exist yet."""
    return cache_folder() / "photo-embeddings"


def forget_photos():
    """Delete all remembered embeddings and return the folder in which they lay, a `Path`.

    Raises:
        DataError: the folder cannot be deleted.
    """
    folder = store_folder()
    try:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
    except OSError as error:
        raise DataError(
            f"{folder} cannot be deleted ({error.strerror or error}). End every other search, "
            "and delete the folder by hand."
        ) from None
    return folder


class Store:
    """The remembered embeddings of one network; a context manager.

    Where it cannot be read or written it finds and keeps nothing, and says why.

    Args:
        key: a text that names the network and how pictures are prepared for it.

    Attributes:
        folder: where it lies; None where there is none.
        trouble: why nothing more is kept, in sentences, or None.

    Raises, as all its methods do:
        StoreDamaged: the file is damaged, or of another version of the course.
    """

    def __init__(self, key):
        self._key, self._db, self.folder, self.trouble = key, None, None, None
        try:
            folder = store_folder()
            self._path = folder / "photos.sqlite"
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except DataError as error:
            self.trouble = str(error)
            return
        except OSError as error:
            self.trouble = (
                f"{self._path} cannot be written ({error.strerror or error}). Make it yours, or "
                "set COURSE_CACHE to a folder that you can write to."
            )
            return
        try:
            with self._trouble_noted():
                self._db = sqlite3.connect(self._path, timeout=60, isolation_level=None)
                self._open()
                self.folder = folder
        finally:
            if self.folder is None:
                self._close()

    def _open(self):
        if self._db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            with self._transaction():  # another process may be doing the same
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
                if version not in (0, _VERSION):
                    raise StoreDamaged(f"{self._path} is of another version of the course.")
                self._db.execute(_TABLE)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._close()

    def _close(self):
        if self._db:
            self._db.close()
            self._db = None

    def get(self, file):
        """Return the vector of a `course_utils.photos.trees.File`, as bytes, or None."""
        query = (
            "SELECT vector FROM pictures "
            "WHERE folder = ? AND name = ? AND key = ? AND size = ? AND mtime_ns = ?"
        )
        if self._db:
            with self._trouble_noted():
                row = self._db.execute(query, self._row(file)).fetchone()
                return row[0] if row else None
            self._close()
        return None

    def put(self, files, vectors):
        """Keep a vector, as bytes, for each file; all of them or, if this is interrupted, none."""
        rows = [self._row(file) for file in files]
        changed = (
            "DELETE FROM pictures "
            "WHERE folder = ? AND name = ? AND (key = ? OR size != ? OR mtime_ns != ?)"
        )
        insert = (
            "INSERT INTO pictures (folder, name, key, size, mtime_ns, vector) "
            "VALUES (?, ?, ?, ?, ?, ?)"
        )
        if self.trouble:
            return
        with self._trouble_noted(), self._transaction():
            self._db.executemany(changed, rows)
            self._db.executemany(
                insert, [(*row, vector) for row, vector in zip(rows, vectors, strict=True)]
            )

    def prune(self, root):
        """Drop the rows of files below a folder that are there no more."""
        root = os.fsencode(os.path.join(root, ""))
        after = root[:-1] + bytes([root[-1] + 1])  # the first name that does not begin so
        here = "folder = ? OR folder >= ? AND folder < ?"
        query = f"SELECT DISTINCT folder, name FROM pictures WHERE {here}"
        delete = "DELETE FROM pictures WHERE folder = ? AND name = ?"
        if self.trouble:
            return
        with self._trouble_noted():
            rows = self._db.execute(query, (root.rstrip(os.fsencode(os.sep)), root, after))
            gone = [row for row in rows if _is_gone(*row)]
            if gone:
                with self._transaction():
                    self._db.executemany(delete, gone)

    def _row(self, file):
        folder, name = os.fsencode(file.folder.real), os.fsencode(file.name)
        return folder, name, self._key, file.size, file.mtime_ns % 2**63

    @contextlib.contextmanager
    def _transaction(self):
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _trouble_noted(self):
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DAMAGED:
                raise StoreDamaged(f"{self._path} is damaged ({error}).") from None
            self.trouble = (
                f"{self._path} cannot be used ({error}). What was committed is kept. Look after "
                "the disk, or set COURSE_CACHE to a folder elsewhere."
            )


def _is_gone(folder, name):
    """Return whether there is certainly no such file; a folder that is closed to us may have it."""
    try:
        os.lstat(os.path.join(folder, name))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
