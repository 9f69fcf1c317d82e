"""What a learner does: opens lesson 1 in JupyterLab, runs it, moves a slider, does an exercise.

And, in a notebook of a few cells, uploads pictures as in lesson 3.
"""

import io
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests import browser
from tests.browser import api

NOTEBOOK = browser.ROOT / "notebooks" / "01_fashion_mnist_dense.ipynb"
# Lesson 3's upload, with a model that answers with the brightness.
WIDGETS = {
    "own": """
import numpy as np
from course_utils import predict_uploads
class Model:
    input_shape = (None, 60, 60, 3)
    def predict(self, pictures, verbose):
        return pictures.mean(axis=(1, 2, 3))[:, np.newaxis] / 255
predict_uploads(Model(), ["horses", "humans"], ready=[np.zeros((60, 60, 3), np.uint8)])
""",
}

pytestmark = browser.needs_browser
lab = browser.lab


@pytest.fixture(scope="module")
def notebook(lab):
    """Lesson 1."""
    chromium, url, work = lab
    return browser.Notebook(chromium, url, Path(shutil.copy(NOTEBOOK, work)))


@pytest.fixture(scope="module")
def widgets(lab):
    """The notebook of `WIDGETS`."""
    chromium, url, work = lab
    return browser.Notebook(chromium, url, browser.write_notebook(work / "widgets.ipynb", WIDGETS))


def test_lesson_runs_without_a_red_box(notebook):
    assert notebook.page.locator(browser.RED_BOX).all_text_contents() == []


def test_pictures_have_alt_text(notebook):
    pictures = notebook.page.locator('.jp-OutputArea-output[data-mime-type="text/html"] img')
    alts = pictures.evaluate_all("pictures => pictures.map(picture => picture.alt)")
    assert alts and all(alts)
    assert pictures.evaluate_all("pictures => pictures.every(picture => picture.naturalWidth)")
    notebook.screenshot("grid", notebook.cell("grid"))


def test_slider_changes_text_and_picture(notebook):
    cell = notebook.cell("explore")
    text = cell.get_by_role("status")
    before = text.text_content()
    cell.get_by_role("slider").press("ArrowRight")
    api.expect(text).not_to_have_text(before)
    notebook.screenshot("explorable", cell)


def test_checks_are_folded(notebook):
    names = [cell["id"] for cell in notebook.cells if cell["id"].endswith("_check")]
    checks = [notebook.cell(name) for name in names if name.startswith("ex_")]
    assert checks
    for check in checks:
        api.expect(check.locator(".jp-InputPlaceholder")).to_be_visible()
        api.expect(check.locator(".cm-content")).to_be_hidden()


def test_exercise(notebook):
    api.expect(notebook.cell("ex_neuron_check")).to_contain_text("Not attempted")

    check = notebook.answer("ex_neuron", "return max(0, np.sum(inputs * weights))")
    api.expect(check).to_contain_text("Wrong")
    api.expect(check).to_contain_text("The bias is missing")
    hints = check.locator("details > p")
    api.expect(hints.first).to_be_hidden()
    check.locator("summary").first.click()
    api.expect(hints.first).to_be_visible()
    api.expect(hints.nth(1)).to_be_hidden()
    notebook.screenshot("wrong", check)

    check = notebook.answer("ex_neuron", "return max(0, np.sum(inputs * weights) + bias)")
    api.expect(check).to_contain_text("Right")
    api.expect(check.locator("details")).to_have_count(0)
    notebook.screenshot("right", check)


def test_uploaded_pictures_are_answered(widgets, tmp_path):
    cell = widgets.cell("own")
    api.expect(cell).to_contain_text("Ready pictures: 1.")
    file = io.BytesIO()
    Image.new("RGB", (90, 60), (204, 204, 204)).save(file, "JPEG")
    good, broken = tmp_path / "good.jpg", tmp_path / "broken.jpg"
    good.write_bytes(file.getvalue())
    broken.write_bytes(file.getvalue()[:200])

    def upload(*files):
        with widgets.page.expect_file_chooser() as chooser:
            cell.get_by_role("button", name="Upload pictures").click()
        chooser.value.set_files(files)

    upload(good, broken)
    api.expect(cell).to_contain_text("Your pictures: 2. ✗ 1 cannot be read.")
    answer = cell.get_by_alt_text("good.jpg: humans, probability 80.0% (output 0.80, above 0.5).")
    api.expect(answer).to_have_count(1)
    assert answer.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 400
    api.expect(cell).to_contain_text(re.compile(r"✗ broken\.jpg cannot be read\. It "))
    widgets.screenshot("upload", cell)

    upload(broken)
    api.expect(cell).to_contain_text("Your pictures: 1. ✗ 1 cannot be read.")
    api.expect(answer).to_have_count(0)
    upload(good)
    api.expect(cell).to_contain_text("Your pictures: 1.")
    api.expect(answer).to_have_count(1)
    assert widgets.page.locator(browser.RED_BOX).all_text_contents() == []
