"""The guards beside nbval: each makes a notebook fail that nbval alone would pass or wait for."""

import re
import subprocess
import sys

import nbformat
import pytest

from tools.lesson_source import ROOT

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
