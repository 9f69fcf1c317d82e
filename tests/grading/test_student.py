"""What a student does: unpacks what was handed out, answers it in JupyterLab, hands it in."""

import csv
import shutil
import zipfile

import nbformat
import pytest

from tests import browser
from tests.browser import api
from tools import grade
from tools.assignment import make
from tools.lesson_source import LESSONS, read_lesson

pytest.importorskip("nbgrader", reason="nbgrader is missing: make test-grading has it")
pytestmark = browser.needs_browser
PATH = LESSONS / "03_horse_or_human.py"
lab = browser.lab


@pytest.fixture(scope="module")
def notebook(lab, tmp_path_factory):
    """The handed-out notebook of lesson 3, opened beside nothing but what came with it, and run."""
    chromium, url, work = lab
    archive = make(PATH, tmp_path_factory.mktemp("assignments"))
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(work)
    for given in (work / PATH.stem).iterdir():
        shutil.move(given, work / given.name)
    return browser.Notebook(chromium, url, work / f"{PATH.stem}.ipynb")


def test_runs_without_a_red_box_and_nothing_is_attempted(notebook):
    assert notebook.page.locator(browser.RED_BOX).all_text_contents() == []
    for exercise in read_lesson(PATH).exercises:
        api.expect(notebook.cell(exercise.check_id)).to_contain_text("Not attempted")


def test_answers_are_checked_handed_in_and_graded(notebook, tmp_path, needs_bubblewrap):
    check = notebook.answer("ex_bug", "return picture[np.newaxis] // 255")
    api.expect(check).to_contain_text("divides into whole numbers")
    check = notebook.answer("ex_bug", "return picture[np.newaxis] / 255")
    api.expect(check).to_contain_text("Right")
    check = notebook.answer("ex_swing", "return float(np.max(-np.diff(accuracies)))")
    api.expect(check).to_contain_text("Wrong")
    notebook.screenshot("student", check)
    notebook.page.keyboard.press("Control+s")
    path = notebook.path
    for _ in range(600):
        if "max(-np.diff" in path.read_text(encoding="utf-8"):
            break
        notebook.page.wait_for_timeout(100)
    (tmp_path / "submissions" / "anna").mkdir(parents=True)
    shutil.copy(path, tmp_path / "submissions" / "anna")
    saved = nbformat.read(path, as_version=4)
    assert any(cell.outputs for cell in saved.cells if cell.cell_type == "code")
    options = [
        "--from",
        str(tmp_path / "submissions"),
        "--to",
        str(tmp_path),
        "--seed",
        "long and told to nobody",
    ]
    assert grade.main(["03", *options]) == 0
    with open(tmp_path / PATH.stem / "grades.csv", encoding="utf-8-sig", newline="") as file:
        points = {row["exercise"]: row["points"] for row in csv.DictReader(file)}
    assert points == {"decide": "0", "size": "0", "bug": "1", "swing": "1"}
