"""Machine-made changes of answers, and what becomes of them."""

import ast
import subprocess
import sys

import pytest

from tests.small_lesson import LESSON, write_lesson
from tools.lesson_source import ROOT, read_lesson
from tools.mutants import Trial, mutants

SOURCE = """
def pick(values, limit=0.5):
    found = []
    for value in values[1:]:
        if value > limit and value != 3:
            found.append(max(value, limit))
    return found
"""


@pytest.mark.parametrize(
    "changed",
    [
        "value >= limit",
        "value > limit or value != 3",
        "if value > limit:",
        "value != 2",
        "values[:]",
        "values[0:]",
        "limit=1.0",
        "min(value, limit)",
        "max(limit, value)",
        "max(value)",
        "append(value)",
        "for value in values:",
        "return values",
        "pass",
    ],
)
def test_the_usual_changes_are_made(changed):
    assert any(changed in source for source in mutants(SOURCE))


def test_each_mutant_is_another_program_that_python_reads():
    made = mutants(SOURCE)
    assert len(made) == len(set(made)) > 50
    original = ast.dump(ast.parse(SOURCE))
    for source in made:
        assert ast.dump(ast.parse(source)) != original


def trial(tmp_path, lesson=LESSON):
    from course_utils import check_exercise

    [exercise] = read_lesson(write_lesson(tmp_path, lesson)).exercises
    return Trial(exercise, {"check_exercise": check_exercise, "factor": 2})


def test_a_sound_check_has_no_gap(tmp_path):
    score, gaps, equal = trial(tmp_path).run()
    assert gaps == [] and score["tried"] == score["mutants"] > 5
    assert score["refused"] + score["stopped"] + score["equal"] == score["tried"]
    assert len(equal) == score["equal"]


def test_a_check_that_looks_at_one_number_has_gaps(tmp_path):
    """3 + 3 is 3 times 2, and 10 more than 50 is 60."""
    lesson = LESSON.replace("twice = factor * n", "twice = n + n")
    lesson = lesson.replace("double(10 * n)", "double(n)").replace(
        "answer = double(3)", "answer = double(2)"
    )
    lesson = lesson.replace("answer == 60", "answer == 4")
    _, gaps, _ = trial(tmp_path, lesson).run()
    assert any("n * n" in source for source in gaps)


def test_what_never_ends_is_stopped_and_what_is_the_same_is_equal(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.mutants.SECONDS", 0.3)
    lesson = LESSON.replace(
        "twice = factor * n\n", "twice = 0\n    while twice < factor * n:\n        twice += 1\n"
    )
    score, gaps, equal = trial(tmp_path, lesson).run()
    assert ["twice = 1" in source for source in gaps] == [True]  # 1 is not twice 0
    assert score["stopped"] >= 1
    assert any("twice != factor * n" in source for source in equal)


def test_the_command_names_the_gaps(tmp_path):
    command = [sys.executable, "-m", "tools.mutants", "03", "--exercise", "bug"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run
    assert "03_horse_or_human bug" in run.stdout and "0 gaps" in run.stdout
