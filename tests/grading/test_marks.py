"""What hidden inputs follow from, and that feedback on them is of no use in the next round."""

import json
import re

import nbformat
import numpy as np
import pytest

from tests.grading import hostile
from tools import grade
from tools.assignment import release
from tools.grading.judge import NOT_FOR_OTHERS, Judge
from tools.lesson_source import LESSONS, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
PATH = LESSONS / "03_horse_or_human.py"
LESSON = read_lesson(PATH)


def shown_calls(exercise):
    """Return how often the check that students see calls an answer."""
    space, calls = {"np": np, "check_exercise": lambda *_, **__: None}, []
    exec(f"{exercise.solution}\n\n{exercise.shown}", space)

    def answer(*inputs):
        calls.append(inputs)
        return space[exercise.answer](*inputs)

    space[exercise.check](answer)
    return len(calls)


def right_until(exercise, then):
    """Return an answer that is right for the inputs of the visible check, and then does other."""
    return (
        f"{exercise.solution}\n\n_right, _calls = {exercise.answer}, []\n\n"
        f"def {exercise.answer}(*inputs):\n"
        "    _calls.append(inputs)\n"
        f"    if len(_calls) > {shown_calls(exercise)}:\n"
        f"        {then}\n"
        "    return _right(*inputs)\n"
    )


@pytest.mark.parametrize("exercise", LESSON.exercises, ids=lambda exercise: exercise.name)
def test_feedback_on_hidden_inputs_tells_no_value(exercise, needs_bubblewrap):
    for wrong in ("return 12345", "return [0.5, 0.5]", "return 'no'", "return float('nan')"):
        with Judge(LESSON, "seed") as judge:
            mark = judge.mark(exercise, right_until(exercise, wrong))
        assert mark.status == "wrong" and mark.reason.startswith(NOT_FOR_OTHERS), mark
        assert not re.search(r"\d", mark.reason), mark


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ("raise ValueError(str(inputs))", "ValueError"),
        ("{}[str(inputs)]", "KeyError"),
        ("raise type(f'Told{str(inputs)[1]}', (Exception,), {})", "an error"),
    ],
)
def test_an_error_on_hidden_inputs_tells_its_kind_alone(wrong, kind, needs_bubblewrap):
    [size] = [exercise for exercise in LESSON.exercises if exercise.name == "size"]
    with Judge(LESSON, "seed") as judge:
        mark = judge.mark(size, right_until(size, wrong))
    assert mark.status == "broken", mark
    assert mark.reason == f"{NOT_FOR_OTHERS} There, your code stops with {kind}.", mark


def inputs_of(folder, to, submissions):
    """Return the first hidden side that each student's answer has met: the line of its error."""
    for student, made in submissions.items():
        file = folder / student / f"{PATH.stem}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(made), encoding="utf-8")
    results = grade.grade(PATH, folder, to, grade.Settings("long and told to nobody"))
    reasons = {
        student: [mark.reason for mark in result.marks if mark.exercise == "size"]
        for student, result in results.items()
    }
    return {name: re.search(r"in line (\d+)", said)[1] for name, [said] in reasons.items()}


def test_hidden_inputs_follow_from_the_student_and_all_that_is_handed_in(
    tmp_path, needs_bubblewrap
):
    [size] = [exercise for exercise in LESSON.exercises if exercise.name == "size"]
    made = json.loads(nbformat.writes(release(LESSON)))
    lines = [f"if inputs[0] == {side}: raise ValueError" for side in range(1, 1001)]
    tells = right_until(size, "\n        ".join(lines))
    hostile.cells(made, size.answer_id)[0]["source"] = tells
    changed = json.loads(json.dumps(made))
    changed["cells"][0]["source"] = "# Another heading"
    first = inputs_of(tmp_path / "1", tmp_path / "graded", {"anna": made, "ben": made})
    again = inputs_of(tmp_path / "2", tmp_path / "anew", {"anna": made, "ben": made})
    other = inputs_of(tmp_path / "3", tmp_path / "graded", {"anna": changed, "ben": made})
    assert first == again and first["ben"] == other["ben"]
    assert len({first["anna"], first["ben"], other["anna"]}) == 3
