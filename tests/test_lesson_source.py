"""A lesson's source: what it gives, and that each broken rule is told with its place."""

import dataclasses
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from course_utils.errors import UnknownNameError
from tests.small_lesson import ANSWERS, LESSON, write_lesson
from tools.lesson_source import (
    LESSONS,
    ROOT,
    Lesson,
    LessonError,
    find_lessons,
    lesson_paths,
    read_lesson,
    taught,
)


def test_what_a_lesson_gives(tmp_path):
    lesson = read_lesson(write_lesson(tmp_path))
    [double] = lesson.exercises
    assert (double.name, double.points, double.answer_id, double.check_id) == (
        "double", 2, "answer", "check",
    )  # fmt: skip
    assert (double.answer, double.check, double.trial, double.as_data, double.praise) == (
        "double", "check", "ten", None, "Good.",
    )  # fmt: skip
    assert double.stub.endswith('"""Return twice n."""\n    ...')
    assert double.solution.endswith("    twice = factor * n\n    return twice")
    assert "compare" not in double.shown and "EARNED" not in double.shown
    assert "    compare(private" in double.graded and "    earned(1)\n" in double.graded
    assert double.beside == "def ten(double, n):\n    return double(10 * n)"
    assert [listed.id for listed in double.wrong] == ["wrong_1", "wrong_2", "wrong_3"]
    assert double.right[0][:2] == ("right_sum", "a sum") and len(double.right) == 3
    assert lesson.code == ["1 + 1", LESSON.split('name="imports"\n')[1].split("\n\n\n")[0],
                           LESSON.split('name="run"\n')[1].rstrip()]  # fmt: skip


def test_the_views_differ_in_nothing_but_the_exercise(tmp_path):
    lesson = read_lesson(write_lesson(tmp_path))
    for learner, solution in zip(lesson.learner(), lesson.solution(), strict=True):
        assert (learner == solution) == (learner.id not in ("answer", "check")), learner.id
    shows = {cell.id: cell.shows for cell in lesson.learner()}
    assert shows["sum"] == "2" and shows["check"].startswith("… Not attempted")
    assert {cell.id: cell.shows for cell in lesson.solution()}["check"] == "✓ Right: Good."


def test_a_lesson_travels_as_plain_data(tmp_path):
    lesson = read_lesson(write_lesson(tmp_path))
    arrived = Lesson.from_dict(json.loads(json.dumps(dataclasses.asdict(lesson))))
    assert arrived.name == "01_test" and arrived.code == lesson.code
    assert arrived.exercises[0].graded == lesson.exercises[0].graded


def test_who_grades_does_not_wait_for_jupytext():
    code = "import sys, tools.grading.judge; sys.exit('jupytext' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


CALL = "    double,\n    check,\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# # A lesson", "# A lesson", "no cell has the lesson's title"),
        ("def double(n):", "def double(n, n):", "line 21: Python cannot read this: duplicate"),
        ("1 + 1", "# !touch x", "line 5: Python cannot read this"),
        ('[markdown] name="task"', '[raw] name="task"', "line 11: a cell is code, or [markdown]"),
        ('name="task"', 'name="task" exercise="double"', "line 11: exercise, points and tags"),
        ("# ### Exercise", "# ### BEGIN SOLUTION", "line 11: `### BEGIN SOLUTION` stands in"),
        ('tags=["author"]', 'tags=["authors"]', "line 8: the tag authors means nothing"),
        ('tags=["author"]', 'tags="author"', "tags= a list of different texts"),
        ('tags=["author"]', "", "line 9: a notebook has no `tools`"),
        ('name="sum"', "name=3", "name= is a text"),
        ('name="answer" exercise="double"', 'name="answer" exercise=["double"]', "is a text"),
        ("1 + 1", "\0", "line 5: a character NUL"),
        ('name="title"', "", "line 1: the cell has no name"),
        ('name="task"', 'name="title"', "line 11: the name 'title' is that of the cell in line 1"),
        ('name="sum"', 'name="a sum"', "cannot be a cell id"),
        ('name="sum"', 'name="install"', "a cell that the builder adds"),
        ('name="sum"', 'name="sum" answers=1', "line 4: the header says answers, which means"),
        ('name="run"', 'name="run" exercise="double"', "a cell of exercise 'double' needs"),
        ('name="run"', 'name="run" exercise="double" wrong="x"', "stand in the file of this name"),
        ('name="answer" exercise="double"', 'name="answer"', 'line 20: the cell needs exercise='),
        ("    ### END SOLUTION\n", "", "line 23: `### BEGIN SOLUTION` has no place here"),
        ("    ### END HIDDEN TESTS\n", "", "line 35: `### BEGIN HIDDEN TESTS` has no place here"),
        ("factor = 2", "### EARNED 1", "line 17: `### EARNED 1` has no place here"),
        ("### EARNED 1", "### EARNED one", "line 41: `### EARNED one` has no place here"),
        ("### EARNED 1", "### EARNED 2", "line 41: `### EARNED 2` of 2 points: give from 1 to 1"),
        ("\n# -> 2", "", "needs both the tag nbval-check-output and its expected text"),
        ("points=2", 'points="two"', "points='two' is no whole number"),
        (" points=2", "", "line 35: `### BEGIN HIDDEN TESTS` has no place here"),
        ("# %% [markdown] name=", "x = 1\n# %% [markdown] name=", "before the first cell"),
        ('# %% [markdown] name="task"',
         '# %% name="twin" exercise="double"\n### BEGIN SOLUTION\n1\n### END SOLUTION\n'
         '# %% [markdown] name="task"', "line 24: the exercise 'double' has two cells with its"),
        ("twice = factor", "twice = = factor", "line 24: Python cannot read this"),
        ("check_exercise(\n", "checked(\n", "line 29: a cell with points calls check_ex"),
        ("\ndouble_check\n", "\ncheck_exercise(double, check)\n", "once, and this one 2 times"),
        (CALL, "    double,\n    lambda answer: None,\n", "line 45: check_exercise: its two posit"),
        (CALL, "    *(double, check),\n", "line 45: check_exercise: its two positional"),
        (CALL, "    check=check,\n    answer=double,\n", "its two positional"),
        (CALL, "    ten,\n    check,\n", "line 46: check_exercise: ten is not what the answer"),
        (CALL, "    double,\n    tests,\n", "line 47: check_exercise: define the function tests"),
        ("trial=ten", "trial=lambda double, n: n", "line 48: check_exercise: trial= is the name"),
        ("trial=ten", "as_data=sorted", "line 48: check_exercise: as_data= is the name"),
        ("trial=ten", "title='Double'", "line 48: check_exercise: title is unknown; it knows hint"),
        ("trial=ten", "**options", "line 48: check_exercise: ** is unknown"),
        ('"n + n"', "str(2)", "line 49: check_exercise: hints= is a list of texts"),
        ('"Good."', 'f"{factor}"', "line 50: check_exercise: praise= is a text that stands there"),
        ("return double(10 * n)", "return check(double)", "may use neither the check itself nor"),
        ("    return double(10 * n)", "    ### BEGIN HIDDEN TESTS\n    n += 1\n"
         "    ### END HIDDEN TESTS\n    return double(n)", "nor hidden tests"),
    ],
)  # fmt: skip
def test_a_broken_rule_names_file_line_and_remedy(tmp_path, old, new, message):
    assert old in LESSON
    path = write_lesson(tmp_path, LESSON.replace(old, new, 1))
    with pytest.raises(LessonError, match="01_test.py") as raised:
        read_lesson(path)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('wrong="square"', 'wrong=""', "line 6: wrong= is a text, such as wrong="),
        ('wrong="square"', 'wrong="a" right="b"', "line 6: a listed answer is code and needs"),
        ('"wrong_2"', '"wrong_1"', "line 6: the name 'wrong_1' is that of the cell in line 1 of"),
        ('"wrong_2"', '"sum"', "line 6: the name 'sum' is that of the cell in line 4 too"),
        ('wrong_2" exercise="double"', 'wrong_2" exercise="triple"',
         "line 6: the lesson has no exercise 'triple'; it has these: double."),
        ('right="a sum"', "points=1", "line 16: the header says points, which means nothing"),
        ("return n * n", "return n *", "line 8: Python cannot read this"),
        ("def double(n):\n    return n * n", "def twice(n):\n    return n", "line 6: the answer"),
        ("    return n * n", "    ### BEGIN SOLUTION", "line 6: a listed answer is whole"),
    ],
)  # fmt: skip
def test_a_listed_answer_that_breaks_a_rule_is_told_with_its_place(tmp_path, old, new, message):
    assert old in ANSWERS
    path = write_lesson(tmp_path, answers=ANSWERS.replace(old, new, 1))
    with pytest.raises(LessonError, match="answers/01_test.py") as raised:
        read_lesson(path)
    assert message in str(raised.value)


def test_three_wrong_answers_are_the_least(tmp_path):
    fewer = ANSWERS.replace('wrong="square"', 'right="no"')
    with pytest.raises(LessonError, match=r"01_test.py, line 20: .* lists 2 wrong answers in"):
        read_lesson(write_lesson(tmp_path, answers=fewer))


def test_three_other_right_answers_are_the_least(tmp_path):
    fewer = ANSWERS.replace('right="by its bits"', 'wrong="no"')
    with pytest.raises(LessonError, match=r"01_test.py, line 20: .* lists 2 right answers in"):
        read_lesson(write_lesson(tmp_path, answers=fewer))


@pytest.mark.parametrize(
    "told", ['f"Not {double(7)}."', '"Not " + str(double(7))', "double(7)", ""], ids=str
)
def test_a_hidden_test_tells_no_value(tmp_path, told):
    hidden = "    compare(private.integers(5))\n"
    message = f", {told}" if told else ""
    lesson = LESSON.replace(hidden, f"{hidden}    assert double(7) == 140{message}\n")
    with pytest.raises(LessonError, match=r"line 37: the message of a hidden test names the kind"):
        read_lesson(write_lesson(tmp_path, lesson))
    lesson = LESSON.replace(hidden, f'{hidden}    assert double(7) == 140, "Not for others."\n')
    assert read_lesson(write_lesson(tmp_path, lesson)).exercises


def test_every_file_of_answers_belongs_to_a_lesson():
    listed = {path.name for path in (LESSONS / "answers").glob("*")}
    assert listed == {path.name for path in lesson_paths() if read_lesson(path).exercises}


def test_lessons_are_found_by_number_or_name():
    [path] = find_lessons(["4"])
    assert path.stem == "04_cats_vs_dogs_from_scratch"
    assert find_lessons(["04", path.stem]) == [path]
    with pytest.raises(UnknownNameError, match="no lesson '41'"):
        find_lessons(["41"])


def test_what_a_lesson_teaches_can_be_called():
    network = taught("04", "build_network")(150)
    assert network.input_shape == (None, 150, 150, 3) and network.output_shape == (None, 1)
    assert taught("04", "side", start=lambda name: SimpleNamespace(pixels=int)) == 150
    assert taught("01", "neuron")(np.ones(2), np.ones(2), 3) == 5


def test_what_no_lesson_teaches_is_told():
    with pytest.raises(UnknownNameError, match="no lesson '41'"):
        taught("41", "build_network")
    with pytest.raises(UnknownNameError, match="build_network"):
        taught("04", "build_netwerk")
