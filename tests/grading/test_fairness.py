"""An honest answer gets its points whatever else the machine has to do, and the grader's faults."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

from tests.grading import hostile
from tools import grade
from tools.assignment import release
from tools.grading import engine, notebooks
from tools.grading.judge import Judge, Mark
from tools.grading.names import IMPORTABLE
from tools.grading.notebooks import read
from tools.grading.sandbox import WAITING, Limits
from tools.grading.submissions import answers
from tools.lesson_source import LESSONS, ROOT, read_lesson

PATH = LESSONS / "03_horse_or_human.py"
LESSON = read_lesson(PATH)
SIZE = next(exercise for exercise in LESSON.exercises if exercise.name == "size")
ANOTHER = "def side_after(side, blocks):\n    return 0\n"
CORE = 0


def marked(source, seconds=2):
    with Judge(LESSON, "seed", Limits(seconds=seconds), core=CORE) as judge:
        return judge.mark(SIZE, source)


def test_processor_time_decides_and_not_the_clock(needs_bubblewrap):
    """Four busy processes on its core, and a rest of five seconds, of a limit of two."""
    pin = f"import os; os.sched_setaffinity(0, {{{CORE}}})\nwhile True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", pin]) for _ in range(4)]
    work = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"
    try:
        mark = marked(f"{work}time.sleep(5)\n{SIZE.solution}")
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert (mark.points, mark.doubtful) == (1, False), mark


def test_what_time_decides_is_tried_again_alone(monkeypatch):
    """Others are done by then; what was not in doubt stays as it was."""
    slow = Mark("size", 0, 1, "broken", "it takes longer", doubtful=True)
    bug = Mark("bug", 0, 1, "wrong", "no")
    log = []

    def judged(job, judges=None):
        log.append((job["who"], sorted(job["exercises"])))
        if job["who"] == "anna":
            first = [name for name, _ in log].count("anna") == 1
            return [slow, bug] if first else [Mark("size", 1, 1, "right", "")]
        return [Mark("size", 1, 1, "right", "")]

    monkeypatch.setattr(engine, "grade", judged)
    names = ["anna", *(f"ben{n}" for n in range(5))]
    jobs = {name: {"who": name, "exercises": {"size": 1, "bug": 1}} for name in names}
    found = dict(engine.grade_all(jobs, workers=2))
    assert log[-1] == ("anna", ["size"]) and len(log) == 7
    assert [mark.points for mark in found["anna"]] == [1, 0] and found["anna"][1] is bug


def given(*cells):
    """The answers of a notebook in which `cells` follow each other, then the check, then the rest.

    A cell is a source, or a pair of an id and a source.
    """
    made, own = json.loads(nbformat.writes(release(LESSON))), []
    for n, cell in enumerate(cells):
        id, source = cell if isinstance(cell, tuple) else (f"own{n}", cell)
        own.append({"cell_type": "code", "id": id, "metadata": {}, "source": source})
    rest = [cell for cell in made["cells"] if cell["id"] != SIZE.answer_id]
    place = [cell["id"] for cell in rest].index(SIZE.check_id)
    made["cells"] = rest[:place] + own + rest[place:]
    return answers(read(json.dumps(made).encode())["cells"], LESSON)["size"]


def test_the_definition_in_force_at_the_check_counts():
    first, stub = (SIZE.answer_id, ANOTHER), (SIZE.answer_id, SIZE.stub)
    assert given(first, SIZE.solution) == SIZE.solution
    assert given(first, (SIZE.answer_id, SIZE.solution)) == SIZE.solution
    assert given((SIZE.answer_id, SIZE.solution), ANOTHER) == ANOTHER
    assert given((SIZE.answer_id, SIZE.solution), "side_after(3, 1)") == SIZE.solution
    assert given((SIZE.answer_id, SIZE.solution), stub) == SIZE.solution
    assert given(stub) == SIZE.stub


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "from google.colab.patches import cv2_imshow",
        "%load_ext tensorboard",
        "%pip install -q nothing",
        "import scipy.stats, pandas as pd",
        "import matplotlib.pyplot as plt\nfrom PIL import Image",
    ],
)
def test_what_stands_beside_an_answer_in_colab(line, needs_bubblewrap):
    assert marked(f"{line}\n{SIZE.solution}", seconds=20).points == 1


def test_it_is_said_what_may_be_imported(needs_bubblewrap):
    for source in (f"import sklearn\n{SIZE.solution}", "def side_after(*a):\n    import sklearn"):
        mark = marked(source)
        assert mark.status == "broken" and "Modules for a mark are those of Python, numpy" in str(
            mark
        )


@pytest.fixture
def lessons_with_a_fault(tmp_path, monkeypatch):
    """The lesson, whose own code asks for a package that the grading environment lacks."""
    path = tmp_path / "lessons" / PATH.name
    (path.parent / "answers").mkdir(parents=True)
    shutil.copy(LESSONS / "answers" / PATH.name, path.parent / "answers")
    source = PATH.read_text(encoding="utf-8")
    assert "\nimport numpy as np\n" in source
    path.write_text(source.replace("\nimport numpy as np\n", "\nimport lost as np\n"), "utf-8")
    return path


def test_a_fault_of_the_grader_stops_the_run(lessons_with_a_fault, tmp_path, needs_bubblewrap):
    folder = tmp_path / "submissions" / "anna"
    folder.mkdir(parents=True)
    made = json.loads(nbformat.writes(release(LESSON)))
    hostile.cells(made, SIZE.answer_id)[0]["source"] = SIZE.solution
    (folder / f"{LESSON.name}.ipynb").write_text(json.dumps(made))
    settings = grade.Settings("long and told to nobody")
    to = tmp_path / "grades"
    with pytest.raises(engine.Fault, match="does not work here.*No module named 'lost'"):
        grade.grade(lessons_with_a_fault, folder.parent, to, settings)
    assert [path.name for path in to.rglob("*") if path.is_file()] == []


def test_an_answer_of_the_lesson_that_is_not_right_stops_the_run(monkeypatch):
    wrong = [Mark(e.name, 0, e.points, "wrong", "no") for e in LESSON.exercises]
    monkeypatch.setattr(engine, "grade", lambda job: wrong)
    with pytest.raises(engine.Fault, match="Nobody is graded: the lesson's own answer to decide"):
        engine.prove(LESSON, Limits(), False)


SPOILS = {
    "Python": "import builtins\nbuiltins.compile = None\n",
    "names": "import tools.grading.names as names\nnames.needed = lambda *_: 1 / 0\n",
    "the worker": (
        "import gc\n"
        "for found in gc.get_objects():\n"
        "    if type(found).__name__ == 'Worker':\n"
        "        found.lesson = lambda **_: {'loaded': False, 'message': 'a fault of yours'}\n"
    ),
    "the number of processes": (
        "import os, time\n"
        "for _ in range(58):\n"
        "    if os.fork() == 0: time.sleep(1000)\n"
        "os._exit(1)\n"
    ),
}


@pytest.mark.parametrize("what", SPOILS)
def test_what_an_answer_leaves_behind_is_no_fault(what, needs_bubblewrap):
    """It has spoiled the sandbox; the next exercise gets a fresh one, and its points."""
    spoils = SPOILS[what] + SIZE.solution
    bug = next(exercise for exercise in LESSON.exercises if exercise.name == "bug")
    with Judge(LESSON, "seed", Limits(seconds=5)) as judge:
        judge.mark(SIZE, spoils)
        assert judge.mark(bug, bug.solution).points == bug.points


def test_what_the_guide_tells():
    guide = " ".join((ROOT / "docs" / "instructors.md").read_text(encoding="utf-8").split())
    limits = Limits()
    assert f"an answer may import are {IMPORTABLE};" in guide
    assert limits.files == 10_000 and "at most 10,000, which vanish" in guide
    assert limits.judge_seconds == 60 and "takes a minute at most" in guide
    assert limits.seconds * WAITING == 300 and "by the clock, after five minutes" in guide
    may = f"may use {notebooks.MEMORY_MB} MB and {notebooks.SECONDS} seconds"
    assert may in guide
