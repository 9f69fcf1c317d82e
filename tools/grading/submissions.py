"""Find what was handed in: folders, files, the zips of Moodle and Canvas, nbgrader's folders.

Nothing that was handed in is unpacked or run here, and nothing but small regular files is read.
Each student's work is looked at apart: what somebody hands in is their own, whatever it is called.
"""

import calendar
import collections
import dataclasses
import datetime
import errno
import functools
import hashlib
import io
import itertools
import os
import re
import resource
import stat
import zipfile
from pathlib import Path, PurePosixPath

from course_utils.errors import CourseError
from tools.grading import notebooks
from tools.grading.judge import squeezed
from tools.grading.texts import inert, utf8

LARGEST = 50 * 2**20
"""A file of more bytes is not read: saved pictures make some megabytes."""
MANY = 100
"""Notebooks of one student that are looked at, the latest ones."""
READING_SECONDS = 60
"""Processor time that goes into reading one student's notebooks, the latest first."""
FILES = 10_000
"""Files of one student among which notebooks are looked for."""
NAMED = 10
"""Of one student, so many of the files that are left out are named."""
LISTING = 2 * 2**20
"""Bytes of the list of its files that a student's zip may have, about 20,000 files."""
MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?$")
CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<number>\d+)_(?P<rest>.+)$"
)
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$|\.json$", re.I)
AGAIN = re.compile(r"(?: ?\((\d+)\))$")
"""What browsers append to the name of a file that is there already."""
CANVAS_AGAIN = re.compile(r"-(\d+)$")
"""What Canvas appends to the name of a file that is handed in once more."""
OF_SYSTEMS = re.compile(r"\._|\.DS_Store$|\.ipynb_checkpoints$|__MACOSX$|Thumbs\.db$|desktop\.ini$")
"""Names that systems and Jupyter leave, and nobody has handed in."""


@dataclasses.dataclass
class Submission:
    """One student's notebook of one lesson.

    Attributes:
        student: the name of the folder or, in a zip, what Moodle or Canvas call the student.
        where: the path of the file, for messages.
        time: when it was handed in, a `datetime` with its time zone; None where nobody says.
        late: whether the learning platform calls it late; None where it says nothing.
        digest: a checksum of what was handed in.
        cells, texts: its cells, as `notebooks.read` gives them.
        problem: why it cannot be graded, in words for the student; "" where it can.
        prefix: what Moodle or Canvas want a file's name to begin with that they give back.
        left_out: what else was handed in and is not read, texts with path and reason.
    """

    student: str
    where: str = ""
    time: datetime.datetime | None = None
    late: bool | None = None
    digest: str = ""
    cells: list = dataclasses.field(default_factory=list)
    texts: dict = dataclasses.field(default_factory=dict)
    problem: str = ""
    prefix: str = ""
    left_out: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class _File:
    """A file; where `reason` says why it is left out, nothing reads it."""

    student: str | None
    where: str
    name: str
    reason: str = ""
    read: object = None
    order: float = 0
    turn: int = 0
    time: datetime.datetime | None = None
    late: bool | None = None
    prefix: str = ""


def collect(folder, lesson):
    """Return what each student has handed in for a lesson, and what is nobody's.

    The latest notebook counts; of two with the same time, the one with the higher number at the end
    of its name. A student who has handed in no notebook of this lesson is among them, with the
    problem in words.

    Args:
        folder: a folder with a folder or a file a student, or the zip of Moodle or Canvas, or a
            folder with nothing but that.
        lesson: a `lesson_source.Lesson`.

    Returns:
        `({student: Submission}, left_out)`; `left_out` has texts with path and reason, for what
        cannot be told whose it is.

    Raises:
        CourseError: there is no such folder, or nothing in it.
    """
    folder = Path(folder)
    if not folder.exists():
        raise CourseError(f"There is no {folder}: FROM= names the folder with the submissions.")
    students, left_out = collections.defaultdict(list), []
    for file in _files(folder):
        if file.student is None:
            left_out.append(_said(file))
        else:
            students[_key(file.student)].append(file)
    if not students:
        raise CourseError(
            f"In {folder} there is no submission. Put a folder or a notebook for each student "
            f"there, or the zip that Moodle or Canvas gives. {' '.join(left_out)}".strip()
        )
    found = {key: _choose(key, students[key], lesson) for key in sorted(students)}
    for submission in found.values():
        if more := submission.left_out[NAMED:]:
            submission.left_out[NAMED:] = [f"{inert(submission.student, 100)}: {len(more)} more."]
    return found, left_out


def _key(student):
    """Return a student's name as text; two names that are no text do not become one."""
    name = utf8(student)
    digest = hashlib.sha256(os.fsencode(student)).hexdigest()[:6] if name != student else ""
    return f"{name}-{digest}" if digest else name


def _said(file):
    return f"{inert(file.where, 300)}: {file.reason}."


def _choose(student, files, lesson):
    """Return the submission that counts of what a student has handed in."""
    files = list(_with_zips_opened(files))
    candidates = [file for file in files if not file.reason and NOTEBOOK.search(file.name)]
    candidates.sort(key=lambda file: (file.order, file.turn))
    for file in candidates[:-MANY]:
        file.reason = f"older than the latest {MANY} notebooks"
    left_out = [_said(file) for file in files if file.reason]
    found = Submission(student, left_out=left_out, prefix=files[0].prefix)
    best, began = None, _spent_on_reading()
    for file in reversed(candidates[-MANY:]):
        if _spent_on_reading() - began > READING_SECONDS:
            left_out.append(f"{inert(file.where, 300)}: too much time has gone into later ones.")
            continue
        content, problem = file.read()
        cells, texts, told = [], {}, None
        if not problem:
            try:
                cells, texts, told = notebooks.read(content).values()
            except ValueError as error:
                problem = str(error)
            except RuntimeError as error:
                raise CourseError(f"Nobody is graded. {error}") from None
        fits = _fits(cells, told, file.name, lesson) if not problem else _named(file.name, lesson)
        key = (not problem and fits > 1, file.order, file.turn, file.where)
        if fits and (best is None or key > best[0]):  # one at a time: they may be large
            digest = hashlib.sha256(b"\0".join([content or b"", problem.encode()])).hexdigest()
            best = key, file, digest, cells, texts, problem
    if best is None:
        names = {f"{f.name} ({f.reason})" if f.reason else f.name for f in files} - {""}
        names = inert(", ".join(sorted(names)), 200)
        found.problem = f"no notebook of {lesson.name}, only: {names}." if names else EMPTY
        return found
    _, file, found.digest, found.cells, found.texts, found.problem = best
    found.where, found.time, found.late, found.prefix = (
        file.where,
        file.time,
        file.late,
        file.prefix,
    )
    return found


EMPTY = "nothing was handed in."


def _with_zips_opened(files):
    """Yield a student's files, and those in the student's latest zips."""
    zips = []
    for file in files:
        if file.name.lower().endswith(".zip") and not file.reason:
            zips.append(file)
        else:
            yield file
    zips.sort(key=lambda file: file.order)
    for file in zips[:-MANY]:
        yield dataclasses.replace(file, reason=f"older than the latest {MANY} zips")
    for file in zips[-MANY:]:
        yield from _in_a_zip(file)


def _spent_on_reading():
    """Return the seconds of processor time that reading notebooks has taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _named(name, lesson):
    """Return how a file's name fits a lesson: 2 if it is in it, 1 if it may be, 0 for another."""
    if lesson.name in name:
        return 2
    return 0 if re.match(r"\D*[\dA]\d_", name) else 1


def _fits(cells, told, name, lesson):
    """Return 2 where a notebook is one of the lesson, 1 where it may be, 0 where it is not.

    What the notebook says of itself comes before the name of its file.
    """
    started = re.search(r'start\("(\w+)"\)', "\n".join(source for _, _, source in cells))
    told = told or (started and started[1])
    if told:
        return 2 if told == lesson.name else 0
    ids = {exercise.answer_id for exercise in lesson.exercises}
    if ids & {name for id, mark, _ in cells for name in (id, mark)}:
        return max(1, _named(name, lesson))
    return _named(name, lesson)


def _files(folder):
    entries = [folder] if folder.is_file() else sorted(folder.iterdir())
    entries = [entry for entry in entries if not OF_SYSTEMS.match(entry.name)]
    if entries == [folder] or (len(entries) == 1 and _is_of_a_class(entries[0])):
        yield from _zip_of_a_class(entries[0])
        return
    course = folder.absolute().parent
    of_nbgrader = any((course / n).exists() for n in ("nbgrader_config.py", "gradebook.db"))
    for path in entries:
        student, late, turn, prefix = _student_of(path.name, path.is_dir())
        named = {"student": student, "late": late, "prefix": prefix}
        if path.is_symlink():
            yield _File(where=str(path), name=path.name, reason="a link", **named)
        elif path.is_dir():
            yield _File(where=str(path), name="", reason="", **named)  # so that there is a row
            stamps = _nbgrader_times(path) if of_nbgrader else {}
            for file, reason in _walk(path):
                top = path / file.relative_to(path).parts[0] if file != path else path
                yield _one(file, reason, time=stamps.get(top), **named)
        else:
            yield _one(path, "" if path.is_file() else "no regular file", turn=turn, **named)


def _walk(top):
    """Yield `(path, reason)` of all that lies in a folder; the reason says why it is not read."""
    folders, seen = [top], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scanned:
                entries = sorted(itertools.islice(scanned, FILES + 1), key=lambda e: e.name)
        except OSError as error:
            yield folder, f"cannot be opened ({error.strerror})"
            continue
        for entry in entries:
            seen += 1
            path = Path(entry.path)
            if seen > FILES:
                yield top, f"more than {FILES} files; what comes behind them is not looked at"
                return
            if OF_SYSTEMS.match(entry.name) or entry.name == "timestamp.txt":
                continue
            if entry.is_symlink():
                yield path, "a link"
            elif entry.is_dir():
                folders.append(path)
            else:
                yield path, "" if entry.is_file() else "no regular file"


def _one(path, reason, turn=None, time=None, **named):
    """Return a file of a student's."""
    try:
        order = os.lstat(path).st_mtime if time is None else time.timestamp()
    except OSError as error:
        order, reason = 0, f"cannot be opened ({error.strerror})"
    turn, named = _turn(path.name) if turn is None else turn, named | {"order": order, "time": time}
    read = functools.partial(_read, path)
    return _File(where=str(path), name=path.name, reason=reason, turn=turn, read=read, **named)


def _read(path, largest=None):
    """Return the bytes of a small regular file, and the problem where it is none."""
    largest = largest or LARGEST
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise OSError(errno.EINVAL, "no regular file")
            content = file.read(largest + 1)
    except OSError as error:
        return None, f"the file cannot be read ({error.strerror})."
    return (None, _too_large()) if len(content) > largest else (content, "")


def _too_large():
    return f"the file is larger than {LARGEST // 2**20} MB."


def _nbgrader_times(folder):
    """Return the times that `nbgrader collect` has written for a student: `{folder: datetime}`."""
    times = {}
    for stamp in folder.glob("*/timestamp.txt"):
        content, problem = _read(stamp, 1000)
        text = (content or b"").decode("utf-8", "replace").strip().replace(" UTC", "+00:00")
        try:
            time = datetime.datetime.fromisoformat(text)
            times[stamp.parent] = time.astimezone() if time.tzinfo is None else time
            times[stamp.parent].timestamp()
        except (ValueError, OverflowError, OSError):
            times.pop(stamp.parent, None)
    return times


def _student_of(name, folder=False):
    """Return the student of a file or a folder, whether it is late, its turn, and its prefix."""
    if not folder and (canvas := CANVAS.match(name)):
        again = CANVAS_AGAIN.search(PurePosixPath(canvas["rest"]).stem)
        prefix = name[: canvas.start("rest")]
        turn = int(again[1][:9]) if again else 0
        return f"{canvas['student']}_{canvas['user']}", bool(canvas["late"]), turn, prefix
    if moodle := MOODLE.match(name):
        student = f"{moodle['student']}_{moodle['number']}"
        prefix = f"{student}_assignsubmission_file_{'/' if folder else ''}"
        return student, None, _turn(moodle["rest"] or ""), prefix
    return (name if folder else AGAIN.sub("", Path(name).stem)), None, _turn(name), ""


def _turn(name):
    again = AGAIN.search(PurePosixPath(name).stem)
    return int(again[1][:9]) if again else 0


def _is_of_a_class(path):
    """Return whether a file is a zip in which every name is one that Moodle or Canvas has given."""
    if path.suffix.lower() != ".zip" or path.is_symlink() or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            tops = {PurePosixPath(name).parts[0] for name in archive.namelist() if name.strip("/")}
    except Exception:  # a damaged file makes zipfile raise errors of many kinds
        return False
    tops = [top for top in tops if not OF_SYSTEMS.match(top)]
    return bool(tops) and all(MOODLE.match(top) or CANVAS.match(top) for top in tops)


def _zip_of_a_class(path):
    """Yield the files in the zip of a class; it is read member by member and never unpacked."""
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
    except Exception:  # see `_is_of_a_class`
        raise CourseError(f"{path} is no zip, or damaged. Download it again.") from None
    seen = collections.Counter()
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        where = f"{path}, {place}"
        if any(OF_SYSTEMS.match(part) for part in place.parts):
            continue
        if place.is_absolute() or ".." in place.parts or not place.parts:
            yield _File(None, where, place.name, "a path that leads out of the zip")
            continue
        inside = len(place.parts) > 1 or member.is_dir()
        student, late, turn, prefix = _student_of(place.parts[0], inside)
        named = {"student": student, "late": late, "prefix": prefix, "where": where}
        seen[student] += 1
        if seen[student] == FILES + 1:
            named["reason"] = f"and what follows: more than {FILES} files of one student"
        if member.is_dir() or seen[student] == FILES + 1:
            yield _File(name="", **named)
        elif seen[student] <= FILES:
            named |= {"order": _order(member), "turn": _turn(place.name) if inside else turn}
            read = functools.partial(_read_member, archive, member)
            yield _File(name=place.name, read=read, **named)


def _in_a_zip(file):
    """Yield the files in a student's own zip: all of them are this student's, and of its time."""
    inside = functools.partial(dataclasses.replace, file)
    content, problem = file.read()
    try:
        archive = _opened(content) if not problem else None
    except Exception as error:  # see `_is_of_a_class`
        short = "holds too many files" if isinstance(error, _TooLong) else "is damaged"
        problem = f"the zip {short}."
    if problem:
        yield inside(name=f"{file.name[:-4]}.ipynb", read=lambda: (None, problem))
        return
    for member in archive.infolist():
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or any(OF_SYSTEMS.match(part) for part in place.parts):
            continue
        reason = "a zip in a zip" if place.suffix.lower() == ".zip" else ""
        where, read = f"{file.where}, {place}", functools.partial(_read_inside, file, member)
        turn = _turn(place.name)
        yield inside(where=where, name=place.name, reason=reason, turn=turn, read=read)


def _read_inside(file, member):
    """Return a member of a student's zip, which is read once more: many of them may be large."""
    content, problem = file.read()
    return (None, problem) if problem else _read_member(_opened(content), member)


def _opened(content):
    short = _Short(content)
    archive = zipfile.ZipFile(short)
    short.listed = True
    return archive


class _TooLong(Exception):
    """The list of the files in a zip is longer than a student's zip has any use for."""


class _Short(io.BytesIO):
    """The bytes of a zip; until `listed`, no more than LISTING of them can be had at once."""

    listed = False

    def read(self, size=-1):
        content = super().read(size)
        if not self.listed and len(content) > LISTING:
            raise _TooLong
        return content


def _order(member):
    try:
        return calendar.timegm((*member.date_time, 0, 0, 0))
    except (ValueError, OverflowError):
        return 0


def _read_member(archive, member):
    try:
        with archive.open(member) as file:
            content = file.read(LARGEST + 1)
    except Exception:  # see `_is_of_a_class`; zlib and lzma add errors of their own
        return None, "the file in the zip is damaged or has a password."
    return (None, _too_large()) if len(content) > LARGEST else (content, "")


def answers(cells, lesson, texts=()):
    """Return the source of each exercise's answer, by the exercise's name.

    It is the definition that is in force when the notebook checks it: the last cell before the
    check that gives the answer's name a value. Where there is none but the stub, the last one in
    the notebook counts: ids and metadata may be lost, cells copied, checks deleted.

    Args:
        cells: `(id, grade id, source)` of each cell with code, in order.
        lesson: a `lesson_source.Lesson`.
        texts: texts of other cells by their ids: answers to questions.
    """
    found = {}
    for exercise in lesson.exercises:
        if not exercise.answer:
            if exercise.answer_id in texts:
                found[exercise.name] = texts[exercise.answer_id]
            continue
        binds = re.compile(
            rf"^(?:async )?(?:def|class) {exercise.answer}\b|^{exercise.answer}\s*(?::[^=\n]*)?=",
            re.M,
        )
        checks = [n for n, cell in enumerate(cells) if exercise.check_id in cell[:2]]
        end, stub = checks[-1] if checks else len(cells), squeezed(exercise.stub)
        binding = [(n, source) for n, (*_, source) in enumerate(cells) if binds.search(source)]
        answered = [(n, source) for n, source in binding if squeezed(source) != stub]
        before = [source for n, source in answered if n < end]
        own = [source for *ids, source in cells if exercise.answer_id in ids]
        changed = [source for source in own if squeezed(source) != stub]
        choices = (before, [s for _, s in answered], changed, own, [s for _, s in binding])
        for sources in choices:
            if sources:
                found[exercise.name] = sources[-1]
                break
    return found
