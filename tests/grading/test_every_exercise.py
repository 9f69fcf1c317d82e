"""Every exercise of every lesson is graded: right answers are right, listed wrong ones are not."""

import ast

import numpy as np
import pytest

from tools.grading import names
from tools.grading.judge import Judge
from tools.lesson_source import has_exercises, lesson_paths, read_lesson

PATHS = [path for path in lesson_paths() if has_exercises(path)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_right_and_wrong_answers(path, needs_bubblewrap):
    lesson = read_lesson(path)
    problems = []
    for seed in ("first", "second"):
        with Judge(lesson, seed) as judge:
            for exercise in lesson.exercises:
                listed = [right.source for right in exercise.right]
                for source in (exercise.solution, *listed):
                    mark = judge.mark(exercise, source)
                    if mark.status != "right" or mark.points != exercise.points:
                        problems.append((mark, source))
                stub = judge.mark(exercise, exercise.stub)
                if stub.status != "not attempted" or stub.points:
                    problems.append(stub)
                for wrong in exercise.wrong if seed == "first" else ():
                    mark = judge.mark(exercise, wrong.source)
                    if mark.status != "wrong" or wrong.text not in mark.reason:
                        problems.append((wrong.id, wrong.text, mark))
                    if mark.points >= exercise.points:
                        problems.append((wrong.id, mark))
    assert problems == []


FEWER = {
    "01 epochs": "it trains",
    "01 layers": "it builds networks, compared in forty numbers each; so do the next four",
    "02 shrink": "its answer takes one of three texts",
    "04 small": "",
    "05 map": "it makes datasets, compared batch by batch",
    "06 another": "",
    "05 listing": "its answer takes nothing",
    "07 turned": "its answer takes nothing",
}
"""Exercises whose hidden tests make fewer than ten comparisons, and why that will do."""


def test_luck_decides_nothing():
    few = set()
    for path in PATHS:
        lesson = read_lesson(path)
        for exercise in lesson.exercises:
            used = names.used(ast.parse(f"{exercise.solution}\n{exercise.graded}"))
            space, compared = {"__name__": "check"}, []
            chosen, _ = names.needed(
                used - {"compare", "private", "earned"}, names.statements(lesson.code)
            )
            exec(compile(ast.Module(chosen, []), lesson.name, "exec"), space)
            space |= {
                "private": np.random.default_rng(1),
                "compare": lambda *inputs, made=compared: made.append(inputs),
                "earned": lambda points: None,
            }
            exec(f"{exercise.solution}\n\n{exercise.graded}", space)
            if len(compared) < 10:
                few.add(f"{lesson.name[:2]} {exercise.name}")
            assert compared, exercise.name
    assert few == FEWER.keys()
