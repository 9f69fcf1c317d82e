"""How long a class takes to grade: `.venv-grade/bin/python benchmarks/bench_grading.py 01`.

A hundred submissions of one lesson are made of its own answer, its listed wrong answers and its
stubs, in turn, and graded whole by `make grade`'s own code with two workers: sandbox, checks,
gradebook, feedback pages. It prints the seconds for each submission, and the machine's load.
"""

import argparse
import copy
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from course_utils.machine.device import hardware
from course_utils.machine.stopping import stop_when_asked
from tools.assignment import release
from tools.grade import Settings, grade
from tools.grading import engine
from tools.grading.sandbox import refuse_without_bubblewrap
from tools.lesson_source import find_lessons, read_lesson


def write_class(path, folder, students):
    """Write the submissions: student n has, for exercise m, the answer number n + m in turn."""
    lesson = read_lesson(path)
    handed_out = release(lesson)
    for student in range(students):
        notebook = copy.deepcopy(handed_out)
        cells = {cell.id: cell for cell in notebook.cells}
        for number, exercise in enumerate(lesson.exercises):
            wrong = [listed.source for listed in exercise.wrong]
            sources = [exercise.solution, *wrong, exercise.stub]
            cells[exercise.answer_id].source = sources[(student + number) % len(sources)]
        (folder / f"student{student:03}").mkdir(parents=True)
        nbformat.write(notebook, folder / f"student{student:03}" / f"{path.stem}.ipynb")


def main():
    parser = argparse.ArgumentParser(description="How long a class takes to grade.")
    parser.add_argument("lesson", help="its number or name, such as 01")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    [path] = find_lessons([options.lesson], with_exercises=True)
    refuse_without_bubblewrap()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_class(path, folder / "submissions", options.students)
        load, began = os.getloadavg(), time.perf_counter()
        results = grade(
            path,
            folder / "submissions",
            folder / "grades",
            Settings(
                "a secret of this benchmark",
                run=lambda jobs: engine.grade_all(jobs, options.workers),
            ),
        )
        seconds = time.perf_counter() - began
    marks = [mark for result in results.values() for mark in result.marks]
    statuses = {
        status: sum(m.status == status for m in marks) for status in {m.status for m in marks}
    }
    print(
        f"{path.stem}: {len(results)} submissions, {options.workers} workers: {seconds:.0f} s, "
        f"{seconds / len(results):.2f} s each; {statuses}\n"
        f"{hardware()}; load before {load[0]:.1f}, after {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    stop_when_asked()  # its temporary folder goes with it
    main()
