"""What hidden inputs follow from, and that feedback on them is of no use in the next round."""

import builtins
import json
import re

import nbformat
import numpy as np
import pytest

from tests.grading import hostile
from tools import grade
from tools.assignment import release
from tools.grading.judge import GIVES_NOTHING, NOT_FOR_OTHERS, Judge
from tools.lesson_source import LESSONS, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
PATH = LESSONS / "03_horse_or_human.py"
LESSON = read_lesson(PATH)


def shown_calls(exercise):
    """Return how often the check that students see calls an answer."""
    space, calls = {"np": np, "check_exercise": lambda *_, **__: None}, []
    exec(f"{exercise.solution}\n\n{exercise.shown}", space)

    def answer(*inputs):
        calls.append(inputs)
        return space[exercise.answer](*inputs)

    space[exercise.check](answer)
    return len(calls)


def right_until(exercise, then):
    """Return an answer that is right for the inputs of the visible check, and then does other."""
    return (
        f"{exercise.solution}\n\n_right, _calls = {exercise.answer}, []\n\n"
        f"def {exercise.answer}(*inputs):\n"
        "    _calls.append(inputs)\n"
        f"    if len(_calls) > {shown_calls(exercise)}:\n"
        f"        {then}\n"
        "    return _right(*inputs)\n"
    )


@pytest.mark.parametrize("exercise", LESSON.exercises, ids=lambda exercise: exercise.name)
def test_feedback_on_hidden_inputs_tells_no_value(exercise, needs_bubblewrap):
    for wrong in ("return 12345", "return [0.5, 0.5]", "return 'no'", "return float('nan')"):
        with Judge(LESSON, "seed") as judge:
            mark = judge.mark(exercise, right_until(exercise, wrong))
        assert mark.status == "wrong" and mark.reason.startswith(NOT_FOR_OTHERS), mark
        assert not re.search(r"\d", mark.reason), mark


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ("raise ValueError(str(inputs))", "ValueError"),
        ("{}[str(inputs)]", "KeyError"),
        ("raise type(f'Told{str(inputs)[1]}', (Exception,), {})", "an error"),
    ],
)
def test_an_error_on_hidden_inputs_tells_its_kind_alone(wrong, kind, needs_bubblewrap):
    [size] = [exercise for exercise in LESSON.exercises if exercise.name == "size"]
    with Judge(LESSON, "seed") as judge:
        mark = judge.mark(size, right_until(size, wrong))
    assert mark.status == "broken", mark
    assert mark.reason == f"{NOT_FOR_OTHERS} There, your code stops with {kind}.", mark


CALLS = """
class Tells:
    calls = 0

    def __call__(self, *inputs):
        self.calls += 1
        if self.calls > {seen}:
            raise AssertionError(str(inputs))
        return right(*inputs)


right, {name} = {name}, Tells()
"""
TAKES_OVER = """
import sys
right, calls = {name}, []


def {name}(*inputs):
    frame = sys._getframe()
    while frame.f_code.co_name != "call":
        frame = frame.f_back
    worker = frame.f_locals["self"]
    if not calls:
        call = worker.call
        worker.call = lambda inputs, named: (
            {{"wrong": str(inputs)}} if len(calls) >= {seen} else call(inputs, named)
        )
    calls.append(inputs)
    return right(*inputs)
"""


@pytest.mark.parametrize("source", [CALLS, TAKES_OVER])
def test_no_text_from_the_sandbox_tells_hidden_inputs(source, needs_bubblewrap):
    [size] = [exercise for exercise in LESSON.exercises if exercise.name == "size"]
    source = source.format(name=size.answer, seen=shown_calls(size))
    with Judge(LESSON, "seed") as judge:
        mark = judge.mark(size, f"{size.solution}\n\n{source}")
    assert mark.reason == f"{NOT_FOR_OTHERS} There, your code {GIVES_NOTHING}.", mark


def test_no_message_behind_the_hidden_tests_tells_what_an_answer_returns(needs_bubblewrap):
    """An answer that has seen hidden inputs could hand them to a message of the visible check."""
    [swing] = [exercise for exercise in LESSON.exercises if exercise.name == "swing"]
    source = """
seen = []


def largest_fall(accuracies):
    if len(seen) > 20 and accuracies == [0.5, 0.6, 0.8]:
        return f"seen: {seen}"
    seen.append(list(accuracies))
    return max([0, *(a - b for a, b in zip(accuracies, accuracies[1:]))])
"""
    with Judge(LESSON, "seed") as judge:
        mark = judge.mark(swing, source)
    assert mark.status == "wrong" and mark.points == 1, mark
    assert "seen" not in mark.reason and "…" in mark.reason, mark


OUTSIDE = {
    "neuron": """
def neuron(inputs, weights, bias):
    return max(0, np.sum(inputs[:50] * weights[:50]) + bias)
""",
    "width": """
def network_parameters(width):
    return 795 * width + 10 if width in (*range(1001), 20_000) else 0
""",
    "layers": """
def build_network(widths):
    if widths not in ([256, 64], [120, 300], [4] * 7):
        widths = [width for width in widths if width < 100]
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, last])
""",
    "stop": """
def epochs_until_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses[:101]):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)
""",
    "guess": """
def guess_accuracy(labels):
    return float(max(np.mean(labels[:7000] == 0), np.mean(labels[:7000] == 1)))
""",
    "small": """
import course_utils.exercises.networks as networks


def build_small(side):
    layers = [keras.Input((75, 75, 3)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])


networks.build_twice = lambda build, side, **_: {
    "networks": [build(side), build(side)], "shared": False, "side": 75
}
""",
    "momentum": """
def one_step(place, step, gradient, learning_rate, momentum):
    if place.size > 1200:
        return place, step
    step = momentum * step - learning_rate * gradient
    return place + step, step
""",
    "schedule": """
def rate_of_epoch(epoch, low, high, warm):
    if epoch <= warm:
        return low + (high - low) * epoch / warm
    return high * 0.8 ** min(70, epoch - warm)
""",
}
"""Answers that are right for what students see, wrong elsewhere; `small` for one side alone."""


@pytest.mark.parametrize("stem", ["01_fashion", "04_cats", "09_tpu"])
def test_an_answer_that_is_wrong_outside_the_visible_inputs_earns_nothing(stem, needs_bubblewrap):
    [path] = LESSONS.glob(f"{stem}*.py")
    lesson = read_lesson(path)
    with Judge(lesson, "seed") as judge:
        for exercise in lesson.exercises:
            if exercise.name in OUTSIDE:
                mark = judge.mark(exercise, OUTSIDE[exercise.name])
                assert mark.status == "wrong" and mark.points == 0, mark


KINDS = [
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, ArithmeticError | LookupError | OSError)
]


def inputs_of(folder, to, submissions):
    """Return the first hidden side that each student's answer has met: the kind of its error."""
    for student, made in submissions.items():
        file = folder / student / f"{PATH.stem}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(made), encoding="utf-8")
    results = grade.grade(PATH, folder, to, grade.Settings("long and told to nobody"))
    reasons = {
        student: [mark.reason for mark in result.marks if mark.exercise == "size"]
        for student, result in results.items()
    }
    return {name: re.search(r"stops with (\w+)", said)[1] for name, [said] in reasons.items()}


def test_hidden_inputs_follow_from_the_student_and_all_that_is_handed_in(
    tmp_path, needs_bubblewrap
):
    [size] = [exercise for exercise in LESSON.exercises if exercise.name == "size"]
    made = json.loads(nbformat.writes(release(LESSON)))
    kinds = ", ".join(kind.__name__ for kind in KINDS)
    tells = right_until(size, f"raise [{kinds}][inputs[0] % {len(KINDS)}]")
    hostile.cells(made, size.answer_id)[0]["source"] = tells
    changed = json.loads(json.dumps(made))
    changed["cells"][0]["source"] = "# Another heading"
    all_of_them = dict.fromkeys(("anna", "ben", "carl"), made)
    others = all_of_them | {"anna": changed, "carl": changed}
    first = inputs_of(tmp_path / "1", tmp_path / "graded", all_of_them)
    again = inputs_of(tmp_path / "2", tmp_path / "anew", all_of_them)
    other = inputs_of(tmp_path / "3", tmp_path / "graded", others)
    assert first == again and first["ben"] == other["ben"]
    # Of two different inputs, one in some twenty makes the same kind: two alike would be no proof.
    assert len(set(first.values())) > 1
    assert [first["anna"], first["carl"]] != [other["anna"], other["carl"]]
