"""Mark the answers of one submission: `python -m tools.grading.judge < job.json`.

The lesson's checks run here, hidden tests and all, on a stand-in for the answer: calling it sends
the inputs into the sandbox and brings plain data back. What decides the mark is compared here.
"""

import ast
import builtins
import copy
import dataclasses
import hashlib
import json
import os
import re
import resource
import sys
import time
import traceback

import numpy as np

from course_utils.errors import CourseError
from course_utils.exercises.checks import BROKEN, NOT_ATTEMPTED, RIGHT, WRONG, Called, plain
from course_utils.machine.stopping import OutOfTime, processor_time, stop_when_asked
from tools.grading import names
from tools.grading.sandbox import WAITING, Limits, Sandbox
from tools.grading.texts import inert
from tools.grading.wire import Network, Remote, WireError
from tools.lesson_source import Lesson, hidden_lines

IMPORT_SECONDS = 60
"""Processor time for the lesson's own imports; no code of the submission runs in them."""
KNOWN = {"loaded", "status", "value", WRONG, BROKEN}
"""One of these is in every reply of the worker."""
FAULT = 3
"""The judge's exit status where the grader itself does not work."""
LONGEST = 600
"""Characters of a reason."""


@dataclasses.dataclass(frozen=True)
class Mark:
    """What one exercise has earned.

    Attributes:
        exercise: its name in the lesson's source.
        points: earned.
        of: what a right answer earns.
        status: "right", "wrong", "not attempted" or "broken".
        reason: why, in words for the learner.
        doubtful: whether time has decided, or a judge that has gone: it is tried again, alone.
    """

    exercise: str
    points: float
    of: int
    status: str
    reason: str
    doubtful: bool = False


class Fault(CourseError):
    """The grader itself does not work; no student loses anything by it."""


class _Lost(Exception):
    """The answer gave no data; the message says why, in words for the learner."""

    def __init__(self, status, message, doubtful=False):
        super().__init__(message)
        self.status, self.doubtful = status, doubtful


class Judge:
    """Marks the answers of one submission, one after the other, in a sandbox that it starts.

    Where an answer brings the sandbox down, the next one gets a fresh one. Use it in a `with`.
    """

    def __init__(self, lesson, seed, limits=None, unsafe=False, core=None):
        """Start nothing yet.

        Args:
            lesson: a `lesson_source.Lesson`.
            seed: a text from which the hidden inputs follow.
            limits: a `sandbox.Limits`.
            unsafe, core: see `Sandbox`.
        """
        self.lesson, self.seed = lesson, seed
        self.limits, self.unsafe, self.core = limits or Limits(), unsafe, core
        self._student = self._measuring = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._close()

    def _close(self):
        for worker in (self._student, self._measuring):
            if worker is not None:
                worker.sandbox.close()
        self._student = self._measuring = None

    def mark(self, exercise, source, others=()):
        """Return the `Mark` of an answer.

        Args:
            exercise: one of the lesson's.
            source: the source of the answer's cell, or None where there is none.
            others: the sources of all code cells of the submission, in order.

        Raises:
            Fault: the lesson's own code does not run.
        """
        if source is None:
            return _mark(exercise, 0, NOT_ATTEMPTED, "the cell of the answer is missing.")
        if squeezed(source) == squeezed(exercise.stub):
            return _mark(exercise, 0, NOT_ATTEMPTED, "the dots stand as they were.")
        try:
            student = self._prepared(exercise)
        except _Lost:  # what an answer has left behind may be why
            self._close()
            try:
                student = self._prepared(exercise)
            except _Lost as error:
                text = f"{self.lesson.name}, {exercise.name}: the lesson's own code fails"
                raise Fault(f"{text}: {error}") from None
        return _grade(exercise, student, source, list(others), self.seed)

    def _prepared(self, exercise):
        """Return the `_Student` for an exercise; what it needs of the lesson has been run."""
        self._student = self._ready(self._student)
        if exercise.as_data:
            self._measuring = self._ready(self._measuring)
        return _Student(self._student, self._measuring, self.lesson, exercise)

    def _ready(self, worker):
        """Return a worker that can work: this one, or a new one."""
        if worker is not None and not worker.sandbox.ended and not worker.sandbox.crowded:
            return worker
        if worker is not None:
            worker.sandbox.close()
        return _Worker(Sandbox(self.limits, self.unsafe, self.core))


def squeezed(source):
    """Return a source without its white space, in which an editor may change something."""
    return "".join(source.split())


def _mark(exercise, points, status, reason, doubtful=False):
    reason = inert(reason, LONGEST)  # a submission may have written it
    return Mark(exercise.name, points, exercise.points, status, reason, doubtful)


def _grade(exercise, student, source, others, seed):
    earned, lost, seconds = [0], None, student.worker.sandbox.limits.judge_seconds
    try:
        with processor_time(seconds):
            student.begin(source, others)
            check = _check(exercise, student, seed, earned.append)
            check(student.value)
    except OutOfTime:
        text = f"to check what your answer returns takes more than {seconds:g} seconds."
        lost = _Lost(BROKEN, text, doubtful=True)
        student.worker.sandbox.end()  # a message may be half read
    except _Lost as error:
        lost = _without_values(error) if _after_hidden_tests_began(exercise, error) else error
    except AssertionError as error:
        said = str(error)
        if _after_hidden_tests_began(exercise, error):
            said = _literal_message(exercise, error, said)
        lost = _Lost(WRONG, said or "the check does not hold.")
    except RecursionError:
        lost = _Lost(BROKEN, "what your answer returns has too many lists in lists.")
    except Exception as error:
        said = "" if _after_hidden_tests_began(exercise, error) else f": {error}"
        text = f"the check cannot use what your answer returns ({type(error).__name__}{said})."
        lost = _Lost(BROKEN, text)
    if lost is None:
        return _mark(exercise, exercise.points, RIGHT, exercise.praise)
    points = 0 if lost.status == NOT_ATTEMPTED else max(earned)
    return _mark(exercise, points, lost.status, lost, lost.doubtful)


def _after_hidden_tests_began(exercise, error):
    """Return whether an exception comes out of the check where the answer knows hidden inputs."""
    first = min((span[0] for span in hidden_lines(exercise.graded)), default=float("inf"))
    return _line(exercise, error) >= first


def _line(exercise, error):
    """Return the line of the check from which an exception came, or 0."""
    lines = {
        n
        for frame, n in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == "check" and frame.f_code.co_name == exercise.check
    }
    return max(lines, default=0)


def _literal_message(exercise, error, said):
    """Return what an assertion of the check says, "…" in place of values: those an answer gives.

    What an answer returns behind the hidden tests, it may have seen there.
    """
    line = _line(exercise, error)
    for node in ast.walk(ast.parse(exercise.graded)):
        if isinstance(node, ast.Assert) and node.lineno <= line <= node.end_lineno:
            return _literal(node.msg)
    return said  # of `compare`


def _literal(node):
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_literal, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _literal(left) + _literal(right)
    return "…" if node else ""


def _without_values(lost):
    """Return why an answer was lost, of an error its kind alone: every text may tell inputs."""
    if lost.doubtful:
        return lost
    found = re.match(r"your code stops with ([A-Z]\w*)", str(lost))
    known = found and isinstance(getattr(builtins, found[1], None), type)
    kind = f"stops with {found[1] if known else 'an error'}" if found else GIVES_NOTHING
    return _Lost(lost.status, f"{NOT_FOR_OTHERS} There, your code {kind}.")


def _check(exercise, student, seed, earned):
    """Return the check function of a lesson, with what hidden tests use."""
    digest = hashlib.sha256("\0".join([seed, exercise.name]).encode()).digest()

    def compare(*inputs):
        given = plain(student.value(*copy.deepcopy(inputs)))
        right = plain(student.solution(exercise)(*copy.deepcopy(inputs)))
        if not same(given, right):
            raise AssertionError(f"{NOT_FOR_OTHERS} {_difference(given, right)}")

    space = student.trusted(exercise, exercise.check)
    space |= {
        "private": np.random.default_rng(int.from_bytes(digest)),
        "compare": compare,
        "earned": earned,
    }
    return space[exercise.check]


NOT_FOR_OTHERS = "Right for the examples of the check that you see, not for others."
GIVES_NOTHING = "changes what it is given, is stopped, or returns nothing that can be compared"


def _difference(given, right):
    """Return in words how an answer differs from the right one, without telling either."""
    if isinstance(right, dict) and isinstance(given, dict) and given.keys() == right.keys():
        key = next(key for key in right if not same(given[key], right[key]))
        return _difference(given[key], right[key])
    try:
        shapes, values = (np.shape(given), np.shape(right)), np.asarray(given, float)
    except (ValueError, TypeError):
        return "It returns something else than is asked for."
    if shapes[0] != shapes[1]:
        return "It returns another number of values, or another shape, than is asked for."
    if np.isnan(values).any() and not np.isnan(np.asarray(right, float)).any():
        return "It returns what is no number (NaN)."
    return "It returns other values than are asked for."


def same(given, right):
    """Return whether two pieces of plain data are equal: whole numbers, others to five digits."""
    if isinstance(right, dict):
        return (
            isinstance(given, dict)
            and given.keys() == right.keys()
            and all(same(given[key], right[key]) for key in right)
        )
    if isinstance(right, str | None) or isinstance(given, str | dict | set | complex | None):
        return isinstance(given, type(right)) and given == right
    if isinstance(right, list | tuple) and not _numbers(right):
        return (
            isinstance(given, list | tuple | np.ndarray)
            and len(given) == len(right)
            and all(same(a, b) for a, b in zip(given, right, strict=True))
        )
    try:
        given, right = np.asarray(given), np.asarray(right)
        if given.shape != right.shape:
            return False
        if given.dtype.kind in "biuf" and right.dtype.kind == "f":
            largest = np.max(np.abs(right[np.isfinite(right)]), initial=0)  # float32 will do
            near = {"rtol": 1e-5, "atol": 1e-6 * max(1, largest)}
            return bool(np.allclose(given, right, equal_nan=True, **near))
        return bool(np.array_equal(given, right))
    except ValueError:
        return False


def _numbers(values):
    return all(isinstance(value, int | float | np.generic) for value in values)


class _Worker:
    """A sandbox and the conversation with it."""

    def __init__(self, sandbox):
        self.sandbox, self.objects, self.end, self.turn = sandbox, {}, 0, 0

    def ask(self, request):
        """Send a request and return its reply, a dict; answer what the sandbox asks meanwhile.

        Raises:
            _Lost: the sandbox has been ended, with the reason.
        """
        pipe = self.sandbox.pipe
        self.turn += 1
        try:
            pipe.send(request | {"turn": self.turn}, self._refer, self.end)
            while True:
                reply = pipe.receive(self._object, self.end)
                if type(reply) is not dict:
                    raise WireError("no reply")
                if "call" not in reply:
                    if reply.get("turn") != self.turn or not reply.keys() & KNOWN:
                        raise WireError("what it was not asked for")
                    return reply
                pipe.send(self._serve(**reply), self._refer, self.end)
        except TimeoutError:
            seconds = WAITING * self.sandbox.limits.seconds
            self.sandbox.end(f"it takes longer than {seconds:g} seconds", out_of_time=True)
        except (WireError, TypeError, KeyError) as error:
            self.sandbox.end(f"it sends {str(error)[:100] or 'no data'}")
        except (EOFError, OSError):
            time.sleep(0.15)  # what the watcher has seen comes first
            self.sandbox.end("it ends the Python process that it runs in")
        reason = f"your code was stopped: {self.sandbox.reason}."
        raise _Lost(BROKEN, reason, self.sandbox.out_of_time)

    def load(self, lesson, wanted):
        """Have the lesson's own code run that some names need; then an exercise's time begins."""
        self.objects = {}
        self._allow(IMPORT_SECONDS)
        reply = self.ask({"do": "lesson", "cells": lesson.code, "wanted": wanted})
        if reply.get("loaded") is not True:
            raise _Lost(BROKEN, reply.get("message", "it does not say why"))
        self.begin()

    def begin(self):
        """Have the time of an exercise begin."""
        self._allow(self.sandbox.limits.seconds)

    def _allow(self, seconds):
        self.sandbox.allow(seconds)
        self.end = time.monotonic() + WAITING * seconds

    def _refer(self, value):
        """Return the `Remote` for a function or an object of the check."""
        number = id(value)
        methods = (
            []
            if callable(value)
            else [
                name
                for name in dir(type(value))
                if not name.startswith("_") and callable(getattr(type(value), name))
            ]
        )
        iterator = hasattr(value, "__next__")
        if not callable(value) and not iterator and type(value).__module__ != "check":
            return None
        self.objects[number] = value
        return Remote(number, [] if iterator else methods, iterator)

    def _object(self, found):
        if isinstance(found, Network):
            return found
        if found.number not in self.objects:
            raise WireError("what it was never given")
        return self.objects[found.number]

    def _serve(self, call, method, inputs, named):
        """Call what the sandbox asks for, if it was given that."""
        value = self.objects[call]
        if method in ("__copy__", "__deepcopy__") and self._refer(value).methods:
            return {"value": getattr(copy, method.strip("_"))(value)}
        allowed = [
            *self._refer(value).methods,
            "__next__" if hasattr(value, "__next__") else "__call__",
        ]
        if method not in allowed:
            raise WireError("a request for what it was not given")
        try:
            return {"value": getattr(value, method)(*inputs, **named)}
        except StopIteration:
            return {"stop": True}
        except Exception as error:
            return {"error": [type(error).__name__, str(error)[:LONGEST]]}


class _Student:
    """The answers of one submission, as the check sees them.

    They run beside `trial` in the student's sandbox; what they return, networks above all, is
    turned into numbers by `as_data` in another one, where no code of the submission has ever run.
    """

    def __init__(self, worker, measuring, lesson, exercise):
        self.worker, self.measuring, self.exercise = worker, measuring, exercise
        self.code, self.statements = lesson.code, names.statements(lesson.code)
        self.value = self.failure = None
        beside = ast.parse(exercise.beside)
        worker.load(lesson, names.used(ast.parse(exercise.solution)) | names.used(beside))
        if exercise.as_data:
            measuring.load(lesson, names.used(beside))

    def begin(self, source, others):
        """Run an answer's cell; afterwards `value` is what the check is given."""
        exercise = self.exercise
        self.worker.begin()
        request = {"do": "answer", "source": source, "others": others, "name": exercise.answer}
        request |= {key: getattr(exercise, key) for key in ("beside", "trial", "as_data")}
        reply = self.worker.ask(request)
        status = reply.get("status")
        if status == "function":
            self.value = self.call
        elif status == "value":
            self.value = reply.get("value")
        else:
            message = reply.get("message", "it does not say what it has found")
            raise _Lost(NOT_ATTEMPTED if status == NOT_ATTEMPTED else BROKEN, message)

    def call(self, *inputs, **named):
        """Call the answer in the sandbox."""
        if self.failure is not None:
            raise self.failure
        try:
            reply = self._checked(self.worker, {"inputs": list(inputs), "named": named}, "call")
            if self.exercise.as_data:
                self.measuring.begin()  # how long the answer has taken is no matter here
                request = {"beside": self.exercise.beside, "as_data": self.exercise.as_data}
                request |= {"value": reply.get("value"), "inputs": list(inputs)}
                reply = self._checked(self.measuring, request, "measure")
        except _Lost as failure:
            self.failure = failure
            raise
        value, own = reply.get("value"), self.exercise.trial or self.exercise.as_data
        return value if own else plain(value)

    def _checked(self, worker, request, what):
        reply = worker.ask({"do": what} | request)
        for status in (WRONG, BROKEN):
            if status in reply:
                raise _Lost(status, reply[status])
        return reply

    def trusted(self, exercise, *wanted):
        """Return the namespace of a part of the check, with what it uses of the lesson."""
        available = [*self.statements, *names.statements([exercise.graded])]
        space = {"__name__": "check"}
        with names.quick_imports([*self.code, exercise.graded, exercise.solution]):
            for statement in names.needed(wanted, available)[0]:
                exec(compile(ast.Module([statement], []), "check", "exec"), space)
        return space

    def solution(self, exercise):
        """Return the lesson's own answer, as the check would see it."""
        solution, trial, as_data = ast.parse(exercise.solution), exercise.trial, exercise.as_data
        space = self.trusted(exercise, *names.used(solution), *filter(None, (trial, as_data)))
        exec(compile(solution, "solution", "exec"), space)
        return Called(space[exercise.answer]).with_trial(space.get(trial), space.get(as_data))


def main():
    """Read a job, see `engine.job`; write a line of JSON for each exercise as it is marked."""
    if not __debug__:
        sys.exit("Python runs without assertions (-O or PYTHONOPTIMIZE): nothing can be judged.")
    job = json.load(sys.stdin)
    marks = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a check or Keras prints is no mark
    limits = Limits(**job["limits"])
    resource.setrlimit(resource.RLIMIT_DATA, (4 * 2**30, 4 * 2**30))
    lesson = Lesson.from_dict(job["lesson"])
    with Judge(lesson, job["seed"], limits, job["unsafe"], job["core"]) as judge:
        for exercise in lesson.exercises:
            if exercise.name in job["exercises"]:
                mark = judge.mark(exercise, job["answers"].get(exercise.name), job["others"])
                print(json.dumps(dataclasses.asdict(mark)), file=marks, flush=True)


if __name__ == "__main__":
    stop_when_asked()  # its sandbox goes with it
    try:
        main()
    except Fault as fault:
        print(inert(fault, LONGEST), file=sys.stderr)
        sys.exit(FAULT)
