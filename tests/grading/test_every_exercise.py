"""Every exercise of every lesson is graded: right answers are right, listed wrong ones are not."""

import pytest

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
