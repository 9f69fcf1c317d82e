"""Questions with a free answer, which an instructor asks beside a lesson's exercises and grades.

They stand in a notebook of the instructor's, made with nbgrader's own toolbar ("Create Assignment"
in JupyterLab): text cells that ask, each followed by a text cell marked as "Manually graded
answer", with points. What stands in that cell is the rubric: no student gets it, and it stands
below the answer where it is graded.
"""

import dataclasses

import nbformat

from course_utils.errors import CourseError
from course_utils.exercises.checks import NOT_ATTEMPTED
from tools.grading.judge import Mark
from tools.lesson_source import CELL_ID, Exercise

BY_HAND = "by hand"
"""The status of an answer that no check has judged."""
STUB = "*Your answer here.*"
WAITS = "an answer in your own words; your instructor grades it."


def asked_in(lesson, path):
    """Return a lesson with the questions of a notebook as further exercises.

    They are `lesson_source.Exercise`s without an `answer`; `shown` has the question, `solution` the
    rubric.

    Args:
        lesson: a `lesson_source.Lesson`.
        path: the notebook, a `Path`.

    Raises:
        CourseError: it is no notebook, or a question in it is none.
    """
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception as error:  # of json, jsonschema and nbformat
        text = str(error).splitlines() or [""]
        raise CourseError(f"{path} cannot be read as a notebook ({text[0][:200]}).") from None
    found, text, taken = [], [], {cell.id for cell in lesson.cells}
    for cell in cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "markdown":
            raise CourseError(f"{path}: a question has no code, and one cell is {cell.cell_type}.")
        if not (marks.get("grade") and marks.get("solution")):
            text.append(cell.source)
            continue
        name, points = marks.get("grade_id", ""), marks.get("points")
        if not CELL_ID.match(str(name)) or name in taken or not text:
            raise CourseError(
                f"{path}: {name!r} is no id for a question. It needs one of its own, of letters, "
                "digits, `_` and `-`, and a text cell above it that asks."
            )
        if not isinstance(points, int | float) or points <= 0:
            raise CourseError(f"{path}: the question {name} needs points.")
        values = dict.fromkeys((f.name for f in dataclasses.fields(Exercise)), "")
        values |= {"name": name, "points": points, "answer_id": name, "check_id": name}
        values |= {"stub": STUB, "solution": cell.source, "shown": "\n\n".join(text)}
        found.append(Exercise(**values | {"wrong": (), "right": ()}))
        taken |= {name, f"{name}_question"}
        text = []
    if not found:
        raise CourseError(f"{path} asks nothing: no cell is marked as a manually graded answer.")
    return dataclasses.replace(lesson, exercises=(*lesson.exercises, *found))


def one_lesson(paths, path):
    """Raise CourseError where questions are asked beside several lessons."""
    if path and len(paths) > 1:
        raise CourseError(f"QUESTIONS={path} belongs to one lesson, and here are {len(paths)}.")


def cells(lesson):
    """Return the cells of a lesson's questions, as students get them."""
    made = []
    for question in asked(lesson):
        for id, text in ((f"{question.name}_question", question.shown), (question.name, STUB)):
            made.append(nbformat.v4.new_markdown_cell(text, id=id))
    return made


def asked(lesson):
    """Return the questions among a lesson's exercises."""
    return [exercise for exercise in lesson.exercises if not exercise.answer]


def marks(lesson, answers):
    """Return a `Mark` for each question: without points until somebody gives them by hand."""
    return [
        Mark(q.name, 0, q.points, BY_HAND, WAITS)
        if answers.get(q.name, STUB).strip() not in ("", STUB)
        else Mark(q.name, 0, q.points, NOT_ATTEMPTED, "there is no answer.")
        for q in asked(lesson)
    ]
