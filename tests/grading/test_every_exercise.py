"""Every exercise of every lesson is graded: its answer is right, each listed wrong one is not."""

import pytest

from tools.build_notebooks import LESSONS
from tools.grading.judge import Judge
from tools.grading.tasks import read_tasks

PATHS = [path for path in sorted(LESSONS.glob("*.py")) if "exercise=" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_answers_and_wrong_answers(path, needs_bubblewrap):
    lesson = read_tasks(path)
    problems = []
    for seed in ("first", "second"):
        with Judge(lesson, seed) as judge:
            for task in lesson.tasks:
                mark = judge.mark(task, task.solution)
                if mark.status != "right" or mark.points != task.points:
                    problems.append(mark)
                stub = judge.mark(task, task.stub)
                if stub.status != "not attempted" or stub.points:
                    problems.append(stub)
                for name, message, source in task.wrong if seed == "first" else ():
                    mark = judge.mark(task, source)
                    if mark.status != "wrong" or message not in mark.reason:
                        problems.append((name, message, mark))
                    if mark.points >= task.points:
                        problems.append((name, mark))
    assert problems == []
