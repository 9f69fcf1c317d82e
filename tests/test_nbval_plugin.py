"""The guards beside nbval: each makes a notebook fail that nbval alone would pass or wait for."""

import re
import subprocess
import sys

import nbformat
import pytest

from tests.small_lesson import ANSWERS, LESSON, write_lesson
from tools.build_notebooks import notebooks_of
from tools.lesson_source import ROOT, read_lesson

COMPARED, RAISES = "nbval-check-output", "raises-exception"
HTML = "class Both:\n    __repr__ = _repr_html_ = lambda self: '<b>2</b>'\nBoth()"
NOTEBOOKS = {  # name: cells of (source, tag, saved output), and the outcome of each
    "compared": ([("1 + 1", COMPARED, "2"), ("1 + 2", COMPARED, "4")], "PASSED FAILED"),
    "html_beside_the_text": ([(HTML, COMPARED, "<b>2</b>")], "PASSED"),
    "nothing_saved": ([("1 + 1", COMPARED, None)], "ERROR"),
    "raises": ([("1 / 0", RAISES, None), ("1", RAISES, None)], "PASSED FAILED"),
    "rest_is_skipped": ([("1 / 0", None, None), ("1", None, None)], "FAILED SKIPPED"),
    "kernel_dies": ([("import os; os._exit(1)", None, None)], "FAILED"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What one run of pytest over all the notebooks says of each cell."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, (cells, _) in NOTEBOOKS.items():
        built = []
        for number, (source, tag, output) in enumerate(cells):
            cell = nbformat.v4.new_code_cell(source, id=f"cell_{number}")
            cell.metadata.tags = [tag] if tag else []
            if output:
                data = {"text/plain": output}
                cell.execution_count = 1
                cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
            built.append(cell)
        nbformat.write(nbformat.v4.new_notebook(cells=built), folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-v", "-p", "tools.nbval_plugin", "--nbval-lax"]
    command += ["--nbval-current-env", "--rootdir", folder, folder]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    found = {name: [] for name in NOTEBOOKS}
    for name, outcome in re.findall(r"(\w+)::ipynb::Cell \d+ ([A-Z]+)", run.stdout):
        found[name].append(outcome)
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_outcome_of_each_cell(outcomes, name):
    assert " ".join(outcomes[name]) == NOTEBOOKS[name][1]


GUARDED = "if double_check.right:\n    found = double(4)"
HIDDEN_BY_THE_SOLUTION = '\n# %% name="later"\nfound + 1\n'
LESSONS = {  # name: what is other in the lesson, in its listed answers; what fails, of what
    "good": (None, None, []),
    "unguarded": ((GUARDED, "found = double(4) + 1"), None, ["unanswered run"]),
    "needs_it": ((LESSON, LESSON + HIDDEN_BY_THE_SOLUTION), None, ["unanswered later"]),
    "accepted": (None, ("return n * n", "return n + n"), ["wrong_2"]),
    "other_words": (None, ('"square"', '"cube"'), ["wrong_2"]),
    "same_words": (None, ("return 0", "return n"), ["wrong_3"]),
    "refused": (None, ("return n + n", "return n + 2"), ["right_sum"]),
}


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    """What a run with `--lessons` prints: both notebooks of each of `LESSONS`, and one edited."""
    folder = tmp_path_factory.mktemp("lessons")
    for name, (change, other, _) in {**LESSONS, "edited": (None, None, [])}.items():
        lesson = LESSON.replace(*change) if change else LESSON
        answers = ANSWERS.replace(*other) if other else ANSWERS
        path = write_lesson(folder / "sources", lesson, answers, name)
        for made, text in notebooks_of(read_lesson(path), folder / "notebooks").items():
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(text, encoding="utf-8")
    edited = folder / "notebooks" / "edited.ipynb"
    edited.write_text(edited.read_text().replace("factor = 2", "factor = 3"))
    command = [sys.executable, "-m", "pytest", "-v", "-rA", "-p", "tools.nbval_plugin"]
    command += ["--nbval-lax", "--nbval-current-env", "--continue-on-collection-errors"]
    command += ["--lessons", folder / "sources", "--rootdir", folder, folder / "notebooks"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    return run.stdout


@pytest.mark.parametrize("name", LESSONS)
def test_both_notebooks_of_a_lesson_and_its_listed_answers(lessons, name):
    found = re.findall(rf"^\S*/{name}.ipynb::(.+?) ([A-Z]+) ", lessons, re.M)
    assert found
    failed = [cell for cell, outcome in found if outcome not in ("PASSED", "SKIPPED")]
    assert failed == LESSONS[name][2]


def test_what_is_run_of_a_lesson(lessons):
    found = re.findall(r"^\S*/solutions/good.ipynb::(.+?) PASSED ", lessons, re.M)
    again = found.index("answer again")
    listed = ["wrong_1", "wrong_2", "wrong_3", "right_sum", "right_loop", "right_shift"]
    assert found[again - 6 : again] == listed
    assert found[-4:] == [
        "without the answers", "unanswered answer", "unanswered check", "unanswered run",
    ]  # fmt: skip


def test_notebooks_that_differ_in_more_than_the_answers(lessons):
    assert "edited: more than the answers differs between its two notebooks" in lessons
