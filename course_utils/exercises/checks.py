"""Checks of exercises: right, wrong with a message that teaches, not attempted, stopped, or broken.

A check is a plain function of `assert` statements that takes the learner's answer. Nothing is
remembered between two checks, and nothing leaves the notebook.
"""

import contextlib
import dataclasses
import dis
import functools
import html
import inspect
import io
import re
import sys
import traceback

import numpy as np

from course_utils.machine.language import attributes, in_order, later, say, say_count
from course_utils.machine.stopping import OutOfTime, processor_time

RIGHT, WRONG = "right", "wrong"
NOT_ATTEMPTED, STOPPED, BROKEN = "not attempted", "stopped", "broken"
_MARKS = {RIGHT: "✓", WRONG: "✗", NOT_ATTEMPTED: "…", STOPPED: "■", BROKEN: "!"}
_TITLES = {RIGHT: later("Right"), WRONG: later("Wrong"), NOT_ATTEMPTED: later("Not attempted")}
_TITLES |= {STOPPED: later("Stopped"), BROKEN: later("Broken")}
_COLOURS = {RIGHT: "#0072B2", WRONG: "#D55E00", NOT_ATTEMPTED: "#777777"}
_COLOURS |= {STOPPED: "#9A4F80", BROKEN: "#9A4F80"}
SECONDS = 60
"""Processor time that a check and the answer have together."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a check found.

    Attributes:
        status: "right", "wrong", "not attempted", "stopped" or "broken".
        message: what to say about it, in words for the learner.
        hints: hints from the gentlest to the plainest.
    """

    status: str
    message: str = ""
    hints: tuple = ()

    @property
    def right(self):
        """Whether the answer is right: cells that use the answer ask this first."""
        return self.status == RIGHT

    def __repr__(self):
        title, message = self._said()
        return f"{_MARKS[self.status]} {title}" + (f": {message}" if message else "")

    def _said(self):
        return say(_TITLES[self.status]), say(self.message)

    def _repr_html_(self):
        title, message = self._said()
        hints = ""
        if not self.right:
            for number, hint in reversed(list(enumerate(self.hints, start=1))):
                summary = say("Hint {number} of {count}", number=number, count=len(self.hints))
                hints = (
                    f"<details><summary>{html.escape(summary)}</summary>"
                    f"<p>{html.escape(in_order(hint))}</p>{hints}</details>"
                )
        return (
            f'<div{attributes()} style="border-inline-start:4px solid {_COLOURS[self.status]};'
            f'padding:0.4em 0.8em"><b>{_MARKS[self.status]} {html.escape(title)}</b>'
            f"{': ' if message else ''}{html.escape(in_order(message))}{hints}</div>"
        )


UNANSWERED = Outcome(NOT_ATTEMPTED, later("put your answer in place of the dots."))


def check_exercise(answer, check, hints=(), praise="", as_data=None, trial=None):
    """Return the `Outcome` of checking an answer.

    What the answer prints is not shown. It is stopped after 60 seconds of processor time, where the
    system can do that.

    Args:
        answer: the learner's function or value. `...`, or a function with nothing but `...` in
            it, counts as not attempted.
        check: function of the answer that asserts what must hold. The message of the first
            assertion that fails is shown; any other exception means that the answer is broken.
            Of what the answer returns, it sees tensors as arrays, an array of one direction or a
            tuple as a list, and an array of no direction as a number.
        hints: hints from the gentlest to the plainest, each shown when the learner opens it.
        praise: what to say of a right answer: what it means, or where it leads.
        as_data: function that turns what the learner's function, or `trial`, returns (networks,
            say) into numbers, texts, lists or arrays; the check then sees only those. It is called
            with that and with the inputs.
        trial: where the learner's function is given what is no such data (a network, a dataset),
            a function of the learner's function and of plain inputs that makes it, calls the
            learner's function, and returns what came of it. The check calls it with the inputs
            alone.
    """
    hints = tuple(hints)
    if not __debug__:
        return Outcome(BROKEN, say(_UNJUDGED), hints)
    if not attempted(answer):
        return dataclasses.replace(UNANSWERED, hints=hints)
    called = Called(answer)
    try:
        with contextlib.redirect_stdout(io.StringIO()), processor_time(SECONDS) as over:
            check(called.with_trial(trial, as_data) if callable(answer) else plain(answer))
    except OutOfTime:
        return Outcome(STOPPED, say(_TOO_LONG, seconds=SECONDS), hints)
    except Exception as error:
        if over:  # a library has made something else of it
            return Outcome(STOPPED, say(_TOO_LONG, seconds=SECONDS), hints)
        return Outcome(*called.what_failed(error), hints)
    return Outcome(RIGHT, praise, hints)


_UNJUDGED = later(
    "nothing is judged here, since Python runs without assertions. Unset PYTHONOPTIMIZE, or leave "
    "out -O, and restart the kernel."
)
_TOO_LONG = later(
    "your answer was ended after {seconds} seconds of processor time, and nothing is said about "
    "it. Does a loop, or a dataset with repeat(), never end? Does it train on more than it is "
    "given?"
)


class Called:
    """A learner's function, as a check calls it: catches the slips that any function can have."""

    def __init__(self, answer):
        self.answer, self.returned = answer, None
        self._codes = _codes(getattr(answer, "__code__", None))

    def __repr__(self):
        return getattr(self.answer, "__name__", repr(self.answer))

    def __call__(self, *inputs, **named):
        """Call the answer.

        Raises:
            AssertionError: it returns nothing that can be judged, or has changed an array, a list
                or a dict that it was given.
        """
        self.returned = None
        given = self._given(inputs, named)
        before = {name: _image(value) for name, value in given.items()}
        printed = sys.stdout.tell() if isinstance(sys.stdout, io.StringIO) else 0
        value = self.answer(*inputs, **named)
        if value is None:
            said = isinstance(sys.stdout, io.StringIO) and sys.stdout.tell() > printed
            raise AssertionError(
                say(
                    "Your function prints and returns nothing: what it has found, give back with "
                    "return."
                )
                if said
                else say("Your function returns nothing: end it with return.")
            )
        if inspect.isgenerator(value):
            raise AssertionError(
                say(
                    "Your function returns a generator, which has worked nothing out yet. Make a "
                    "list of it: list(…), or square brackets in place of round ones and of yield."
                )
            )
        for part in value if isinstance(value, list | tuple) else [value]:
            if inspect.isroutine(part):
                raise AssertionError(
                    say(
                        "Your function returns the function {name} itself, which nobody has "
                        "called. Write brackets behind it: {name}().",
                        name=part.__name__,
                    )
                )
        for name, image in before.items():
            if _image(given[name]) != image:
                raise AssertionError(
                    say(
                        "Your function changes `{name}`, which it is given and others still need. "
                        "Leave it as it is: make something new, or begin with a copy.",
                        name=name,
                    )
                )
        try:
            self.returned = plain(value)
        except RecursionError:
            raise AssertionError(
                say("Your function returns lists in lists without an end.")
            ) from None
        return self.returned

    def _given(self, inputs, named):
        """Return the inputs of a call by the names that the answer has for them."""
        try:
            return inspect.signature(self.answer).bind(*inputs, **named).arguments
        except (TypeError, ValueError):  # it takes others, or says nothing about them
            return {say("what it is given"): (inputs, named)}

    def with_trial(self, trial=None, as_data=None):
        """Return this as `check_exercise`, which explains the arguments, gives it to a check."""
        subject = functools.partial(trial, self) if trial else self
        return (lambda *inputs: as_data(subject(*inputs), *inputs)) if as_data else subject

    def what_failed(self, error):
        """Return the status and the message for an exception that came out of a check."""
        frames = [(frame.f_code, n) for frame, n in traceback.walk_tb(error.__traceback__)]
        lines = [n for code, n in frames if code in self._codes]
        if lines or self.returned is None:
            if isinstance(error, AssertionError) and not lines:
                return WRONG, str(error)
            return BROKEN, describe(error, lines[-1] if lines else None)
        if isinstance(error, AssertionError):
            return WRONG, str(error)
        if found := re.match(
            r"(?:not enough|too many) values to unpack \(expected (\d+)", str(error)
        ):
            count = len(self.returned) if hasattr(self.returned, "__len__") else 1
            return WRONG, say_count(
                count,
                "Return {wanted} values; your function returns one value.",
                "Return {wanted} values; your function returns {count} values.",
                wanted=found[1],
            )
        return WRONG, say(
            "The check cannot work with what your function returns, {value}.",
            value=_shown(self.returned),
        )


def _image(value):
    """Return what differs where an array, a list or a dict has been changed."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, list | tuple):
        return tuple(map(_image, value))
    if isinstance(value, dict):
        return tuple((_image(key), _image(part)) for key, part in value.items())
    return value if isinstance(value, str | int | float | None) else id(value)


def _shown(value):
    kind, shape = type(value).__name__, getattr(value, "shape", None)
    if shape is not None:
        array = say("an array of the shape {shape}", shape=tuple(shape))
        return array if kind == "ndarray" else kind
    text = " ".join(repr(value).split())
    return f"{text if len(text) <= 60 else text[:60] + '…'} ({kind})"


def plain(value):
    """Return a value as a check sees it, so that equal answers look equal, however they are built.

    Tensors and variables become arrays, arrays of one direction and tuples become lists, arrays and
    tensors of no direction become numbers; within lists, tuples and dicts, too. Everything else
    stays as it is, networks and datasets among it.
    """
    if isinstance(value, dict):
        return {plain(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "numpy") and hasattr(value, "dtype"):  # a tensor or a variable
        value = value.numpy()
    if isinstance(value, np.ndarray | np.generic) and value.ndim <= 1 and value.size <= _LONGEST:
        return value.tolist() if value.dtype != object or _all_plain(value) else value
    return value


def _all_plain(values):
    return all(isinstance(value, str | bool | int | float) for value in values.ravel())


_LONGEST = 100_000
"""A longer array stays one."""


def _codes(code):
    """Return the code of a function and of all that is defined in it."""
    if code is None:
        return set()
    return {code}.union(*(_codes(part) for part in code.co_consts if inspect.iscode(part)))


def attempted(answer):
    """Return whether there is an answer: neither `...` nor a function that holds only that."""
    if isinstance(answer, (tuple, list)):
        return not any(part is ... for part in answer)
    if not inspect.isfunction(answer):
        return answer is not ...

    def empty(): ...

    def dots():
        return ...

    return _instructions(answer) not in (_instructions(empty), _instructions(dots))


def _instructions(function):
    """Return what a function does, step by step; its documentation string is no part of it."""
    return [(step.opname, step.argval) for step in dis.get_instructions(function)]


def describe(error, line):
    """Return the error in a sentence, with the line of the learner's cell that it comes from."""
    text = " ".join(str(error).split()) or say("no message")
    text = text if len(text) <= 300 else text[:300] + "…"
    if re.search(r"'(builtin_function_or_method|method|function)'", text):
        text += " " + say("(A function or method is called with brackets behind its name.)")
    kind = type(error).__name__
    if line:
        return say(
            "your code stops with {error} in line {line} of your cell: {text}",
            error=kind,
            line=line,
            text=text,
        )
    return say("your code stops with {error}: {text}", error=kind, text=text)
