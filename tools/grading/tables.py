"""The tables of a graded class as CSV: for people, and as Moodle and Canvas take them back."""

import csv
import io

from course_utils.exercises.checks import RIGHT
from tools.grading.classlist import CANVAS, MOODLE
from tools.grading.texts import cell

OF_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account")
OF_CANVAS += ("Section",)
"""The columns by which Canvas knows a student again."""


def number(points):
    """Return points as they are written: 2, 1.5, 1.33."""
    return f"{round(points, 2):g}"


def grades(results):
    """Return grades.csv: a row for each student and exercise.

    Args:
        results: `{student: results.Result}`.
    """
    head = ["student", "name", "exercise", "points", "of", "reason", "by hand", "comment", "late"]
    rows = []
    for student, result in results.items():
        for mark in result.marks:
            reason = mark.status if mark.status == RIGHT else f"{mark.status}: {mark.reason}"
            points, comment = result.of_hand(mark.exercise)
            row = [student, result.name, mark.exercise, number(result.earned(mark)), mark.of]
            hand = "no" if points is None else "yes"
            rows.append([*row, reason, hand, comment, result.late_word])
    return written(head, rows)


def totals(results):
    """Return totals.csv: a row for each student; points are what is left after the penalty."""
    rows = [
        [s, r.name, number(r.points), r.of, number(r.penalty), r.late_word]
        for s, r in results.items()
    ]
    return written(["student", "name", "points", "of", "penalty", "late"], rows)


def overview(lessons):
    """Return a table over lessons: a row for each student, a column for each lesson, the sum.

    Args:
        lessons: `{lesson's name: what totals() has returned}`.
    """
    head, students = ["student", "name"], {}
    for n, (lesson, table) in enumerate(lessons.items()):
        rows = list(csv.DictReader(io.StringIO(table)))
        head.append(f"{lesson} (of {max((int(row['of']) for row in rows), default=0)})")
        for row in rows:
            points = students.setdefault(row["student"], [row["name"], [""] * len(lessons)])[1]
            points[n] = row["points"]
    rows = [
        [student, name, *points, number(sum(map(float, filter(None, points))))]
        for student, (name, points) in sorted(students.items())
    ]
    return written([*head, "points"], rows)


def for_platform(members, lesson, results):
    """Return the class list with the grades in it, as Moodle or Canvas import it; None for others.

    Args:
        members: the `classlist.ClassList`.
        lesson: the lesson's name.
        results: see `grades`.
    """
    found = {members.key(student): result for student, result in results.items()}
    head = list(members.head)
    if members.kind == MOODLE:
        columns = ["Grade", "Feedback comments"]
    elif members.kind == CANVAS:
        columns = [next((name for name in head if lesson in name), lesson)]
        head = [name for name in head if name in OF_CANVAS]
    else:
        return None
    head += [column for column in columns if column not in head]
    rows = []
    for row, member in members.rows:
        row = dict(row)
        if member is not None and member.student in found:
            result = found[member.student]
            row[columns[0]] = number(result.points)
            comments = [comment for _, comment in result.by_hand.values() if comment]
            row |= {column: " ".join(comments) for column in columns[1:] if comments}
        elif member is None:
            row.setdefault(columns[0], number(max((r.of for r in results.values()), default=0)))
        rows.append([row.get(name, "") for name in head])
    return written(head, rows, own=False)


def written(head, rows, own=True):
    """Return a table as CSV, inert in every spreadsheet.

    Args:
        head, rows: texts and numbers.
        own: whether the table is ours; of a platform's, what it gave is given back as it was, but
            for what could be a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n" if own else "\r\n")
    writer.writerow([cell(name) for name in head])
    writer.writerows([[cell(value) for value in row] for row in rows])
    return text.getvalue()
