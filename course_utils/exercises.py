"""Checks of exercises: right, wrong with a message that teaches, not attempted, or broken.

A check is a plain function of `assert` statements that takes the learner's answer. Nothing is
remembered between two checks, and nothing leaves the notebook.
"""

import dataclasses
import dis
import functools
import html
import inspect
import textwrap
import traceback
import types

RIGHT, WRONG = "right", "wrong"
NOT_ATTEMPTED, BROKEN = "not attempted", "broken"
_MARKS = {RIGHT: "✓", WRONG: "✗", NOT_ATTEMPTED: "…", BROKEN: "!"}
_COLOURS = {RIGHT: "#0072B2", WRONG: "#D55E00", NOT_ATTEMPTED: "#777777", BROKEN: "#9A4F80"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a check found.

    Attributes:
        status: "right", "wrong", "not attempted" or "broken".
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
        return f"{_MARKS[self.status]} {self.status.capitalize()}" + (
            f": {self.message}" if self.message else ""
        )

    def _repr_html_(self):
        hints = ""
        if not self.right:
            for number, hint in reversed(list(enumerate(self.hints, start=1))):
                hints = (
                    f"<details><summary>Hint {number} of {len(self.hints)}</summary>"
                    f"<p>{html.escape(hint)}</p>{hints}</details>"
                )
        return (
            f'<div style="border-left:4px solid {_COLOURS[self.status]};padding:0.4em 0.8em">'
            f"<b>{_MARKS[self.status]} {self.status.capitalize()}</b>"
            f"{': ' if self.message else ''}{html.escape(self.message)}{hints}</div>"
        )


UNANSWERED = Outcome(NOT_ATTEMPTED, "put your answer in place of the dots.")


def check_exercise(answer, check, hints=(), praise="", as_data=None, trial=None):
    """Return the `Outcome` of checking an answer.

    Args:
        answer: the learner's function or value. `...`, or a function with nothing but `...` in
            it, counts as not attempted.
        check: function of the answer that asserts what must hold. The message of the first
            assertion that fails is shown; any other exception means that the answer is broken.
        hints: hints from the gentlest to the plainest, each shown when the learner opens it.
        praise: what to say of a right answer: what it means, or where it leads.
        as_data: function that turns what the learner's function returns (a model, say) into
            numbers, texts, lists or arrays; the check then sees only those.
        trial: where the learner's function is given what is no such data (a network, a dataset),
            a function of the learner's function and of plain inputs that makes it, calls the
            learner's function, and returns plain data. The check calls it with the inputs alone.
    """
    hints = tuple(hints)
    if not _attempted(answer):
        return dataclasses.replace(UNANSWERED, hints=hints)
    subject = answer
    if as_data:
        subject = lambda *inputs: as_data(answer(*inputs))  # noqa: E731
    if trial:
        subject = functools.partial(trial, answer)
    check = check if __debug__ else _with_assertions(check)
    if check is None:
        return Outcome(BROKEN, _UNJUDGED, hints)
    try:
        check(subject)
    except Exception as error:
        line = _line_of(error, answer)
        if isinstance(error, AssertionError) and line is None:
            return Outcome(WRONG, str(error), hints)
        return Outcome(BROKEN, _describe(error, line), hints)
    return Outcome(RIGHT, praise, hints)


_UNJUDGED = (
    "nothing is judged here, since Python runs without assertions. Unset PYTHONOPTIMIZE, or leave "
    "out -O, and restart the kernel."
)


def _with_assertions(check):
    """Return a check with the assertions that `python -O` has left out, or None without its source.

    It sees what its own cell sees, and nothing of a function around it.
    """
    try:
        source = textwrap.dedent(inspect.getsource(check))
        module = compile(source, check.__code__.co_filename, "exec", optimize=0)
    except (OSError, TypeError, SyntaxError):
        return None
    codes = [part for part in module.co_consts if inspect.iscode(part)]
    if check.__closure__ or [code.co_name for code in codes] != [check.__name__]:
        return None
    return types.FunctionType(codes[0], check.__globals__, check.__name__, check.__defaults__)


def _attempted(answer):
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


def _line_of(error, answer):
    """Return the line of the learner's function that the error passed through last, or None."""
    code = getattr(answer, "__code__", None)
    lines = [n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code is code]
    return lines[-1] if lines else None


def _describe(error, line):
    """Return the error in a sentence, with the line of the learner's cell that it comes from."""
    text = " ".join(str(error).split()) or "no message"
    text = text if len(text) <= 300 else text[:300] + "…"
    where = f" in line {line} of your cell" if line else ""
    return f"your code stops with {type(error).__name__}{where}: {text}"
