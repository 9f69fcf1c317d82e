"""What a student has earned in a lesson: by checks, by hand, less what being late costs."""

import dataclasses
import datetime
import json
import math

from course_utils.store import whole_file
from tools.grading.judge import Mark

DAY = 24 * 60 * 60


@dataclasses.dataclass
class Result:
    """One student in one lesson.

    Attributes:
        student: the name that the submission has.
        name: the name for people.
        page: a name that a file may have; nbgrader knows the student by it.
        digest: a checksum of all that the marks depend on.
        problem: why the submission cannot be graded, or "".
        marks: the `judge.Mark`s of the checks.
        answers: the source of each exercise's answer, by the exercise's name.
        time: when it was handed in, a `datetime` with its zone, or None where nobody knows.
        due: the deadline that holds for this student, likewise.
        late: whether it came late, or None where nobody knows.
        by_hand: `{exercise: (points, comment)}` of the instructor; points may be None.
        penalty: points that being late costs.
        prefix: what the learning platform wants the name of a returned file to begin with.
        left_out: texts about files that are not read.
        new: whether tables and gradebook do not have these marks yet.
    """

    student: str
    name: str
    page: str
    digest: str
    problem: str = ""
    marks: list = dataclasses.field(default_factory=list)
    answers: dict = dataclasses.field(default_factory=dict)
    time: datetime.datetime | None = None
    due: datetime.datetime | None = None
    late: bool | None = None
    by_hand: dict = dataclasses.field(default_factory=dict)
    penalty: float = 0
    prefix: str = ""
    left_out: list = dataclasses.field(default_factory=list)
    new: bool = True

    def of_hand(self, exercise):
        """Return `(points, comment)` that an instructor has given for an exercise."""
        return self.by_hand.get(exercise, (None, ""))

    def earned(self, mark):
        """Return the points of a mark, or those that an instructor has given instead."""
        points, _ = self.of_hand(mark.exercise)
        return mark.points if points is None else points

    @property
    def before_penalty(self):
        return sum(map(self.earned, self.marks))

    @property
    def points(self):
        return max(0, self.before_penalty - self.penalty)

    @property
    def of(self):
        return sum(mark.of for mark in self.marks)

    @property
    def seconds_late(self):
        """How late it came; None where it is not known, or by how much."""
        if self.time is None or self.due is None:
            return None
        return max(0, (self.time - self.due).total_seconds())

    def penalty_of(self, percent):
        """Return the points that are taken off: so much of those earned for each day begun."""
        days = math.ceil((self.seconds_late or 0) / DAY)
        return self.before_penalty * min(1, percent / 100 * days)

    @property
    def late_word(self):
        return {True: "yes", False: "no", None: "not known"}[self.late]


def keep(folder, result, written, by_hand=()):
    """Keep the marks of the checks; `written` says whether the gradebook has them.

    Args:
        folder, result, written: the folder of records, a `Result`, a bool.
        by_hand: the names of questions, whose marks are not kept here but in the gradebook.
    """
    record = {"student": result.student, "digest": result.digest, "written": written}
    marks = [mark for mark in result.marks if mark.exercise not in by_hand]
    record["marks"] = [dataclasses.asdict(mark) for mark in marks]
    with whole_file(folder / f"{result.page}.json") as aside:
        aside.write_text(json.dumps(record), encoding="utf-8")


def kept(folder, page, digest):
    """Return what `keep` has kept of a submission: `(marks, written)`; None where it is another."""
    try:
        record = json.loads((folder / f"{page}.json").read_text(encoding="utf-8"))
        if record["digest"] != digest:
            return None
        return [Mark(**mark) for mark in record["marks"]], record["written"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
