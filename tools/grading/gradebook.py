"""Write marks into nbgrader's gradebook, and read there what has been given by hand.

The folder that it works in is a course as nbgrader knows it: `nbgrader formgrader` opens it.
"""

import contextlib
import copy
import datetime
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from course_utils.exercises.checks import Outcome
from tools.grading.questions import BY_HAND
from tools.grading.texts import shown


@contextlib.contextmanager
def opened(course):
    """Give the gradebook of a course, a `nbgrader.api.Gradebook`; both are made if missing.

    Args:
        course: the folder of the nbgrader course, a `Path`.
    """
    config = course / "nbgrader_config.py"
    if not config.exists():
        course.mkdir(parents=True, exist_ok=True)
        config.write_text('c = get_config()\nc.CourseDirectory.course_id = "course"\n', "utf-8")
    warnings.filterwarnings("ignore", module="nbgrader")
    programs = str(Path(sys.prefix) / "bin")  # nbgrader looks for its helper `alembic` there
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        yield book


def write_assignment(book, course, lesson, release, due=None):
    """Enter a lesson and its exercises into the gradebook.

    Args:
        book, course: see `opened`.
        lesson: a `lesson_source.Lesson`.
        release: its notebook as it was handed out, see `assignment.release`.
        due: the deadline, a `datetime` with its zone, or None.
    """
    (course / "release" / lesson.name).mkdir(parents=True, exist_ok=True)
    nbformat.write(release, course / "release" / lesson.name / f"{lesson.name}.ipynb")
    (course / "source" / lesson.name).mkdir(parents=True, exist_ok=True)
    book.update_or_create_assignment(lesson.name, duedate=_utc(due))
    book.update_or_create_notebook(lesson.name, lesson.name)
    for exercise in lesson.exercises:
        where = (lesson.name, lesson.name)
        kind = "code" if exercise.answer else "markdown"
        book.update_or_create_grade_cell(
            exercise.check_id, *where, max_score=exercise.points, cell_type=kind
        )
        book.update_or_create_solution_cell(exercise.answer_id, *where)
        for cell in release.cells:
            if cell.id in (exercise.check_id, exercise.answer_id):
                locked = cell.id != exercise.answer_id
                book.update_or_create_source_cell(
                    cell.id, *where, source=cell.source, cell_type=kind, locked=locked
                )


def _utc(time):
    """Return a time as nbgrader keeps it: of UTC, without saying so."""
    return time and time.astimezone(datetime.UTC).replace(tzinfo=None)


def write_times(book, lesson, student, time, due):
    """Enter when a student has handed in, and the deadline that holds for this student.

    Args:
        book, lesson: see `write_assignment`.
        student: a name that a folder may have.
        time, due: a `datetime` with its zone, or None.
    """
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(lesson.name, student)
    deadline = submission.assignment.duedate
    submission.timestamp = _utc(time)
    submission.extension = _utc(due) - deadline if due and deadline else None
    book.db.commit()


def write_marks(book, course, lesson, release, student, answers, marks):
    """Enter a student's marks and write the graded notebook; what was given by hand stays.

    Args:
        book, course, lesson, release: see `write_assignment`.
        student: see `write_times`, which comes first.
        answers: the source of each exercise's answer, by the exercise's name.
        marks: the `judge.Mark`s.
    """
    folder = course / "autograded" / student / lesson.name
    folder.mkdir(parents=True, exist_ok=True)
    marks = {mark.exercise: mark for mark in marks}
    nbformat.write(graded(lesson, release, answers, marks), folder / f"{lesson.name}.ipynb")
    for exercise in lesson.exercises:
        grade = book.find_grade(exercise.check_id, lesson.name, lesson.name, student)
        waits = marks[exercise.name].status == BY_HAND
        grade.auto_score = None if waits else marks[exercise.name].points
        grade.needs_manual_grade = waits or grade.manual_score is not None  # for an older answer
    book.db.commit()


def by_hand(book, lesson, student):
    """Return what an instructor has given a student in the formgrader.

    Returns:
        `{exercise: (points, comment)}`; points are None where they are the check's, and a comment
        is "" where there is none.
    """
    found, where = {}, (lesson.name, lesson.name, student)
    for exercise in lesson.exercises:
        grade = book.find_grade(exercise.check_id, *where)
        comment = book.find_comment(exercise.answer_id, *where).manual_comment or ""
        changed = grade.manual_score is not None or grade.extra_credit is not None
        found[exercise.name] = (grade.score if changed else None, comment)
    return found


def write_penalty(book, lesson, student, points):
    """Enter how many points a student loses for being late."""
    [notebook] = book.find_submission(lesson.name, student).notebooks
    notebook.late_submission_penalty = points
    book.db.commit()


def graded(lesson, release, answers, marks):
    """Return the graded notebook of a student.

    It is the one that was handed out, with the student's answers and what the checks found. Nothing
    else of what the student handed in is in it: no output, no text, no own cells.

    Args:
        lesson, release: see `write_assignment`.
        answers, marks: the source of the answer and the `judge.Mark`, by the exercise's name.
    """
    made = copy.deepcopy(release)
    cells = {cell.id: cell for cell in made.cells}
    kept = {key for e in lesson.exercises for key in (e.answer_id, e.check_id)}
    for exercise in lesson.exercises:
        mark, check = marks[exercise.name], cells[exercise.check_id]
        cells[exercise.answer_id].source = shown(answers.get(exercise.name, exercise.stub))
        if not exercise.answer:
            rubric = f"**For who grades this:**\n\n{exercise.solution}"
            made.cells.append(nbformat.v4.new_markdown_cell(rubric, id=f"{exercise.name}_rubric"))
            kept |= {f"{exercise.name}{part}" for part in ("_question", "_rubric")}
            continue
        outcome = Outcome(mark.status, mark.reason)
        found = {"text/plain": repr(outcome), "text/html": outcome._repr_html_()}
        check.outputs = [nbformat.v4.new_output("execute_result", found, execution_count=1)]
        check.execution_count = 1
        check.source = "# What the check found:"
    cells["title"].source = cells["title"].source.split("\n")[0]
    made.cells = [cell for cell in made.cells if cell.id in kept or _is_about_one(cell, kept)]
    return made


def _is_about_one(cell, kept):
    """Return whether a cell is the title or an exercise's text: its name begins the others'."""
    return cell.cell_type == "markdown" and (
        cell.id == "title" or f"{cell.id}_answer" in kept or re.fullmatch("exercises?", cell.id)
    )


def remove_students(book, course, lesson, students):
    """Take students out who are no longer among the submissions of a lesson."""
    for student in students:
        with contextlib.suppress(MissingEntry):
            book.remove_submission(lesson.name, student)
        for step in ("autograded", "feedback"):
            shutil.rmtree(course / step / student / lesson.name, ignore_errors=True)
