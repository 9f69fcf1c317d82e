"""A pytest plugin beside nbval, `pytest -p tools.nbval_plugin`.

It guards against what nbval passes over or waits for, and in a solution notebook it runs each
exercise's wrong answers too, in the same kernel: each must be refused with its own message.
"""

import collections
import time
from pathlib import Path
from queue import Empty

import nbformat
import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.build_notebooks import LESSONS, answered, public, read_lesson

_failed_notebooks = {}
_collect = IPyNbFile.collect


class WrongAnswer(IPyNbCell):
    """A listed wrong answer with its check: the outcome must be "wrong", in its own words."""

    def __init__(self, expected, **options):
        super().__init__(**options)
        self.expected = expected

    def runtest(self):
        super().runtest()
        said = self.test_outputs[-1]["data"]["text/plain"]
        assert said.startswith("✗ Wrong: "), said
        assert self.expected in said, f"{said!r} does not contain {self.expected!r}"
        answers = self.parent.__dict__.setdefault("refused", {})
        assert said not in answers, f"the same message as for {answers[said]}: {said}"
        answers[said] = self.name

    def repr_failure(self, excinfo):
        if excinfo.errisinstance(AssertionError):
            return f"{self.name}: {excinfo.value}"
        return super().repr_failure(excinfo)


def _collect_with_wrong_answers(notebook):
    """Yield a notebook's cells; before each check of a solution notebook, the wrong answers.

    The answer follows once more, so that the notebook's own check finds what it would find alone.
    """
    path = Path(notebook.path)
    source = LESSONS / f"{path.stem}.py"
    exercises = {}
    if path.parent.name == "solutions" and source.exists():
        exercises = {
            exercise.check.metadata["name"]: exercise
            for exercise in read_lesson(source)[1].values()
        }
    for item in _collect(notebook):
        exercise = exercises.get(item.cell.get("id"))
        if exercise is None:
            yield item
            continue
        options = {"parent": notebook, "cell_num": item.cell_num}
        for wrong in exercise.wrong:
            yield WrongAnswer.from_parent(
                name=wrong.metadata["name"],
                cell=nbformat.v4.new_code_cell(
                    f"{wrong.source}\n\n\n{public(exercise.check.source)}"
                ),
                options=collections.defaultdict(bool),
                expected=wrong.metadata["wrong"],
                **options,
            )
        yield IPyNbCell.from_parent(
            name=f"{exercise.answer.metadata['name']} again",
            cell=nbformat.v4.new_code_cell(answered(exercise.answer.source)),
            options=collections.defaultdict(bool),
            **options,
        )
        yield item


IPyNbFile.collect = _collect_with_wrong_answers


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
