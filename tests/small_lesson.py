"""A lesson of one exercise, for the tests of what reads lessons."""

LESSON = '''\
# %% [markdown] name="title"
# # A lesson

# %% name="sum" tags=["nbval-check-output"]
1 + 1
# -> 2

# %% name="author" tags=["author"]
from tools.author import compare, private

# %% [markdown] name="task"
# ### Exercise

# %% name="imports"
from course_utils import check_exercise

factor = 2


# %% name="answer" exercise="double"
def double(n):
    """Return twice n."""
    ### BEGIN SOLUTION
    twice = factor * n
    return twice
    ### END SOLUTION


# %% name="check" exercise="double" points=2
def ten(double, n):
    return double(10 * n)


def check(double):
    ### BEGIN HIDDEN TESTS
    compare(private.integers(5))
    ### END HIDDEN TESTS
    answer = double(3)
    assert answer != 30, "You return the number itself."
    assert answer != 900, "That is the square."
    ### EARNED 1
    assert answer == 60, f"Twice 30 is 60, not {answer}."


double_check = check_exercise(
    double,
    check,
    trial=ten,
    hints=["Add it to itself.", "n + n"],
    praise="Good.",
)
double_check

# %% name="run"
if double_check.right:
    found = double(4)
'''
ANSWERS = """\
# %% name="wrong_1" exercise="double" wrong="itself"
def double(n):
    return n


# %% name="wrong_2" exercise="double" wrong="square"
def double(n):
    return n * n


# %% name="wrong_3" exercise="double" wrong="not 0"
def double(n):
    return 0


# %% name="right_sum" exercise="double" right="a sum"
def double(n):
    return n + n


# %% name="right_loop" exercise="double" right="counted"
def double(n):
    twice = 0
    for _ in range(factor):
        twice += n
    return twice


# %% name="right_shift" exercise="double" right="by its bits"
def double(n):
    return n << 1
"""


def write_lesson(folder, lesson=LESSON, answers=ANSWERS, name="01_test"):
    """Write a lesson and its listed answers, and return the path of the lesson."""
    (folder / "answers").mkdir(parents=True, exist_ok=True)
    (folder / "answers" / f"{name}.py").write_text(answers, encoding="utf-8")
    path = folder / f"{name}.py"
    path.write_text(lesson, encoding="utf-8")
    return path
