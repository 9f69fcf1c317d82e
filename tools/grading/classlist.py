"""The class list: who is in the class, and what the learning platform knows of each of them.

A table as CSV, of one of three kinds, which its head tells:

- Moodle's grading worksheet ("Download grading worksheet", in English),
- Canvas's gradebook ("Export Entire Gradebook"),
- or one of your own with the column `student`, the name that folders or files have, and any of
  `name`, `submitted` and `due`, the latter two as 2026-12-01T23:59 in this machine's time.
"""

import csv
import dataclasses
import datetime
import io
import re

from course_utils.errors import CourseError
from tools.grading.texts import inert

MOODLE, CANVAS, OWN = "Moodle", "Canvas", "own"
HEADS = {MOODLE: ("Identifier", "Full name"), CANVAS: ("Student", "ID"), OWN: ("student",)}
MOODLE_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%Y-%m-%d %H:%M")


@dataclasses.dataclass
class Member:
    """Somebody who is in the class.

    Attributes:
        student: the name that submissions have; of Moodle and Canvas, the number in it.
        name: the name for people.
        time: when the platform says that the work came, a `datetime` with its zone, or None.
        due: a deadline of one's own, likewise.
        row: the row of the table, `{column: text}`.
    """

    student: str
    name: str
    time: datetime.datetime | None
    due: datetime.datetime | None
    row: dict


@dataclasses.dataclass
class ClassList:
    """A class list; `kind` is "Moodle", "Canvas" or "own"; `rows` has what belongs to nobody, too.

    Attributes:
        head: the names of the columns.
        rows: `(row, member)` in order; None where a row is nobody's, such as Canvas's second.
    """

    kind: str
    head: list
    rows: list

    @property
    def members(self):
        return {member.student: member for _, member in self.rows if member is not None}

    def key(self, student):
        """Return the name under which a submission's student stands in `members`."""
        number = re.search(r"_(\d+)$", student)
        return number[1] if self.kind != OWN and number else student


def read(path):
    """Return the `ClassList` of a file.

    Raises:
        CourseError: it cannot be read, or has no column that tells who is who.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8. Save the table as CSV UTF-8.") from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    head = [name.strip() for name in table[0]] if table else []
    kinds = [kind for kind, columns in HEADS.items() if set(columns) <= set(head)]
    if not kinds:
        known = "; ".join(f"{kind}: {', '.join(columns)}" for kind, columns in HEADS.items())
        raise CourseError(f"{path} has no column that tells who is who ({known}).")
    rows = []
    for line, cells in enumerate(table[1:], start=2):
        row = dict(zip(head, cells, strict=False))
        if any(cells):
            rows.append((row, _member(kinds[0], row, f"{path}, line {line}")))
    found = ClassList(kinds[0], head, rows)
    if len(found.members) < sum(member is not None for _, member in rows):
        names = [member.student for _, member in rows if member is not None]
        twice = next(name for name in names if names.count(name) > 1)
        raise CourseError(f"{path}: {inert(twice, 100)} stands there twice.")
    return found


def _member(kind, row, where):
    if kind == OWN:
        student, name = row["student"].strip(), row.get("name", "").strip()
        times = [_time(row.get(column, ""), where) for column in ("submitted", "due")]
        return Member(student, name or student, *times, row) if student else None
    number, name = (row.get(column, "") for column in HEADS[kind][:: 1 if kind == MOODLE else -1])
    number = re.search(r"(\d+)\s*$", number)
    if number is None:
        return None
    return Member(number[1], name.strip(), _moodle_time(row), None, row)


def _time(text, where):
    if not text.strip():
        return None
    try:
        return datetime.datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise CourseError(
            f"{where}: {inert(text, 60)} is no time; write it as 2026-12-01T23:59."
        ) from None


def _moodle_time(row):
    for form in MOODLE_TIMES:
        try:
            text = row.get("Last modified (submission)", "").replace(
                "\N{NARROW NO-BREAK SPACE}", " "
            )
            return datetime.datetime.strptime(text.strip(), form).astimezone()
        except (ValueError, OverflowError):
            continue
    return None
