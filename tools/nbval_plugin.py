"""A pytest plugin beside nbval, `pytest -p tools.nbval_plugin [--lessons FOLDER]`.

It guards against what nbval passes over or waits for. With `--lessons`, the folder of the lessons'
sources, both notebooks of a lesson run in one kernel, and the answers listed beside the lesson with
them: the solution notebook is run whole, before each check the listed answers; then the learner's
notebook, as far as it can differ. Translated ones have the same code (tests/test_languages.py), and
are not run. Without `--lessons`, each notebook is run as it stands.
"""

import ast
import collections
import time
from pathlib import Path
from queue import Empty

import nbformat
import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, find_metadata_tags

from tools.grading import names
from tools.languages import known
from tools.lesson_source import read_lesson

_failed_notebooks = {}
_collect = IPyNbFile.collect


def pytest_addoption(parser):
    parser.addoption(
        "--lessons",
        type=Path,
        metavar="FOLDER",
        help="run both notebooks of a lesson in one kernel, with the answers listed in FOLDER",
    )


class ListedAnswerCell(IPyNbCell):
    """An answer that is listed beside the lesson, with the check of the notebook.

    A right one must be "right"; a wrong one must be "wrong", in words of its own.
    """

    def __init__(self, expected, **options):
        super().__init__(**options)
        self.expected = expected

    def runtest(self):
        super().runtest()
        said = self.test_outputs[-1]["data"]["text/plain"]
        if self.expected is None:
            assert said.startswith("✓ Right"), said
            return
        assert said.startswith("✗ Wrong: "), said
        assert self.expected in said, f"{said!r} does not contain {self.expected!r}"
        answers = self.parent.__dict__.setdefault("refused", {})
        assert said not in answers, f"the same message as for {answers[said]}: {said}"
        answers[said] = self.name

    def repr_failure(self, excinfo):
        if excinfo.errisinstance(AssertionError):
            return f"{self.name}: {excinfo.value}"
        return super().repr_failure(excinfo)


def _collect_lesson(notebook):
    """Yield what is run of a notebook; of a lesson's, see this module."""
    folder, path = notebook.config.getoption("lessons"), Path(notebook.path)
    if folder and known().keys() & set(path.parts[-3:-1]):
        return
    source = folder and folder / f"{path.stem}.py"
    lesson = read_lesson(source) if folder and source.exists() else None
    if lesson is None or not lesson.exercises:
        yield from _collect(notebook)
    elif path.parent.name == "solutions":  # the learner's notebook is run with this one
        learner = nbformat.read(path.parent.parent / path.name, as_version=4)
        yield from _collect_solution(notebook, lesson)
        yield from _collect_learner(notebook, lesson, learner)


def _collect_solution(notebook, lesson):
    """Yield the cells of a solution notebook; before each check, the listed answers.

    The answer follows once more, so that the notebook's own check finds what it would find alone.
    """
    exercises = {exercise.check_id: exercise for exercise in lesson.exercises}
    for item in _collect(notebook):
        exercise = exercises.get(item.cell.get("id"))
        if exercise:
            for listed, wrong in (
                *((listed, True) for listed in exercise.wrong),
                *((listed, False) for listed in exercise.right),
            ):
                yield ListedAnswerCell.from_parent(
                    notebook,
                    name=listed.id,
                    cell_num=item.cell_num,
                    cell=nbformat.v4.new_code_cell(f"{listed.source}\n\n\n{item.cell.source}"),
                    options=collections.defaultdict(bool),
                    expected=listed.text if wrong else None,
                )
            again = nbformat.v4.new_code_cell(exercise.solution)
            yield _item(notebook, f"{exercise.answer_id} again", again, item.cell_num)
        yield item
        if exercise:
            graded = f"{IN_A_GRADING}\n\n\n{exercise.graded}"
            yield ListedAnswerCell.from_parent(
                notebook,
                name=f"hidden tests of {exercise.name}",
                cell_num=item.cell_num,
                cell=nbformat.v4.new_code_cell(graded),
                options=collections.defaultdict(bool),
                expected=None,
            )


IN_A_GRADING = """\
from tools.author import compare, private


def earned(points):
    pass"""
"""What the check of a lesson finds in `make grade` beside what learners have."""


def _collect_learner(notebook, lesson, learner):
    """Yield the learner's stubs and checks, and the cells that use a name which they define.

    All other cells are those of the solution notebook, to the byte, and have run there. What was
    defined by the cells that follow now is deleted first: unanswered, they have to do without it.
    """
    exercises = {key for e in lesson.exercises for key in (e.answer_id, e.check_id)}
    differ = {*exercises, "links", "steps"}
    alike = [[c for c in made.cells if c.id not in differ] for made in (learner, notebook.nb)]
    if alike[0] != alike[1]:
        text = f"{lesson.name}: more than the answers differs between its two notebooks"
        raise notebook.CollectError(f"{text}; run `make notebooks`.")
    chosen, changed, others = [], set(), set()
    for cell in learner.cells:
        if cell.cell_type != "code":
            continue
        used, bound = _names(cell.source)
        if cell.id in exercises or used & changed:
            chosen.append(cell)
            changed |= bound
        else:
            others |= bound
    gone = sorted(changed - others)
    forget = nbformat.v4.new_code_cell(f"for _ in {gone}:\n    globals().pop(_, None)")
    yield _item(notebook, "without the answers", forget, 0)
    for number, cell in enumerate(chosen, start=1):
        yield _item(notebook, f"unanswered {cell.id}", cell, number)


def _names(source):
    """Return the names that a cell takes from cells before it, and those that it gives a value."""
    used, bound = set(), set()
    for statement in ast.parse(source).body:
        used |= names.used(statement) - bound
        bound |= names.bound(statement)
    return used, bound


def _item(notebook, name, cell, number):
    options = collections.defaultdict(bool, find_metadata_tags(cell.metadata))
    return IPyNbCell.from_parent(notebook, name=name, cell_num=number, cell=cell, options=options)


IPyNbFile.collect = _collect_lesson


def _await_reply(self, msg_id, timeout=None):
    """Wait for a cell's reply as nbval does, and notice at once when the kernel has died."""
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        try:
            message = self.get_message(stream="shell", timeout=1)
        except Empty:
            if not self.km.is_alive():
                raise RuntimeError("the kernel died while this cell ran") from None
            if end is not None and time.monotonic() > end:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            return


RunningKernel.await_reply = _await_reply


def pytest_collection_modifyitems(items):
    for notebook in {item.parent for item in items if isinstance(item, IPyNbCell)}:
        # The saved outputs are plain text; the same value as HTML comes with it when it runs.
        notebook.skip_compare += ("text/html",)


def pytest_runtest_setup(item):
    if isinstance(item, IPyNbCell):
        if item.parent.nodeid in _failed_notebooks:
            pytest.skip(f"an earlier cell failed: {_failed_notebooks[item.parent.nodeid]}")
        compared = "nbval-check-output" in item.cell.metadata.get("tags", [])
        if compared and not item.cell.outputs:
            pytest.fail("this cell's output should be compared, and none is saved")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if (
        isinstance(item, IPyNbCell)
        and item.options["check_exception"]
        and not any(output.output_type == "error" for output in item.test_outputs or [])
    ):
        raise AssertionError("tagged raises-exception, but the cell raised nothing")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if isinstance(item, IPyNbCell) and report.failed:
        _failed_notebooks.setdefault(item.parent.nodeid, item.name)
    return report
