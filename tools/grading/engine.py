"""Grade many submissions at once: on this machine, or on those of a Dask cluster.

Each submission has a judge, a process of its own, and that one or more sandboxes. So there is
nothing to share between two submissions, and whatever runs functions on several machines will do.
"""

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

from course_utils.exercises import BROKEN
from tools.grading.judge import Mark
from tools.grading.sandbox import ROOT


def job(lesson, answers, others, seed, limits, unsafe):
    """Return all that grading one submission takes, as plain data.

    Args:
        lesson: a `lesson_source.Lesson`.
        answers: the source of each exercise's answer, by the exercise's name.
        others: the sources of all code cells of the submission.
        seed: the instructor's secret, a text.
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


def grade(job):
    """Return the `Mark`s of one `job`, in the order of the exercises.

    An answer that brings the judge down costs its own exercise; the next ones get a new judge.
    Variables such as PYTHONOPTIMIZE, under which every check holds, do not reach it (`-E`).
    """
    marks, left = [], dict(job["exercises"])
    while left:
        seconds = len(left) * (job["limits"]["seconds"] + 60) + 120
        try:
            judge = subprocess.run(
                [sys.executable, "-E", "-m", "tools.grading.judge"],
                input=json.dumps(job | {"exercises": left}),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=seconds,
                check=False,
                cwd=ROOT,
            )
            said, error = judge.stdout, judge.stderr
        except subprocess.TimeoutExpired as expired:
            said, error = (expired.stdout or b"").decode("utf-8", "replace"), "it ran out of time"
        for line in said.splitlines():
            mark = Mark(**json.loads(line))
            marks.append(mark)
            left.pop(mark.exercise)
        if left:
            name, points = next(iter(left.items()))
            last = (error.strip().splitlines() or ["no message"])[-1][:200]
            reason = f"the check could not be run on what your answer returns ({last})."
            marks.append(Mark(name, 0, points, BROKEN, reason))
            left.pop(name)
    return marks


def grade_all(jobs, workers=2, scheduler=None):
    """Yield `(name, marks)` of each job as it is done.

    Args:
        jobs: a dict of `job`s by name.
        workers: how many at once on this machine.
        scheduler: the address of a Dask scheduler whose workers do it instead, such as
            "tcp://127.0.0.1:8786". They run in a checkout of the course, one thread each.
    """
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
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(grade, job): name for name, job in jobs.items()}
        for future in as_completed(futures):
            yield futures[future], future.result()
