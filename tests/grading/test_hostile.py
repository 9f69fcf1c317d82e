"""What submissions try, and what they get: what they have earned, and a plain reason."""

import contextlib
import json
import os
import socket
import sys

import nbformat
import psutil
import pytest

from tests.grading import hostile
from tools.assignment import release
from tools.grading import engine
from tools.grading.notebooks import read
from tools.grading.sandbox import Limits
from tools.grading.submissions import answers
from tools.lesson_source import LESSONS, ROOT, read_lesson

PATH = LESSONS / "03_horse_or_human.py"
LESSON = read_lesson(PATH)
LIMITS = Limits(seconds=2, memory_mb=600, processes=60, disk_mb=32, judge_seconds=3)


@pytest.fixture(scope="module")
def notebook():
    """The lesson as it is handed out, with right answers and two cells of the student's own."""
    made = json.loads(nbformat.writes(release(LESSON)))
    for exercise in LESSON.exercises:
        hostile.cells(made, exercise.answer_id)[0]["source"] = exercise.solution
    own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made["cells"].insert(2, own | {"id": "own1", "source": "import math, os"})
    helper = "import json\ndef helper(side): return (side - 2) // 2"
    made["cells"].insert(3, own | {"id": "own2", "source": helper})
    return made


def grade(content, **options):
    try:
        cells = read(content)["cells"]
    except ValueError as error:
        return {exercise.name: (0, str(error)) for exercise in LESSON.exercises}
    others = [text for _, _, text in cells]
    given = answers(cells, LESSON)
    job = engine.job(LESSON, given, others, "seed", LIMITS, options.get("unsafe", False))
    return {mark.exercise: (mark.points, mark.reason) for mark in engine.grade(job)}


def left_behind():
    """The processes of sandboxes that are still ours, or nobody's any more."""
    sandboxed = {p.pid: p for p in psutil.process_iter(["cmdline"]) if in_sandbox(p)}
    found = []
    for process in sandboxed.values():
        with contextlib.suppress(psutil.Error):
            above = {parent.pid for parent in process.parents()} - set(sandboxed)
            if os.getpid() in above or above <= {1}:
                found.append(process)
    return found


def in_sandbox(process):
    return "tools.grading.worker" in (process.info["cmdline"] or [])


@pytest.mark.parametrize("name", hostile.CODE)
def test_code(name, notebook, needs_bubblewrap, monkeypatch):
    monkeypatch.setenv("SECRET", "of the instructor")
    source, points, reason = hostile.CODE[name]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for word, value in (
            ("PORT", server.getsockname()[1]),
            ("ROOT", str(ROOT)),
            ("PREFIX", sys.prefix),
        ):
            source = source.replace(word, repr(value))
        submitted = json.loads(json.dumps(notebook))
        hostile.cells(submitted, "ex_size_answer")[0]["source"] = source
        found = grade(json.dumps(submitted).encode())
        server.settimeout(0)
        with pytest.raises(OSError):
            server.accept()
    assert found["size"][0] == points, found["size"]
    assert reason in found["size"][1], found["size"]
    assert [found[key][0] for key in ("decide", "bug", "swing")] == [1, 1, 2], found
    _, alive = psutil.wait_procs(left_behind(), timeout=60)  # what is left sleeps for longer
    assert not alive


@pytest.mark.parametrize("name", hostile.FILES)
def test_file(name, notebook, needs_bubblewrap):
    change, points, reason = hostile.FILES[name]
    found = grade(hostile.write(change, notebook))
    assert sum(earned for earned, _ in found.values()) == points, found
    assert reason in found["size"][1], found


def test_a_stub_earns_nothing(needs_bubblewrap):
    found = grade(nbformat.writes(release(LESSON)).encode())
    assert {points for points, _ in found.values()} == {0}
    assert all("dots" in reason for _, reason in found.values())


def test_without_bubblewrap_there_are_limits_still(notebook):
    """`UNSAFE=1`: the marks are the same, and what hangs or dies costs its own exercise alone."""
    assert grade(json.dumps(notebook).encode(), unsafe=True)["swing"][0] == 2
    submitted = json.loads(json.dumps(notebook))
    source = hostile.CODE["hangs"][0]
    hostile.cells(submitted, "ex_size_answer")[0]["source"] = source
    found = grade(json.dumps(submitted).encode(), unsafe=True)
    assert found["size"] == (
        0,
        "your code was stopped: it uses more than 2 seconds of processor time.",
    )
    assert [found[key][0] for key in ("decide", "bug", "swing")] == [1, 1, 2], found
