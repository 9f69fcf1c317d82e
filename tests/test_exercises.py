"""The four outcomes of a check."""

import copy
import subprocess
import sys

import numpy as np
import pytest

from course_utils import check_exercise
from course_utils.exercises.checks import Outcome
from tools.lesson_source import ROOT


def check_double(double):
    assert double(2) != 2, "You return the number itself."
    assert double(2) == 4, f"Twice 2 is 4, not {double(2)}."


def test_right_with_praise_and_no_hints_shown():
    outcome = check_exercise(lambda n: 2 * n, check_double, hints=["Multiply."], praise="Good.")
    assert outcome.right and repr(outcome) == "✓ Right: Good."
    assert "Hint" not in outcome._repr_html_()


def test_wrong_shows_the_first_message_and_hints_in_steps():
    outcome = check_exercise(lambda n: n, check_double, hints=["Multiply.", "2 * n < 5"])
    assert outcome.status == "wrong"
    assert outcome.message.startswith("You return the number itself.")
    page = outcome._repr_html_()
    first, second = page.index("Hint 1 of 2"), page.index("Hint 2 of 2")
    assert first < second and page.count("<details>") == 2
    assert page.index("</details>") > second, "the second hint stands inside the first"
    assert "2 * n &lt; 5" in page


def stub(n): ...


def documented_stub(n):
    """Return twice n."""
    ...


def passing_stub(n):
    pass


def returning_stub(n):
    return ...


@pytest.mark.parametrize(
    "answer", [..., stub, documented_stub, passing_stub, returning_stub, (1, ...)]
)
def test_not_attempted(answer):
    outcome = check_exercise(answer, check_double)
    assert outcome.status == "not attempted" and "dots" in outcome.message


@pytest.mark.parametrize("answer", [0, None, "", [], np.zeros(3)])
def test_an_empty_answer_is_an_answer(answer):
    def check(answer):
        assert answer is None and not callable(answer), "no"

    assert check_exercise(answer, check).status == ("right" if answer is None else "wrong")


def test_broken_names_the_error_and_the_line():
    def double(n):
        return n * unknown  # noqa: F821

    outcome = check_exercise(double, check_double)
    assert outcome.status == "broken"
    assert "NameError" in outcome.message and "unknown" in outcome.message
    assert f"line {double.__code__.co_firstlineno + 1}" in outcome.message


def test_an_assertion_in_the_answer_is_no_message_of_the_check():
    def double(n):
        assert n > 100, "mine"
        return 2 * n

    assert check_exercise(double, check_double).status == "broken"


def test_an_assertion_in_a_helper_of_the_check_is_its_message():
    def check(answer):
        np.testing.assert_allclose(answer, 1.0)

    assert check_exercise(2.0, check).status == "wrong"


def test_a_function_in_place_of_a_number_is_broken_not_a_traceback():
    outcome = check_exercise(3, check_double)
    assert outcome.status == "broken" and "not callable" in outcome.message


def test_the_check_sees_plain_data():
    outcome = check_exercise(
        lambda n: range(n), check_double, as_data=lambda answer, n: len(answer) + n
    )
    assert outcome.right


def sort(numbers, more=()):
    numbers.sort()
    return list(numbers)


def halve(picture, more=()):
    picture /= 2
    return picture


def forget(counts, more=()):
    counts["parts"].append(more)
    return 1


@pytest.mark.parametrize(
    ("answer", "given", "name"),
    [
        (sort, [3, 1], "numbers"),
        (sort, np.array([3, 1]), "numbers"),
        (halve, np.ones((2, 2)), "picture"),
        (forget, {"parts": []}, "counts"),
    ],
)
def test_an_answer_that_changes_what_it_is_given(answer, given, name):
    outcome = check_exercise(answer, lambda answer: answer(given))
    assert outcome.status == "wrong" and f"changes `{name}`" in outcome.message, outcome
    assert check_exercise(lambda given: answer(copy.deepcopy(given)), lambda f: f(given)).right


def test_nothing_is_remembered():
    def same(n):
        return n

    wrong = check_exercise(same, check_double)
    assert check_exercise(lambda n: 2 * n, check_double).right
    assert wrong == check_exercise(same, check_double)


def test_messages_are_escaped():
    assert "<b>x" not in Outcome("wrong", "<b>x")._repr_html_()


def returns_nothing(n):
    2 * n


def prints(n):
    print(2 * n)


def generates(n):
    yield 2 * n


def forgets_brackets(n):
    return np.array([n]).sum


def forgets_brackets_in_a_pair(n):
    return n, [n].index


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (returns_nothing, "returns nothing: end it with return"),
        (prints, "prints and returns nothing"),
        (generates, "generator"),
        (forgets_brackets, "Write brackets behind it: sum()"),
        (forgets_brackets_in_a_pair, "Write brackets behind it: index()"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"trial": lambda answer, n: answer(n)}])
def test_slips_of_any_function_have_words_of_their_own(slip, words, more, capsys):
    outcome = check_exercise(slip, check_double, **more)
    assert outcome.status == "wrong" and words in outcome.message
    assert capsys.readouterr().out == ""


def test_a_forgotten_bracket_within_a_sum():
    outcome = check_exercise(lambda n: n + [n].index, check_double)
    assert outcome.status == "broken" and "brackets behind its name" in outcome.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((1, 2, 3), "Return 2 values; your function returns 3 values."),
        ([1], "Return 2 values; your function returns one value."),
        (7, "7 (int)"),
        ("no", "You return"),
    ],
)
def test_another_number_of_values(value, words):
    def check(answer):
        first, second = answer(1)
        assert first + second == 3, f"You return {first} and {second}."

    outcome = check_exercise(lambda n: value, check)
    assert outcome.status == "wrong" and words in outcome.message


@pytest.mark.parametrize("value", [(1, 2), [1, 2], np.array([1, 2]), np.array([1.0, 2.0])])
def test_what_is_equal_looks_equal(value):
    def check(answer):
        assert answer(0) == [1, 2] and answer(1)["key"] == [1, 2], "no"

    assert check_exercise(lambda n: {"key": value} if n else value, check).right


def test_tensors_are_arrays_and_numbers_to_a_check():
    import tensorflow as tf

    def check(answer):
        assert answer(0) == 2.5 and answer(1) == [1, 2], "no"
        assert isinstance(answer(2), np.ndarray), "no"

    values = [tf.constant(2.5), tf.Variable([1, 2]), tf.ones((2, 2))]
    assert check_exercise(lambda n: values[n], check).right


def test_what_does_not_come_back_is_stopped_and_is_not_wrong(monkeypatch):
    monkeypatch.setattr("course_utils.exercises.checks.SECONDS", 0.3)

    def for_ever(n):
        while True:
            n += 1

    def deaf(n):
        while n:
            try:
                for_ever(n)
            except BaseException:
                n -= 1
        raise ValueError("a library's own error")

    for answer in (for_ever, deaf):
        outcome = check_exercise(answer, check_double)
        assert outcome.status == "stopped" and "never end" in outcome.message
        assert repr(outcome).startswith("■ Stopped") and not outcome.right
    assert check_exercise(lambda n: 2 * n, check_double).right


OPTIMISED = """
from course_utils import check_exercise

def check(answer):
    assert answer(2) == 4, "no"

for answer in (lambda n: 2 * n, lambda n: 5):
    print(check_exercise(answer, check))
"""


def test_without_assertions_nothing_is_called_right():
    command = [sys.executable, "-O", "-c", OPTIMISED]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    lines = run.stdout.splitlines()
    assert len(lines) == 2 and all(line.startswith("! Broken") for line in lines), run
    assert all("Unset PYTHONOPTIMIZE" in line for line in lines)
