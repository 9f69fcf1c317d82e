"""Find what was handed in: folders, files, the zips of Moodle and Canvas, nbgrader's folders.

Nothing that was handed in is unpacked or run here. A notebook is read as the text that it is.
"""

import collections
import dataclasses
import datetime
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from course_utils.errors import CourseError
from tools.grading.judge import squeezed

LARGEST = 50 * 2**20
"""A file of more bytes is not read: saved pictures make some megabytes."""
MANY = 100
"""Notebooks of one student that are looked at, the latest ones."""
MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?$")
CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<number>\d+)_(?P<rest>.+)$"
)
AGAIN = re.compile(r"(?: ?\((\d+)\))$")
"""What browsers append to the name of a file that is there already."""
CANVAS_AGAIN = re.compile(r"-(\d+)$")
"""What Canvas appends to the name of a file that is handed in once more."""


@dataclasses.dataclass
class Submission:
    """One student's notebook of one lesson.

    Attributes:
        student: the name of the folder or, in a zip, what Moodle or Canvas call the student.
        where: the path of the file, for messages.
        time: when it was handed in, a `datetime`.
        late: whether it came after the deadline.
        content: its bytes; None where it was not read.
        problem: why it cannot be graded, in words for the student; "" where it can.
    """

    student: str
    where: str
    time: datetime.datetime
    late: bool = False
    content: bytes | None = None
    problem: str = ""

    @property
    def digest(self):
        """A checksum of what was handed in."""
        given = [self.content or b"", self.problem.encode(), str(self.late).encode()]
        return hashlib.sha256(b"\0".join(given)).hexdigest()


@dataclasses.dataclass
class _File:
    student: str
    where: str
    name: str
    time: datetime.datetime
    late: bool
    turn: int
    read: object


def collect(folder, lesson, due=None):
    """Return the `Submission` of each student for one lesson, by the student's name.

    The latest notebook counts; of two with the same time, the one with the higher number at the end
    of its name. A student who has handed in no notebook of this lesson is among them, with the
    problem in words.

    Args:
        folder: a folder with a folder or a file a student, or with the zips of Moodle or Canvas,
            or one such zip.
        lesson: a `lesson_source.Lesson`.
        due: the deadline, a `datetime`, or None.

    Raises:
        CourseError: there is no such folder, or nothing in it.
    """
    folder = Path(folder)
    if not folder.exists():
        raise CourseError(f"There is no {folder}: FROM= names the folder with the submissions.")
    files = list(_files(folder))
    if not files:
        raise CourseError(
            f"In {folder} there is no submission. Put a folder or a notebook for each student "
            "there, or the zip that Moodle or Canvas gives."
        )
    students = {}
    for file in files:
        students.setdefault(_text(file.student), []).append(file)
    return {
        student: _choose(student, students[student], lesson, due) for student in sorted(students)
    }


def _choose(student, files, lesson, due):
    """Return the submission that counts of what a student has handed in."""
    notebooks = [file for file in files if file.name.lower().endswith(".ipynb")]
    best = None
    for file in sorted(notebooks, key=lambda file: file.time)[-MANY:]:
        content, problem = file.read()
        fits = _fits(content, file.name, lesson)
        key = (fits > 1, file.time, file.turn, file.where)
        if fits and (best is None or key > best[0]):  # one at a time: they may be large
            best = key, file, content, problem
    if best is None:
        file = max(files, key=lambda file: file.time)
        names = _text(", ".join(sorted({file.name for file in files}))[:200])
        return Submission(
            student, file.where, file.time, problem=f"no notebook of {lesson.name}, only: {names}."
        )
    _, file, content, problem = best
    late = file.late or (due is not None and file.time > due)
    return Submission(student, file.where, file.time, late, content, problem)


def _fits(content, name, lesson):
    """Return 2 where a notebook is one of the lesson, 1 where it may be, 0 where it is not."""
    number = re.match(r"\D*(\d\d)_", name)
    named = lesson.name in name
    try:
        notebook = json.loads(content)
        ids = {cell.get("id") for cell in notebook["cells"]}
        told = notebook.get("metadata", {}).get("course", {}).get("lesson")
        text = "".join("".join(cell.get("source", "")) for cell in notebook["cells"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return 1 if named or number is None else 0
    if named or told == lesson.name or f'start("{lesson.name}")' in text:
        return 2
    if told or number or 'start("' in text:
        return 0
    return 2 if ids & {exercise.answer_id for exercise in lesson.exercises} else 1


def _text(name):
    """Return a text that can be written as UTF-8, whatever bytes or half characters are in it."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _files(folder):
    if folder.is_file():
        yield from _zip_members(folder)
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            student = _student_of_folder(path.name)
            stamp = _nbgrader_time(path)
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
                if file.is_file() and not hidden and not file.is_symlink():
                    if file.name == "timestamp.txt":
                        continue
                    yield from _one(student, file, stamp.get(file.parent))
        elif path.suffix.lower() == ".zip" and not _is_students(path):
            yield from _zip_members(path)
        else:
            student, late, turn = _student_of(path.name)
            yield from _one(student, path, None, late, turn)


def _is_students(path):
    return CANVAS.match(path.name) is not None or MOODLE.match(path.stem) is not None


def _one(student, path, time, late=False, turn=None):
    """Yield a file; where it is a student's zip, the notebooks in it."""
    time = time or datetime.datetime.fromtimestamp(path.stat().st_mtime)
    if path.suffix.lower() == ".zip":
        for file in _zip_members(path):
            yield dataclasses.replace(file, student=student, time=time, late=late)
        return

    def read():
        if path.stat().st_size > LARGEST:
            return None, _too_large()
        return path.read_bytes(), ""

    turn = _turn(path.name) if turn is None else turn
    yield _File(student, str(path), path.name, time, late, turn, read)


def _too_large():
    return f"the file is larger than {LARGEST // 2**20} MB."


def _nbgrader_time(folder):
    """Return the time that `nbgrader collect` has written into each folder below."""
    times = {}
    for file in folder.rglob("timestamp.txt"):
        text = file.read_text(encoding="utf-8", errors="replace").strip()[:40]
        try:
            time = datetime.datetime.fromisoformat(text.replace(" UTC", "+00:00"))
        except ValueError:
            continue
        times[file.parent] = time.astimezone().replace(tzinfo=None) if time.tzinfo else time
    return times


def _student_of(name):
    """Return the student, whether it is late, and the number of the turn, from a file's name."""
    if canvas := CANVAS.match(name):
        again = CANVAS_AGAIN.search(PurePosixPath(canvas["rest"]).stem)
        turn = int(again[1][:9]) if again else 0
        return f"{canvas['student']}_{canvas['user']}", bool(canvas["late"]), turn
    if moodle := MOODLE.match(name):
        return f"{moodle['student']}_{moodle['number']}", False, _turn(moodle["rest"] or "")
    stem = AGAIN.sub("", Path(name).stem)
    return stem, False, _turn(name)


def _student_of_folder(name):
    moodle = MOODLE.match(name)
    return f"{moodle['student']}_{moodle['number']}" if moodle else name


def _turn(name):
    again = AGAIN.search(PurePosixPath(name).stem)
    return int(again[1][:9]) if again else 0


def _zip_members(path, content=None):
    """Yield the files in a zip; it is read member by member and never unpacked."""
    try:
        archive = zipfile.ZipFile(content or path)
        members = archive.infolist()
    except Exception:  # a damaged file makes zipfile raise errors of many kinds
        time = datetime.datetime.fromtimestamp(path.stat().st_mtime)
        student, late, turn = _student_of(path.name)
        yield _unread(student, str(path), path.stem, time, late, turn, "the zip is damaged.")
        return
    held = collections.Counter()
    latest_first = sorted(members[:20_000], key=lambda member: member.date_time, reverse=True)
    for member in latest_first:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in place.parts):
            continue
        if len(place.parts) > 1:
            student = _student_of_folder(place.parts[0])
            late, turn = False, _turn(place.name)
        else:
            student, late, turn = _student_of(place.name)
        try:
            time = datetime.datetime(*member.date_time)
        except ValueError:
            time = datetime.datetime.fromtimestamp(path.stat().st_mtime)
        where = f"{path}, {place}"

        def read(archive=archive, member=member):
            return _read_member(archive, member)

        if place.suffix.lower() == ".zip" and content is None:
            inner, problem = read() if held[student] < LARGEST else (None, _too_large())
            if problem:
                yield _unread(student, where, place.stem, time, late, turn, problem)
                continue
            held[student] += len(inner)
            for file in _zip_members(path, io.BytesIO(inner)):
                yield dataclasses.replace(file, student=student, time=time, late=late)
            continue
        yield _File(student, where, place.name, time, late, turn, read)


def _unread(student, where, stem, time, late, turn, problem):
    """Return what stands for a zip that cannot be looked into."""
    return _File(student, where, f"{stem}.ipynb", time, late, turn, lambda: (None, problem))


def _read_member(archive, member):
    try:
        with archive.open(member) as file:
            content = file.read(LARGEST + 1)
    except Exception:  # see `_zip_members`; zlib and lzma add errors of their own
        return None, "the file in the zip is damaged or has a password."
    if len(content) > LARGEST:
        return None, _too_large()
    return content, ""


def read_notebook(content):
    """Return the cells of a notebook as `(id, grade id, source)`, in order, code cells only.

    Raises:
        CourseError: it is no notebook; the message is in words for the student.
    """
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        found = []
        for cell in cells:
            source = cell.get("source", cell.get("input", ""))
            source = source if isinstance(source, str) else "".join(source)
            if cell.get("cell_type") == "code":
                marks = cell.get("metadata", {}).get("nbgrader", {})
                found.append((cell.get("id"), marks.get("grade_id"), _text(source)))
    except RecursionError:
        raise CourseError("the file is no notebook: it has too many lists in lists.") from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        text = "the file is no notebook: Jupyter could not open it. Save it again and hand it in."
        raise CourseError(text) from None
    return found


def answers(cells, lesson):
    """Return the source of each exercise's answer, by the exercise's name.

    The cell with the right id counts. Where it is gone, is still the stub, or gives the answer's
    name no value, the last cell that does counts: ids and metadata may be lost, cells copied.

    Args:
        cells: what `read_notebook` gives.
        lesson: a `lesson_source.Lesson`.
    """
    found = {}
    for exercise in lesson.exercises:
        binds = re.compile(
            rf"^(?:async )?(?:def|class) {exercise.answer}\b|^{exercise.answer}\s*(?::[^=\n]*)?=",
            re.M,
        )
        own = [source for id, mark, source in cells if exercise.answer_id in (id, mark)]
        others = [source for _, _, source in cells if binds.search(source)]
        answered = [source for source in own if squeezed(source) != squeezed(exercise.stub)]
        first = [source for source in answered if binds.search(source)][:1]
        moved = [source for source in others if squeezed(source) != squeezed(exercise.stub)][-1:]
        chosen = [*first, *moved, *answered[:1], *own[:1], *others[-1:]]
        if chosen:
            found[exercise.name] = chosen[0]
    return found


def safe_name(student):
    """Return a name that a folder may have, for a student whose name may be any text."""
    name = unicodedata.normalize("NFC", student)
    name = re.sub(r"[^\w.@-]+", "_", name).strip("._")[:80] or "student"
    if name == student:
        return name
    return f"{name}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:6]}"
