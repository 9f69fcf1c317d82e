"""Write marks into nbgrader's gradebook, and have nbgrader make the feedback pages.

The folder that it works in is a course as nbgrader knows it: `nbgrader formgrader` opens it.
"""

import copy
import logging
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course_utils.exercises.checks import Outcome

SHOWN = 20_000
"""Characters of an answer on the feedback page: colouring millions of them takes hours."""


def write_assignment(course, lesson, release, due=None):
    """Enter a lesson and its exercises into the gradebook.

    Args:
        course: the folder of the nbgrader course, a `Path`; made if it is missing.
        lesson: a `lesson_source.Lesson`.
        release: its notebook as it was handed out, see `assignment.release`.
        due: the deadline, a `datetime`, or None.
    """
    (course / "release" / lesson.name).mkdir(parents=True, exist_ok=True)
    nbformat.write(release, course / "release" / lesson.name / f"{lesson.name}.ipynb")
    (course / "source" / lesson.name).mkdir(parents=True, exist_ok=True)
    config = course / "nbgrader_config.py"
    if not config.exists():
        config.write_text('c = get_config()\nc.CourseDirectory.course_id = "course"\n', "utf-8")
    with _open(course) as gradebook:
        gradebook.update_or_create_assignment(lesson.name, duedate=due)
        gradebook.update_or_create_notebook(lesson.name, lesson.name)
        for exercise in lesson.exercises:
            where = (lesson.name, lesson.name)
            gradebook.update_or_create_grade_cell(
                exercise.check_id, *where, max_score=exercise.points, cell_type="code"
            )
            gradebook.update_or_create_solution_cell(exercise.answer_id, *where)
            for cell in release.cells:
                if cell.id in (exercise.check_id, exercise.answer_id):
                    gradebook.update_or_create_source_cell(
                        cell.id,
                        *where,
                        source=cell.source,
                        cell_type="code",
                        locked=cell.id == exercise.check_id,
                    )


def write_submission(course, lesson, release, student, time, answers, marks):
    """Enter one student's marks and write the graded notebook.

    Args:
        course, lesson, release: see `write_assignment`.
        student: a name that a folder may have.
        time: when it was handed in, a `datetime`.
        answers: the source of each exercise's answer, by the exercise's name.
        marks: the `judge.Mark`s.
    """
    folder = course / "autograded" / student / lesson.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "timestamp.txt").write_text(f"{time:%Y-%m-%d %H:%M:%S}\n", "utf-8")
    marks = {mark.exercise: mark for mark in marks}
    nbformat.write(graded(lesson, release, answers, marks), folder / f"{lesson.name}.ipynb")
    with _open(course) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(lesson.name, student, timestamp=time)
        for exercise in lesson.exercises:
            grade = gradebook.find_grade(exercise.check_id, lesson.name, lesson.name, student)
            grade.auto_score = marks[exercise.name].points
            grade.needs_manual_grade = False
        gradebook.db.commit()


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
    for exercise in lesson.exercises:
        mark, check = marks[exercise.name], cells[exercise.check_id]
        source = answers.get(exercise.name, exercise.stub)
        if len(source) > SHOWN:
            source = f"{source[:SHOWN]}\n# … and {len(source) - SHOWN} characters more"
        cells[exercise.answer_id].source = source
        outcome = Outcome(mark.status, mark.reason)
        shown = {"text/plain": repr(outcome), "text/html": outcome._repr_html_()}
        check.outputs = [nbformat.v4.new_output("execute_result", shown, execution_count=1)]
        check.execution_count = 1
        check.source = "# What the check found:"
    cells["title"].source = cells["title"].source.split("\n")[0]
    kept = {key for e in lesson.exercises for key in (e.answer_id, e.check_id)}
    made.cells = [cell for cell in made.cells if cell.id in kept or _is_about_one(cell, kept)]
    return made


def _is_about_one(cell, kept):
    """Return whether a cell is the title or an exercise's text: its name begins the others'."""
    return cell.cell_type == "markdown" and (
        cell.id == "title" or f"{cell.id}_answer" in kept or re.fullmatch("exercises?", cell.id)
    )


def write_feedback(course, lesson, students, to):
    """Have nbgrader make the pages of some students, and copy them to the folder `to`."""
    to.mkdir(parents=True, exist_ok=True)
    for student in students:
        config = Config()
        config.CourseDirectory.root = str(course)
        config.CourseDirectory.assignment_id = lesson.name
        config.CourseDirectory.student_id = student
        config.GenerateFeedback.force = True
        config.HTMLExporter.sanitize_html = True
        folder = CourseDirectory(config=config)
        converter = GenerateFeedback(coursedir=folder, config=config)
        converter.log.setLevel(logging.ERROR)
        converter.start()
        made = course / "feedback" / student / lesson.name / f"{lesson.name}.html"
        shutil.copyfile(made, to / f"{student}.html")


def remove_students(course, lesson, students):
    """Take students out who are no longer among the submissions of a lesson."""
    with _open(course) as gradebook:
        for student in students:
            try:
                gradebook.remove_submission(lesson.name, student)
            except MissingEntry:
                continue
    for student in students:
        for step in ("autograded", "feedback"):
            shutil.rmtree(course / step / student / lesson.name, ignore_errors=True)


def _open(course):
    """Open the gradebook; nbgrader looks for its helper `alembic` on the PATH."""
    warnings.filterwarnings("ignore", module="nbgrader")
    programs = str(Path(sys.prefix) / "bin")
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")
