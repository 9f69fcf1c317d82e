"""Grade many submissions at once: on this machine, or on those of a Dask cluster.

Each submission has a judge, a process of its own, and that one or more sandboxes. So there is
nothing to share between two submissions, and whatever runs functions on several machines will do.
"""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import psutil

from course_utils.exercises.checks import BROKEN, RIGHT
from tools.grading.judge import FAULT, IMPORT_SECONDS, Fault, Mark
from tools.grading.sandbox import ROOT, WAITING

PATIENCE = 5
"""Seconds that judges have to end their sandboxes and themselves, before they are killed."""


class Stopped(Exception):
    """No judge begins any more, since whoever wanted the marks has gone."""


class Judges:
    """The judges that run on this machine, so that all of them can be stopped together."""

    def __init__(self):
        self._lock, self._running, self._stopped = threading.Lock(), set(), False
        cores = sorted(getattr(os, "sched_getaffinity", lambda _: ())(0))
        first = os.getpid() % len(cores) if cores else 0  # elsewhere, others begin with another
        self._cores = dict.fromkeys(cores[first:] + cores[:first], 0)

    def run(self, job, seconds):
        """Return what a judge of a `job` says, and the last of its errors.

        Args:
            job: see `job`.
            seconds: how long it may take.

        Raises:
            Stopped: after `stop`.
            Fault: the grader itself does not work.
        """
        with self._lock:
            core = min(self._cores, key=self._cores.get, default=None)
            self._cores[core] = self._cores.get(core, 0) + 1
        with self._start() as judge:
            try:
                said, error = judge.communicate(json.dumps(job | {"core": core}), timeout=seconds)
            except subprocess.TimeoutExpired as expired:
                said = (expired.stdout or b"").decode("utf-8", "replace")
                error = "it ran out of time"
                _kill_with_children(judge)
        with self._lock:
            self._running.discard(judge)
            self._cores[core] -= 1
        error = (error.strip().splitlines() or ["no message"])[-1]
        if judge.returncode == FAULT:
            raise Fault(f"The grader does not work here, and nobody loses a point by it: {error}")
        return said, error[:200]

    def _start(self):
        with self._lock:
            if self._stopped:
                raise Stopped
            judge = subprocess.Popen(
                # -E: no variable reaches it, such as PYTHONOPTIMIZE, under which every check holds.
                [sys.executable, "-E", "-m", "tools.grading.judge"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                cwd=ROOT,
                start_new_session=True,  # Ctrl-C is for who counts the marks, not for a judge
            )
            self._running.add(judge)
            return judge

    def stop(self):
        """End all judges with their sandboxes, and let none begin."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for judge in running:
            judge.terminate()
        end = time.monotonic() + PATIENCE
        for judge in running:
            try:
                judge.wait(max(0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_with_children(judge)


def _kill_with_children(judge):
    try:
        children = psutil.Process(judge.pid).children(recursive=True)
    except psutil.Error:
        children = []
    judge.kill()
    for child in children:
        try:
            child.kill()
        except psutil.Error:
            continue


def job(lesson, answers, others, seed, limits, unsafe):
    """Return all that grading one submission takes, as plain data.

    Args:
        lesson: a `lesson_source.Lesson`.
        answers: the source of each exercise's answer, by the exercise's name.
        others: the sources of all code cells of the submission.
        seed: a text from which the hidden inputs follow: of the instructor's secret, the student
            and the whole submission.
        limits: a `sandbox.Limits`.
        unsafe: see `sandbox.Sandbox`.
    """
    return {
        "lesson": dataclasses.asdict(lesson),
        "exercises": {exercise.name: exercise.points for exercise in lesson.exercises},
        "answers": answers,
        "others": others,
        "seed": seed,
        "limits": dataclasses.asdict(limits),
        "unsafe": unsafe,
    }


def grade(job, judges=None):
    """Return the `Mark`s of one `job`, in the order of the exercises.

    An answer that brings the judge down costs its own exercise; the next ones get a new judge.

    Args:
        job: see `job`.
        judges: the `Judges` among which its own run; None where nobody stops them.

    Raises:
        Stopped: the judges have been stopped.
        Fault: the grader itself does not work.
    """
    judges = judges or Judges()
    marks, left = [], dict(job["exercises"])
    while left:
        # far more than a judge takes that keeps to its own limits
        limits = job["limits"]
        seconds = limits["seconds"] + limits["judge_seconds"] + IMPORT_SECONDS
        seconds = min(10**6, seconds * len(left) * WAITING)
        said, error = judges.run(job | {"exercises": left}, seconds)
        for line in said.splitlines():
            mark = Mark(**json.loads(line))
            marks.append(mark)
            left.pop(mark.exercise)
        if left:
            name, points = next(iter(left.items()))
            reason = f"the check could not be run on what your answer returns ({error})."
            marks.append(Mark(name, 0, points, BROKEN, reason, doubtful=True))
            left.pop(name)
    return marks


def prove(lesson, limits, unsafe):
    """Grade the lesson's own answers, before anybody else's.

    Raises:
        Fault: one of them is not right here, so that nobody can be graded.
    """
    solutions = {exercise.name: exercise.solution for exercise in lesson.exercises}
    for mark in grade(job(lesson, solutions, [], "of the lesson itself", limits, unsafe)):
        if mark.status != RIGHT:
            raise Fault(
                f"Nobody is graded: the lesson's own answer to {mark.exercise} in {lesson.name} is "
                f"{mark.status} here. {mark.reason} Delete .venv-grade to make it anew."
            )


def grade_all(jobs, workers=2, scheduler=None):
    """Yield `(name, marks)` of each job as it is done.

    What is doubtful is graded once again when all others are done, one after the other.

    Where the generator is closed, or fails, what has not begun is not begun. What runs on this
    machine ends at once, with its sandboxes; what runs on another ends by itself.

    Args:
        jobs: a dict of `job`s by name.
        workers: how many at once on this machine.
        scheduler: the address of a Dask scheduler whose workers do it instead, such as
            "tcp://127.0.0.1:8786". They run in a checkout of the course, one thread each.
    """
    again = {}
    with contextlib.closing(_each(jobs, workers, scheduler)) as first:
        for name, marks in first:
            if any(mark.doubtful for mark in marks):
                again[name] = marks
            else:
                yield name, marks
    for name, marks in again.items():
        doubtful = {mark.exercise: mark.of for mark in marks if mark.doubtful}
        one = {name: jobs[name] | {"exercises": doubtful}}
        with contextlib.closing(_each(one, 1, scheduler)) as second:
            found = {mark.exercise: mark for _, graded in second for mark in graded}
        yield name, [found.get(mark.exercise, mark) for mark in marks]


def _each(jobs, workers, scheduler):
    """Yield `(name, marks)` of each job as it is done; see `grade_all`."""
    if scheduler:
        from distributed import Client
        from distributed import as_completed as as_dask_completes

        with Client(scheduler) as client:
            futures = {}
            for name, job in jobs.items():
                future = client.submit(grade, job, pure=False, key=f"grade-{len(futures)}-{name}")
                futures[future] = name
            for future in as_dask_completes(list(futures)):
                yield futures[future], future.result()
        return
    judges, pool = Judges(), ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(grade, job, judges): name for name, job in jobs.items()}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        judges.stop()
        pool.shutdown()
