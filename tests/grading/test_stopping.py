"""`make grade` can be stopped wherever it was started, and leaves no process behind."""

import json
import os
import signal
import sys
import threading
import time

import nbformat
import psutil
import pytest

from tests import background
from tools.assignment import release
from tools.grading import engine
from tools.grading.sandbox import Limits
from tools.lesson_source import LESSONS, ROOT, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
LESSON = read_lesson(LESSONS / "03_horse_or_human.py")
SIZE = next(exercise for exercise in LESSON.exercises if exercise.name == "size")
FOR_EVER = "while True: pass\n" + SIZE.solution
INTERRUPTED = "\nInterrupted. The tables are those of the time before; what is graded is kept.\n"
# As a check of ours that never looks up: it hears of no signal but one.
DEAF = """
import os, signal, sys, time
if sys.argv[0].endswith("judge.py") or "tools.grading.judge" in sys.orig_argv:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
"""


@pytest.fixture
def handed_in(tmp_path):
    """Anna's notebook has no answer, Ben's never comes to an end, Cem's has not begun by then."""
    for student, answer in (("anna", None), ("ben", FOR_EVER), ("cem", FOR_EVER)):
        notebook = json.loads(nbformat.writes(release(LESSON)))
        for cell in notebook["cells"]:
            if answer and cell["id"] == SIZE.answer_id:
                cell["source"] = answer
        folder = tmp_path / "submissions" / student
        folder.mkdir(parents=True)
        (folder / f"{LESSON.name}.ipynb").write_text(json.dumps(notebook))
    return tmp_path


def working(process):
    """Wait until a sandbox works for a program; return all processes that the program started."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        started = psutil.Process(process.pid).children(recursive=True)
        for child in started:
            try:
                if "tools.grading.worker" in child.cmdline() and child.cpu_times().user > 1:
                    return started
            except psutil.Error:
                continue
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("no sandbox works")


def gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=10)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def grading(folder, *more, **environment):
    command = ["-m", "tools.grade", "03", "--from", str(folder / "submissions")]
    command += [
        "--to",
        str(folder / "grades"),
        "--seed",
        "long and told to nobody",
        "--workers",
        "1",
        *more,
    ]
    environment = os.environ | {"TMPDIR": str(folder / "temporary")} | environment
    (folder / "temporary").mkdir()
    options = {"cwd": ROOT, "env": environment, "text": True}
    return background.start([sys.executable, *command], **options)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("unsafe", [False, True], ids=["sandbox", "unsafe"])
def test_in_the_background(handed_in, sign, unsafe, request):
    if not unsafe:
        request.getfixturevalue("needs_bubblewrap")
    with grading(handed_in, *["--unsafe"] * unsafe) as process:
        started = working(process)
        output, errors = background.stop(process, sign)
    assert (process.returncode, output) == (130, "")
    assert errors.endswith(INTERRUPTED) and "Traceback" not in errors
    assert gone(started)
    assert os.listdir(handed_in / "temporary") == []
    folder = handed_in / "grades" / LESSON.name
    assert os.listdir(folder) == ["results"] and os.listdir(folder / "results") == ["anna.json"]


def test_a_judge_that_does_not_listen_is_killed_with_what_it_started(handed_in, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(DEAF)
    with grading(handed_in, "--unsafe", PYTHONPATH=str(tmp_path)) as process:
        started = working(process)
        _, errors = background.stop(process, signal.SIGTERM)
    assert process.returncode == 130 and errors.endswith(INTERRUPTED)
    assert gone(started)


def job(source):
    limits = Limits(seconds=24 * 60 * 60)
    return engine.job(LESSON, {"size": source}, [], "secret", limits, True)


def test_who_wants_no_more_marks_waits_for_none():
    """A consumer that fails, or closes the generator, and jobs that have not begun."""
    jobs = {"anna": job(None), "ben": job(FOR_EVER), "cem": job(FOR_EVER), "dora": job(FOR_EVER)}
    older = set(psutil.Process().children(recursive=True))  # of other tests
    marks = engine.grade_all(jobs, workers=2)
    name, _ = next(marks)
    before = [child for child in psutil.Process().children(recursive=True) if child not in older]
    assert name == "anna" and before
    marks.close()  # or it waits for a day
    assert gone(before) and set(psutil.Process().children(recursive=True)) <= older
    assert not any("ThreadPoolExecutor" in thread.name for thread in threading.enumerate())


def test_what_has_been_stopped_begins_no_more():
    judges = engine.Judges()
    judges.stop()
    with pytest.raises(engine.Stopped):
        engine.grade(job(FOR_EVER), judges)
