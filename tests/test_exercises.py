"""The four outcomes of a check."""

import numpy as np
import pytest

from course_utils import check_exercise
from course_utils.exercises import Outcome


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
        lambda n: range(n), check_double, as_data=lambda answer: 2 * len(answer)
    )
    assert outcome.right


def test_nothing_is_remembered():
    def same(n):
        return n

    wrong = check_exercise(same, check_double)
    assert check_exercise(lambda n: 2 * n, check_double).right
    assert wrong == check_exercise(same, check_double)


def test_messages_are_escaped():
    assert "<b>x" not in Outcome("wrong", "<b>x")._repr_html_()
